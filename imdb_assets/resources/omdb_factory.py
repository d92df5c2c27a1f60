"""The OMDb source for the settings: a recording, the API, or none."""

from imdb_assets.resources.omdb import Omdb
from imdb_assets.resources.omdb_api import OMDB_URL, OmdbApi
from imdb_assets.resources.recorded_omdb import RecordedOmdb


class NoOmdb(Omdb):
    """A source without responses, for settings with neither an API key nor a recording."""

    @property
    def disabled_reason(self) -> str:
        """The missing settings."""
        return (
            "OMDb enrichment is off: neither OMDB_API_KEY nor OMDB_RECORDED is set; set one of them (see .env.example)"
        )


def omdb_for(*, api_key: str | None, recorded: str | None, url: str = OMDB_URL, daily_limit: int = 1000) -> Omdb:
    """Return the OMDb source for the settings. A recording takes precedence over the API.

    Args:
        api_key: OMDB_API_KEY.
        recorded: OMDB_RECORDED, the path of a recording.
        url: OMDB_URL.
        daily_limit: OMDB_DAILY_LIMIT, in requests per day.
    """
    if recorded:
        return RecordedOmdb(file=recorded)
    if api_key:
        return OmdbApi(api_key=api_key, url=url, daily_limit=daily_limit)
    return NoOmdb()

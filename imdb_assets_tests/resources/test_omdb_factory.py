"""Which OMDb source the settings select."""

from imdb_assets.resources.omdb_api import OmdbApi
from imdb_assets.resources.omdb_factory import NoOmdb, omdb_for
from imdb_assets.resources.recorded_omdb import RecordedOmdb
from imdb_assets_tests.support.omdb_server import KEY


def test_without_a_key_and_a_recording_there_are_no_responses_and_a_reason() -> None:
    omdb = omdb_for(api_key=None, recorded=None)
    assert list(omdb.responses(["tt1"])) == list(omdb.recorded(["tt1"])) == []
    assert isinstance(omdb, NoOmdb)
    assert omdb.disabled_reason == (
        "OMDb enrichment is off: neither OMDB_API_KEY nor OMDB_RECORDED is set; set one of them (see .env.example)"
    )


def test_a_recording_takes_precedence_over_a_key_and_neither_is_disabled() -> None:
    assert isinstance(omdb_for(api_key=KEY, recorded="f.jsonl"), RecordedOmdb)
    api = omdb_for(api_key=KEY, recorded=None, url="http://127.0.0.1/", daily_limit=5)
    assert isinstance(api, OmdbApi)
    assert (api.url, api.daily_limit, api.disabled_reason) == ("http://127.0.0.1/", 5, None)

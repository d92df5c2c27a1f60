"""The bronze asset of OMDb's responses. The bronze tables of IMDb's datasets are assets of landing.py."""

from datetime import UTC, datetime

from imdb_assets.materialization.checked_commit import Checked, Writing
from imdb_assets.materialization.omdb_responses import response_lines
from imdb_assets.materialization.rejected_rows import replace_source_rows
from imdb_assets.materialization.row_losses import losses_spec
from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.tables.bronze import OMDB_RESPONSES
from imdb_assets.transforms import omdb


def _landed_versions(omdb_landing: OmdbLanding) -> dict[str, str]:
    return omdb_landing.versions()


@table_asset(
    OMDB_RESPONSES,
    check_specs=[losses_spec(OMDB_RESPONSES)],
    deps=["landing_omdb_responses"],
    state=_landed_versions,
    writing=Writing.MERGE_WHOLE,
)
def bronze_omdb_responses(omdb_landing: OmdbLanding, delta: DeltaLake) -> Checked:
    files = omdb_landing.files()
    parsed = omdb.parsed_responses(response_lines(delta, files))
    rejected = omdb.rejected_responses(parsed, snapshot_date=datetime.now(UTC).date())
    n_rejected = replace_source_rows(delta, rejected, source=omdb.OMDB)
    return Checked(omdb.responses(parsed), metadata={"files": len(files), "rows_rejected": n_rejected})

"""The core of the graph, from landing to gold: a subset of the tables that covers each way of writing one."""

from collections.abc import Iterable

from imdb_assets.materialization.dataset_loading import landing_name
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.table import Table

DATASETS = [*bronze.DATASETS.values(), bronze.REJECTED_ROWS]
CORE = [
    *DATASETS,
    bronze.OMDB_RESPONSES,
    silver.MOVIES,
    silver.RATINGS,
    silver.RATING_HISTORY,
    silver.CREDITS,
    silver.OMDB_FACTS,
    gold.MOVIE_FEATURES,
    gold.BASELINE_COEFFICIENTS,
    gold.BASELINE_RATINGS,
]
_IMDB = [landing_name(dataset) for dataset in bronze.DATASETS]
_OMDB = "landing_omdb_responses"
_LANDING = {"whole_platform": [*_IMDB, _OMDB], "daily_refresh": _IMDB, "enrich_with_omdb": [_OMDB]}


def assets_of(job: str, tables: Iterable[Table]) -> list[str]:
    """The assets of a job that land its data and write these tables."""
    return [*_LANDING[job], *(table.asset_name for table in tables)]

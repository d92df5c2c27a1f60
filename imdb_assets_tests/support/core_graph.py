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
_LANDING = {
    "daily_refresh": [landing_name(dataset) for dataset in bronze.DATASETS],
    "enrich_with_omdb": ["landing_omdb_responses"],
}


def assets_of(job: str, tables: Iterable[Table]) -> list[str]:
    """The assets of a job that land its data and write these tables."""
    return [*_LANDING[job], *(table.asset_name for table in tables)]

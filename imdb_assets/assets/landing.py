"""The landing assets: IMDb's datasets and OMDb's responses as received. The same step loads datasets into bronze."""

from collections.abc import Iterator

import dagster as dg
from pyspark.sql import SparkSession

from imdb_assets.materialization.dataset_assets import dataset_assets, require_accepted
from imdb_assets.materialization.dataset_loading import DatasetRequest, WrittenDataset
from imdb_assets.materialization.omdb_responses import ANSWERED, TITLE_TABLES, land_responses
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.omdb import Omdb
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.tables.bronze import DATASETS, REJECTED_ROWS
from imdb_assets.transforms import bronze
from imdb_assets.transforms.block_parser import BlockParser
from imdb_assets.transforms.dataset_writer import DatasetWriter


def write_dataset(session: SparkSession, request: DatasetRequest) -> WrittenDataset:
    """Land each dataset and load it into bronze, several in parallel. A refused dataset does not affect the others."""
    return write_parsed(session, request, BlockParser)


def write_parsed(session: SparkSession, request: DatasetRequest, parser: type[BlockParser]) -> WrittenDataset:
    """Write a dataset with a parser."""
    writer = DatasetWriter(
        dataset=request.dataset,
        parser=parser(table=DATASETS[request.dataset], snapshot_date=request.snapshot_date),
        files=request.lake.file_system(),
        packed=request.lake.key(request.packed),
        rows_folder=request.lake.key(request.rows_folder),
        records_folder=request.lake.key(request.records_folder),
    )
    return WrittenDataset(**bronze.write_dataset(session, writer))


imdb_datasets = dataset_assets(write_dataset)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "every_dataset_was_accepted",
            asset=REJECTED_ROWS.asset_name,
            description="No dataset was refused. Otherwise the run fails.",
        )
    ]
)
def every_dataset_was_accepted(
    context: dg.AssetCheckExecutionContext, landing: Landing
) -> Iterator[dg.AssetCheckResult]:
    """Show why datasets were refused, and then fail the run."""
    refusals = landing.refusals(context.run.run_id)
    yield dg.AssetCheckResult(passed=not refusals, description=" ".join(refusals.values()) or None)
    require_accepted(refusals)


@dg.asset(group_name="landing", kinds={"json"}, deps=list(TITLE_TABLES), check_specs=[ANSWERED])
def landing_omdb_responses(
    context: dg.AssetExecutionContext, omdb_landing: OmdbLanding, delta: DeltaLake, omdb: Omdb
) -> dg.MaterializeResult:
    """OMDb's responses for movies, as received. The most valuable come first, within OMDB_DAILY_LIMIT."""
    return land_responses(context, omdb, omdb_landing, delta)

"""A dataset is committed only if its rows add up, few are rejected and its columns are as declared."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyspark.sql import SparkSession

from imdb_assets.assets.landing import write_parsed
from imdb_assets.materialization.dataset_checks import WrittenDataset
from imdb_assets.materialization.dataset_loading import DatasetRequest, WriteDataset
from imdb_assets.tables.bronze import TITLE_RATINGS
from imdb_assets.transforms.block_parser import BlockParser, ParsedBlock
from imdb_assets_tests.support.dataset_files import DatasetFiles, outcomes

pytestmark = pytest.mark.slow

DATASET = "title.ratings"
HEADER = "tconst\taverageRating\tnumVotes"
ROWS = [*(f"tt{n}\t5.5\t{n}" for n in range(1, 40)), "tt40\tfive\t1"]


class LosingARow(BlockParser):
    def parse(self, block: bytes, first_line: int) -> ParsedBlock:
        parsed = super().parse(block, first_line)
        return replace(parsed, rows=parsed.rows.slice(1))


class WritingANull(BlockParser):
    def parse(self, block: bytes, first_line: int) -> ParsedBlock:
        parsed = super().parse(block, first_line)
        ids = parsed.rows["tconst"]
        ids = pc.if_else(pc.equal(ids, "tt7"), pa.scalar(None, ids.type), ids)
        return replace(parsed, rows=parsed.rows.set_column(0, "tconst", ids))


class RejectingMost(BlockParser):
    def parse(self, block: bytes, first_line: int) -> ParsedBlock:
        return super().parse(block.replace(b"tt1", b"nm1").replace(b"tt2", b"nm2"), first_line)


def writing_with(parser: type[BlockParser]) -> WriteDataset:
    def write(session: SparkSession, request: DatasetRequest) -> WrittenDataset:
        return write_parsed(session, request, parser)

    return write


@pytest.fixture
def files(tmp_path: Path, spark: SparkSession) -> DatasetFiles:
    files = DatasetFiles(tmp_path)
    files.write(DATASET, *ROWS)
    return files


@pytest.mark.parametrize(
    ("parser", "reason"),
    [
        (LosingARow, "rows_in_equal_rows_kept_plus_rejected: title.ratings.tsv.gz has 40 rows, but 1 of them"),
        (RejectingMost, "few_rows_are_rejected: 23 of the 40 rows of title.ratings.tsv.gz could not be parsed"),
        (WritingANull, "columns_are_as_declared: tconst is null in 1 rows"),
    ],
)
def test_a_refused_dataset_leaves_its_table_unchanged(files, parser, reason):
    accepted = files.load(DATASET)
    assert accepted.refusal is None
    versions, record = files.delta.commits(TITLE_RATINGS.path), files.delta.record_of(TITLE_RATINGS.path)
    refused = outcomes(files.loader(DATASET, write=writing_with(parser), run_id="2"), DATASET)[DATASET]
    assert reason in refused.refusal
    assert files.landing.refusals("2") == {DATASET: refused.refusal}
    assert files.delta.commits(TITLE_RATINGS.path) == versions
    assert files.delta.record_of(TITLE_RATINGS.path) == record
    assert files.delta.read(TITLE_RATINGS.path).count() == 39


def test_rejected_rows_are_counted_and_kept_without_reading_the_file_again(files):
    loaded = files.load(DATASET).loaded
    assert {name: loaded.table.metadata[name] for name in ("rows_in", "rows_kept", "rows_rejected")} == {
        "rows_in": 40, "rows_kept": 39, "rows_rejected": 1,
    }  # fmt: skip
    assert loaded.n_recorded == 1
    assert [row["reason"] for row in loaded.rejected.collect()] == ["averageRating is not a double: five"]
    # After parsing, the file is not needed.
    files.lake.delete(files.landing.current(DATASET).path)
    assert loaded.rejected.count() == 1


def test_a_dataset_that_was_never_landed_is_refused_with_the_asset_to_materialize(files):
    loader = replace(files.loader(DATASET), selected=(TITLE_RATINGS.asset_name,))
    outcome = outcomes(loader, DATASET)[DATASET]
    assert outcome.refusal.endswith("it has not been landed yet; materialize landing_title_ratings first.")
    assert outcome.loaded is None

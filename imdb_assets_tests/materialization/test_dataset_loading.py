"""A dataset is committed only if its rows add up, few are rejected and its columns are as declared."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.assets.landing import parse_dataset
from imdb_assets.materialization.dataset_loading import ParsedDataset, dataset_lines
from imdb_assets.tables.bronze import TITLE_RATINGS
from imdb_assets_tests.support.dataset_files import DatasetFiles, outcomes

pytestmark = pytest.mark.slow

DATASET = "title.ratings"
HEADER = "tconst\taverageRating\tnumVotes"
ROWS = [*(f"tt{n}\t5.5\t{n}" for n in range(1, 40)), "tt40\tfive\t1"]


def parse_losing_rows(lines: DataFrame, dataset: str, snapshot_date: date) -> ParsedDataset:
    return parse_dataset(lines.where("line_number != 3"), dataset, snapshot_date)


def parse_without_a_column(lines: DataFrame, dataset: str, snapshot_date: date) -> ParsedDataset:
    parsed = parse_dataset(lines, dataset, snapshot_date)
    return ParsedDataset(lines=parsed.lines, rows=parsed.rows.drop("numVotes"), rejected=parsed.rejected)


def parse_into_nulls(lines: DataFrame, dataset: str, snapshot_date: date) -> ParsedDataset:
    parsed = parse_dataset(lines, dataset, snapshot_date)
    rows = parsed.rows.selectExpr("nullif(tconst, 'tt7') AS tconst", "averageRating", "numVotes", "snapshotDate")
    return ParsedDataset(lines=parsed.lines, rows=rows, rejected=parsed.rejected)


def parse_rejecting_most(lines: DataFrame, dataset: str, snapshot_date: date) -> ParsedDataset:
    corrupted = lines.selectExpr("line_number", "if(line_number BETWEEN 2 AND 20, 'tt', value) AS value")
    return parse_dataset(corrupted, dataset, snapshot_date)


@pytest.fixture
def files(tmp_path: Path, spark: SparkSession) -> DatasetFiles:
    files = DatasetFiles(tmp_path)
    files.write(DATASET, *ROWS)
    return files


@pytest.mark.parametrize(
    ("parser", "reason"),
    [
        (parse_losing_rows, "rows_in_equal_rows_kept_plus_rejected: title.ratings.tsv.gz has 40 rows, but 1 of them"),
        (parse_rejecting_most, "few_rows_are_rejected: 20 of the 40 rows of title.ratings.tsv.gz could not be parsed"),
        (parse_without_a_column, "columns_are_as_declared: numVotes is missing"),
        (parse_into_nulls, "columns_are_as_declared: tconst is null in 1 rows"),
    ],
)
def test_a_refused_dataset_leaves_its_table_unchanged(files, parser, reason):
    accepted = files.load(DATASET)
    assert accepted.refusal is None
    versions, record = files.delta.commits(TITLE_RATINGS.path), files.delta.record_of(TITLE_RATINGS.path)
    refused = outcomes(files.loader(DATASET, parse=parser, run_id="2"), DATASET)[DATASET]
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


def test_lines_are_numbered_from_one_in_the_order_of_the_file(files, spark: SparkSession):
    rows = dataset_lines(spark, str(files.folder / f"{DATASET}.tsv.gz")).collect()
    assert [(row["line_number"], row["value"]) for row in rows] == list(enumerate([HEADER, *ROWS], start=1))

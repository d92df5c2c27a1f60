"""The small faulty datasets that broke the product: one bad value, line end, byte or spelling at a time."""

import shutil

import dagster as dg
import duckdb
import pytest
from deltalake import DeltaTable

from imdb_assets.tables import bronze, silver
from imdb_assets_tests.support.cases import CASES, case_datasets, case_file
from imdb_assets_tests.support.dataset_files import DatasetFiles
from imdb_assets_tests.support.dataset_lake import DatasetLake, failure_message

pytestmark = pytest.mark.slow

SELECTION = dg.AssetSelection.assets(
    "silver_credits", "silver_movies", "silver_ratings"
).upstream() | dg.AssetSelection.assets("bronze_rejected_rows")
TABLES = (bronze.TITLE_BASICS, silver.MOVIES, silver.CREDITS)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> DatasetLake:
    """A lake of illegal ids in lists, a row that is not UTF-8, and Windows line ends, each in another dataset."""
    folder = tmp_path_factory.mktemp("cases")
    datasets = case_datasets("B01-crew-list-ids", folder / "cases")
    for name, case in {"title.basics": "B04-latin1-row", "title.ratings": "B03-bom-crlf/whole"}.items():
        shutil.copyfile(CASES / case / f"{name}.tsv.gz", datasets / f"{name}.tsv.gz")
    lake = DatasetLake(folder, SELECTION, datasets=datasets)
    assert lake.run().success
    return lake


def recorded(lake: DatasetLake, dataset: str) -> list[tuple[int, str, str]]:
    """Line, outcome and column of a dataset's rejected rows and values."""
    rows = lake.delta.read(bronze.REJECTED_ROWS.path).where(f"dataset = '{dataset}'").orderBy("line_number")
    return [(row["line_number"], row["outcome"], row["column_name"]) for row in rows.collect()]


def test_b01_illegal_ids_in_lists_cost_only_themselves(lake):
    assert recorded(lake, "title.crew") == [
        (102, "value dropped", "directors"), (202, "value changed", "writers"), (302, "value dropped", "directors"),
    ]  # fmt: skip
    credits = lake.delta.read(silver.CREDITS.path)
    of_titles = credits.where("tconst IN ('tt9900101', 'tt9900201', 'tt9900301')")
    found = {(row["tconst"], row["nconst"]) for row in of_titles.collect()}
    assert found >= {
        ("tt9900101", "nm9900062"), ("tt9900101", "nm9900076"), ("tt9900201", "nm9900002"),
        ("tt9900201", "nm9900123"), ("tt9900301", "nm9900005"),
    }  # fmt: skip
    # The row of line 61 of title.basics is rejected, with the credits of its movie.
    assert credits.select("tconst").distinct().count() == 925


def test_b03_windows_line_ends_and_a_byte_order_mark_leave_no_trace_in_values(lake, tmp_path, spark):
    assert lake.delta.read(silver.RATINGS.path).count() == 930
    for case in ("whole", "rows-only"):
        files = DatasetFiles(tmp_path / case)
        files.write_packed("title.basics", case_file("B03-bom-crlf", case, "title.basics.tsv.gz").read_bytes())
        outcome = files.load("title.basics")
        assert (outcome.refusal, len(files.rows("title.basics"))) == (None, 950)
        assert outcome.loaded.table.metadata["lines_ending_in_cr"] == 950
        assert outcome.loaded.n_recorded == 0
        genres = {genre for row in files.rows("title.basics") for genre in str(row[8]).split(",")}
        assert not any("\r" in genre for genre in genres)


def test_b04_bytes_that_are_not_utf_8_are_recorded_and_every_reader_reads_the_record(lake):
    assert recorded(lake, "title.basics") == [(51, "value changed", "primaryTitle"), (61, "row rejected", None)]
    table = DeltaTable(lake.delta.lake.uri(bronze.REJECTED_ROWS.path)).to_pyarrow_table()
    assert len(table.to_pandas()) == len(table) == duckdb.sql('SELECT count(*) FROM "table"').fetchall()[0][0] == 5
    raws = {row["line_number"]: row["raw"] for row in table.to_pylist() if row["dataset"] == "title.basics"}
    assert all("Caf\\xE9 Winter" in raw or "Caf\\xE9 Orchard" in raw for raw in raws.values())
    title = lake.delta.read(silver.MOVIES.path).where("tconst = 'tt9900050'").collect()[0]["primary_title"]
    assert "\ufffd" in title


def test_b05_respelt_title_types_are_refused_with_the_types_that_are_there(lake):
    before = lake.versions(TABLES)
    respelt = case_file("B05-title-type-respelled", "title.basics.tsv.gz").read_bytes()
    with lake.corrupted({"title.basics.tsv.gz": lambda _: respelt}):
        lake.set_date("2025-01-02")
        message = failure_message(lake.run())
    assert "No titleType is movie." in message
    assert all(f"{name} (" in message for name in ("Movie", "TV Series", "TV Episode"))
    assert lake.versions(TABLES) == before
    assert lake.delta.read(silver.MOVIES.path).count() == 925
    # Another dataset of the same day was accepted.
    assert str(lake.delta.read(bronze.TITLE_RATINGS.path).first()["snapshotDate"]) == "2025-01-02"

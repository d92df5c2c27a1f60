"""A packed dataset becomes files of its bronze table, and files of what was not used as received."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from imdb_assets.tables.bronze import REJECTED_ROW, REJECTED_ROWS, TITLE_RATINGS
from imdb_assets.transforms import bronze
from imdb_assets.transforms.dataset_writer import DatasetWriter, UniqueKeys
from imdb_assets_tests.support.written_dataset import DAY, dataset_writer, rows_in

RATINGS, BASICS = "title.ratings", "title.basics"
LINES = [b"tconst\taverageRating\tnumVotes", b"tt1\t7.5\t10", b"tt2\tseven\t10", b"tt\xe93\t1\t1", b"tt4\t1.0\t5"]


def writer(folder: Path, dataset: str, lines: list[bytes], *, block_bytes: int = 1 << 20) -> DatasetWriter:
    packed = folder / "dataset.tsv.gz"
    packed.write_bytes(gzip.compress(b"\n".join(lines)))
    return dataset_writer(packed, dataset, block_bytes=block_bytes)


@pytest.mark.slow
def test_a_task_of_spark_writes_rows_and_records(tmp_path: Path, spark: SparkSession):
    facts = bronze.write_dataset(spark, writer(tmp_path, RATINGS, LINES))
    assert [tuple(row.values()) for row in rows_in(tmp_path / "rows", facts["files"])] == [
        ("tt1", 7.5, 10, DAY),
        ("tt4", 1.0, 5, DAY),
    ]
    bad_id, bad_rating = "tconst is not an IMDb title id: tt\ufffd3", "averageRating is not a double: seven"
    assert [tuple(row.values()) for row in rows_in(tmp_path / "records", facts["record_files"])] == [
        ("title.ratings", 3, REJECTED_ROW, "averageRating", bad_rating, "tt2\tseven\t10", DAY),
        ("title.ratings", 4, REJECTED_ROW, "tconst", bad_id, "tt\\xE93\t1\t1", DAY),
    ]
    assert (facts["rows_kept"], facts["rows_rejected"], facts["n_recorded"]) == (2, 2, 2)
    assert facts["has_unique_keys"]
    files = spark.read.parquet(str(tmp_path / "rows"))
    assert files.dtypes == [(column.name, column.type) for column in TITLE_RATINGS.columns]
    records = spark.read.parquet(str(tmp_path / "records"))
    assert records.dtypes == [(column.name, column.type) for column in REJECTED_ROWS.columns]


@pytest.mark.parametrize("block_bytes", [1, 40, 1 << 20])
def test_blocks_of_any_size_give_the_same_rows_and_line_numbers(tmp_path: Path, block_bytes):
    facts = writer(tmp_path, RATINGS, LINES, block_bytes=block_bytes).write()
    assert [row["tconst"] for row in rows_in(tmp_path / "rows", facts["files"])] == ["tt1", "tt4"]
    assert [row["line_number"] for row in rows_in(tmp_path / "records", facts["record_files"])] == [3, 4]


def test_nulls_and_values_of_enumerations_are_counted(tmp_path: Path):
    rows = [b"tt1\tmovie\tA\tA\t0\t2000\t\\N\t90\tDrama", b"tt2\tshort\tB\t\\N\t1\t\\N\t\\N\t\\N\t\\N"]
    facts = writer(tmp_path, BASICS, [b"header", *rows]).write()
    assert facts["rows_by_value"] == {"titleType": {"movie": 1, "short": 1}, "isAdult": {"0": 1, "1": 1}}
    nulls = {name: n for name, n in facts["n_nulls"].items() if n}
    assert nulls == {"originalTitle": 1, "startYear": 1, "endYear": 2, "runtimeMinutes": 1, "genres": 1}


def test_a_dataset_without_rows_has_one_empty_file_with_its_columns(tmp_path: Path):
    facts = writer(tmp_path, RATINGS, LINES[:1]).write()
    [name] = facts["files"]
    table = pq.read_table(tmp_path / "rows" / name)
    assert (table.num_rows, table.column_names) == (0, list(TITLE_RATINGS.column_names))
    assert facts["record_files"] == []


def test_files_have_extremes_of_the_key_only(tmp_path: Path):
    [name] = writer(tmp_path, RATINGS, LINES).write()["files"]
    group = pq.read_metadata(tmp_path / "rows" / name).row_group(0)
    assert [group.column(index).is_stats_set for index in range(group.num_columns)] == [True, False, False, False]


TWO_COLUMNS = ("titleId", "ordering")


@pytest.mark.parametrize(
    ("key", "rows", "are_unique"),
    [
        (("id",), [("tt1",), ("tt2",), ("tt3",)], True),
        (("id",), [("tt1",), ("tt2",), ("tt2",)], False),
        (("id",), [("tt1",), ("tt3",), ("tt2",)], False),
        (TWO_COLUMNS, [("tt1", 2), ("tt1", 1), ("tt2", 1)], True),
        (TWO_COLUMNS, [("tt1", 1), ("tt1", 2), ("tt1", 1)], False),
        (TWO_COLUMNS, [("tt2", 1), ("tt1", 1), ("tt2", 2)], False),
        ((), [("tt1",)], False),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_repeated_keys_are_noticed_within_and_across_blocks(key, rows, are_unique, size):
    keys = UniqueKeys(key)
    columns = key or ("id",)
    for start in range(0, len(rows), size):
        block = [dict(zip(columns, row, strict=True)) for row in rows[start : start + size]]
        keys.add(pa.Table.from_pylist(block))
    assert keys.are_unique == are_unique

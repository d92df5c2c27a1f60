"""Tables carry their declaration, rows are merged by key, and programs other than Spark can read them."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
import pytest
from deltalake import DeltaTable
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.resources.blob_storage import StorageUnavailable
from imdb_assets.resources.commit_log import CommitLog
from imdb_assets.resources.delta import DeltaLake, TableMissing
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.known_errors import RowsRefused
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.table_maintenance import optimize_and_vacuum
from imdb_assets.tables import silver
from imdb_assets.tables.table import Column, Table
from imdb_assets_tests.support.films import SNAPSHOT

pytestmark = pytest.mark.slow

THINGS = Table(
    layer="silver",
    name="things",
    description="Things, and it's all.",
    primary_key=("id",),
    columns=(
        Column(name="id", type="int", comment="Id.", nullable=False, check="id > 0"),
        Column(name="size", type="double", comment="Size, metres.", check="size < 100"),
        Column(name="kind", type="string", comment="Kind.", nullable=False),
    ),
)
ROWS = [(1, 0.5, "a"), (2, None, "b")]


@pytest.fixture
def delta(tmp_path, spark_resource: Spark) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path))
    return DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)


def frame(spark: SparkSession, rows: list, ddl: str = "id int, size double, kind string") -> DataFrame:
    return spark.createDataFrame(rows, ddl)


def rows_of(delta: DeltaLake) -> list[tuple]:
    return sorted(map(tuple, delta.read(THINGS.path).collect()))


def test_a_table_carries_its_declaration(delta, spark, tmp_path):
    delta.overwrite(THINGS, frame(spark, ROWS))
    table = DeltaTable(str(tmp_path / THINGS.path))
    fields = {field.name: field for field in table.schema().fields}
    configuration = table.metadata().configuration
    assert configuration["delta.constraints.id_is_present"] == "`id` IS NOT NULL"
    assert configuration["delta.logRetentionDuration"] == "interval 30 days"
    assert fields["size"].metadata["comment"] == "Size, metres."
    assert table.metadata().description == "Things, and it's all."
    statistics = table.get_add_actions(flatten=True).column_names
    assert [name for name in statistics if name.startswith("min.")] == ["min.id"]


@pytest.mark.parametrize("row", [(0, 0.5, "a"), (3, 100.0, "a"), (None, 0.5, "a"), (3, 0.5, None)])
def test_rows_that_violate_a_constraint_are_refused(delta, spark, row):
    delta.overwrite(THINGS, frame(spark, ROWS))
    with pytest.raises(RowsRefused, match="silver_things keeps its last version"):
        delta.overwrite(THINGS, frame(spark, [row]))
    assert rows_of(delta) == ROWS


@pytest.mark.parametrize("rows", [ROWS, []])
def test_rows_are_loaded_at_once_or_when_they_are_needed(delta, spark, rows):
    delta.overwrite(THINGS, frame(spark, rows))
    later = delta.load(THINGS.asset_name, pads.Dataset)
    assert later.schema.names == ["id", "size", "kind"]
    assert later.to_table(columns=["id"]).to_pydict() == {"id": [row[0] for row in rows]}
    assert later.to_table().equals(delta.load(THINGS.asset_name, pa.Table))
    assert len(delta.load(THINGS.asset_name, pd.DataFrame)) == len(rows)


def test_other_writers_cannot_violate_a_constraint(delta, spark):
    delta.overwrite(THINGS, frame(spark, ROWS))
    writer = frame(spark, [(0, 1.0, "a")]).write.format("delta").mode("append")
    with pytest.raises(Py4JJavaError, match="CHECK constraint id_is_legal"):
        writer.save(delta.lake.uri(THINGS.path))
    assert rows_of(delta) == ROWS


def test_a_changed_declaration_is_applied_by_the_next_overwrite(delta, spark):
    delta.overwrite(THINGS, frame(spark, ROWS))
    wider = replace(THINGS, columns=(*THINGS.columns, Column(name="colour", type="string", comment="Colour.")))
    delta.overwrite(wider, frame(spark, [(1, 0.5, "a", "red")], "id int, size double, kind string, colour string"))
    assert rows_of(delta) == [(1, 0.5, "a", "red")]


COLOUR = Column(name="colour", type="string", comment="Colour.")
WIDER = replace(THINGS, columns=(*THINGS.columns, COLOUR))
FOUR = "id int, size double, kind string, colour string"


def test_a_changed_declaration_and_the_rows_are_one_commit(delta, spark):
    delta.overwrite(THINGS, frame(spark, ROWS))
    delta.overwrite(WIDER, frame(spark, [(3, 1.5, "c", "red")], FOUR))
    assert delta.commits(THINGS.path) == [0, 1]
    with pytest.raises(RowsRefused, match=r"id_is_legal \(id > 0\): 1;"):
        delta.overwrite(THINGS, frame(spark, [(0, 1.0, "a")]))
    assert rows_of(delta) == [(3, 1.5, "c", "red")]


def test_a_changed_declaration_keeps_the_rows_that_are_not_replaced(delta, spark):
    delta.overwrite(THINGS, frame(spark, ROWS))
    delta.overwrite(WIDER, frame(spark, [(3, 1.5, "b", "red")], FOUR), where="kind = 'b'")
    assert rows_of(delta) == [(1, 0.5, "a", None), (3, 1.5, "b", "red")]


@pytest.mark.parametrize("write", [DeltaLake.insert_new, partial(DeltaLake.merge, is_whole=False)])
def test_a_new_column_is_added_to_a_table_that_accumulates(delta, spark, write):
    write(delta, THINGS, frame(spark, ROWS))
    write(delta, WIDER, frame(spark, [(3, 1.5, "c", "red")], FOUR))
    assert rows_of(delta) == [(1, 0.5, "a", None), (2, None, "b", None), (3, 1.5, "c", "red")]


def test_maintenance_keeps_old_versions_for_the_retention_and_the_record_of_the_last_rows(delta, spark):
    delta.overwrite(THINGS, frame(spark, ROWS), record={"n": 1})
    longer = delta.model_copy(update={"retention_days": 90})
    for _ in range(2):
        optimize_and_vacuum(longer, THINGS.path)
    properties = spark.sql(f"DESCRIBE DETAIL delta.`{delta.lake.uri(THINGS.path)}`").first()["properties"]
    assert properties["delta.logRetentionDuration"] == properties["delta.deletedFileRetentionDuration"]
    assert properties["delta.logRetentionDuration"] == "interval 90 days"
    assert (rows_of(delta), delta.record_of(THINGS.path)["n"]) == (ROWS, 1)
    # A checkpoint lets Delta delete expired commits, and readers start from it.
    assert delta.lake.exists(f"{THINGS.path}/_delta_log/_last_checkpoint")
    delta.overwrite(THINGS, frame(spark, [(3, 1.5, "c")]))
    assert rows_of(delta) == [(3, 1.5, "c")]


def test_a_table_that_was_declared_but_never_written_does_not_exist(delta, spark):
    # The state after a killed run of an earlier version of the platform.
    spark.sql(f"CREATE TABLE delta.`{delta.lake.uri(THINGS.path)}` ({THINGS.ddl}) USING delta")
    with pytest.raises(TableMissing, match=r"silver_things has no table at .* materialize silver_things first"):
        delta.read(THINGS.path)
    delta.overwrite(THINGS, frame(spark, ROWS))
    assert rows_of(delta) == ROWS


@pytest.mark.parametrize(
    ("is_whole", "expected"),
    [(True, [(2, 2.5, "b"), (3, 3.5, "c")]), (False, [(1, 0.5, "a"), (2, 2.5, "b"), (3, 3.5, "c")])],
)
def test_rows_are_merged_by_key(delta, spark, is_whole, expected):
    delta.merge(THINGS, frame(spark, ROWS), is_whole=is_whole)
    new = frame(spark, [(2, 2.5, "b"), (3, 3.5, "c")])
    for record in ({"n": 1}, {"n": 2}):
        delta.merge(THINGS, new, is_whole=is_whole, record=record)
        assert rows_of(delta) == expected
        assert delta.record_of(THINGS.path)["n"] == record["n"]
    assert CommitLog(delta.lake, THINGS.path).metrics()["numTargetRowsUpdated"] == 0


def test_inserting_new_keys_never_changes_existing_rows(delta, spark):
    delta.insert_new(THINGS, frame(spark, ROWS))
    new = frame(spark, [(2, 2.5, "changed"), (3, 3.5, "c")])
    for record in ({"n": 1}, {"n": 2}):
        delta.insert_new(THINGS, new, record=record)
        assert rows_of(delta) == [*ROWS, (3, 3.5, "c")]
        assert delta.record_of(THINGS.path)["n"] == record["n"]


class LosingAnswers(FolderBlobStorage):
    """A storage that does what it is asked, but whose answer to a commit is lost."""

    def publish(self, local_file: Path, path: str, *, is_new: bool = False) -> None:
        super().publish(local_file, path, is_new=is_new)
        if is_new:
            raise StorageUnavailable("the answer was lost")


def test_a_commit_whose_answer_is_lost_keeps_its_files(delta, spark, tmp_path):
    losing = delta.model_copy(update={"lake": LosingAnswers(root=str(tmp_path))})
    with pytest.raises(StorageUnavailable):
        losing.overwrite(THINGS, frame(spark, ROWS), record={"n": 1})
    assert (rows_of(delta), delta.record_of(THINGS.path)["n"]) == (ROWS, 1)
    assert delta.missing_files(THINGS.path) == ()


def test_a_table_without_rows_exists_and_keeps_its_record(delta, spark):
    for is_whole in (True, False):
        delta.merge(THINGS, frame(spark, []), is_whole=is_whole, record={"n": str(is_whole)})
        assert (rows_of(delta), delta.record_of(THINGS.path)["n"]) == ([], str(is_whole))
    delta.overwrite(THINGS, frame(spark, []), record={"n": 3})
    assert delta.record_of(THINGS.path)["n"] == 3


def test_delta_rs_and_duckdb_read_what_spark_wrote(delta, spark, tmp_path):
    delta.overwrite(THINGS, frame(spark, [(9, 9.5, "z")]))
    delta.overwrite(THINGS, frame(spark, ROWS))
    things = DeltaTable(str(tmp_path / THINGS.path)).to_pyarrow_table()
    assert sorted(tuple(row.values()) for row in things.to_pylist()) == ROWS
    assert duckdb.sql("SELECT kind FROM things WHERE size IS NULL").fetchall() == [("b",)]


def test_the_examples_in_the_docs_run(delta, spark, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lake = FolderBlobStorage(root=str(tmp_path / "data" / "lake"))
    lake_of_the_docs = DeltaLake(spark=delta.spark, lake=lake)
    movie, rating = ("tt1", "The One", None, False, 2000, 90, ["Drama"]), ("tt1", 7.5, 1200, SNAPSHOT)
    lake_of_the_docs.overwrite(silver.MOVIES, spark.createDataFrame([movie], spark_schema(silver.MOVIES)))
    lake_of_the_docs.overwrite(silver.RATINGS, spark.createDataFrame([rating], spark_schema(silver.RATINGS)))
    page = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")
    names: dict = {}
    for example in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(example, names)  # noqa: S102 - our own page
    assert "The One" in capsys.readouterr().out
    assert names["earlier_movies"].num_rows == 1


def test_a_past_snapshot_is_read_by_its_version(delta, spark, tmp_path):
    delta.overwrite(THINGS, frame(spark, ROWS))
    delta.overwrite(THINGS, frame(spark, [(9, 9.5, "z")]))
    past = spark.read.format("delta").option("versionAsOf", 0).load(delta.lake.uri(THINGS.path))
    assert sorted(map(tuple, past.collect())) == ROWS
    assert DeltaTable(str(tmp_path / THINGS.path), version=0).to_pyarrow_table().num_rows == 2

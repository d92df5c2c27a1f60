from uuid import uuid4

import dagster as dg
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.materialization.checked_commit import ROW_COUNT, ROW_COUNTS, Checked, Writing
from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets_tests.support.things import THINGS, Held

GOOD = [(1, 0.5), (2, None)]
# The first commit declares the table, the second writes its rows.
WRITTEN = [0]

pytestmark = pytest.mark.slow


@pytest.fixture
def delta(tmp_path_factory: pytest.TempPathFactory, spark_resource: Spark) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path_factory.mktemp("lake")))
    return DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)


def materialize(
    delta: DeltaLake, rows: object, *, state: str = "", tags: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    version, held = state or uuid4().hex, Held(rows)

    @table_asset(
        THINGS,
        check_specs=[dg.AssetCheckSpec("world_is_round", asset="silver_things", blocking=True)],
        state=lambda: version,
    )
    def silver_things() -> object:
        return held.value

    resources = {"delta": delta, "spark": delta.spark}
    return dg.materialize([silver_things], resources=resources, raise_on_error=False, tags=tags)


def things(spark: SparkSession, rows: list, ddl: str = THINGS.ddl, *, round_world: bool = True) -> Checked:
    frame = spark.createDataFrame(rows, ddl)
    return Checked(frame, checks=[dg.AssetCheckResult(check_name="world_is_round", passed=round_world)])


def materialize_by(writing: Writing, delta: DeltaLake, frame: DataFrame, *, state: str) -> dg.ExecuteInProcessResult:
    held = Held(frame)

    @table_asset(
        THINGS,
        check_specs=[dg.AssetCheckSpec("world_is_flat", asset="silver_things")],
        state=lambda: state,
        writing=writing,
    )
    def silver_things() -> object:
        flat = dg.AssetCheckResult(check_name="world_is_flat", passed=False, severity=dg.AssetCheckSeverity.WARN)
        return Checked(held.value, checks=[flat])

    return dg.materialize([silver_things], resources={"delta": delta, "spark": delta.spark}, raise_on_error=False)


def test_a_valid_table_is_written_with_its_metadata(delta: DeltaLake, spark: SparkSession) -> None:
    result = materialize(delta, things(spark, GOOD))
    (event,) = result.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["dagster/row_count"].value == 2
    assert metadata["bytes_written"].value > 0
    assert metadata["rows_per_second"].value > 0
    assert str(metadata["dagster/uri"].value).endswith("silver/things")
    comments = {field.name: field.metadata.get("comment") for field in delta.read("silver/things").schema}
    assert comments == {"id": "Id.", "size": "It's a size, metres."}


@pytest.mark.parametrize(
    ("rows", "ddl", "reason"),
    [
        (
            [(1, 0.5), (1, 0.7)],
            "id int, size double",
            "primary_key_is_unique: 1 values of (id) are repeated, such as 1",
        ),
        ([(None, 0.5)], "id int, size double", "id is null in 1 rows"),
        ([("1", 0.5)], "id string, size double", "id is string, not int"),
        ([(1,)], "id int", "size is missing"),
    ],
)
def test_an_invalid_table_is_refused_and_the_old_one_stays(
    delta: DeltaLake, spark: SparkSession, rows: list, ddl: str, reason: str
) -> None:
    assert materialize(delta, things(spark, GOOD)).success
    result = materialize(delta, things(spark, rows, ddl))
    assert not result.success
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    assert reason in (failure.user_failure_data.description or "")
    assert sorted(map(tuple, delta.read("silver/things").collect())) == GOOD
    assert delta.commits("silver/things") == WRITTEN


def test_a_blocking_check_of_the_asset_itself_refuses_the_table(delta: DeltaLake, spark: SparkSession) -> None:
    assert not materialize(delta, things(spark, GOOD, round_world=False)).success
    assert delta.commits("silver/things") == []


def test_pandas_rows_get_the_declared_types(delta: DeltaLake) -> None:
    checks = [dg.AssetCheckResult(check_name="world_is_round", passed=True)]
    rows = pd.DataFrame({"id": [1, 2], "size": [0.5, None]})
    assert materialize(delta, Checked(rows, checks=checks)).success
    assert sorted(map(tuple, delta.read("silver/things").collect())) == GOOD


def test_a_long_computation_lets_other_runs_write_to_the_lake(delta: DeltaLake) -> None:
    is_free: list[bool] = []

    def look() -> None:
        with FolderBlobStorage(root=delta.lake.root).try_lock() as is_held:
            is_free.append(is_held)

    held = Held(look)

    @table_asset(THINGS, is_long=True)
    def silver_things() -> pd.DataFrame:
        held.value()
        return pd.DataFrame({"id": [1, 2], "size": [0.5, None]})

    resources = {"delta": delta, "spark": delta.spark}
    for _ in range(2):
        assert dg.materialize([silver_things], resources=resources).success
    assert is_free == [True]
    assert sorted(map(tuple, delta.read("silver/things").collect())) == GOOD


def test_a_table_with_unchanged_inputs_is_neither_computed_nor_written_again(
    delta: DeltaLake, spark: SparkSession, capfd: pytest.CaptureFixture[str]
) -> None:
    first = materialize(delta, things(spark, GOOD), state="a")
    again = materialize(delta, things(spark, GOOD), state="a")
    assert delta.commits("silver/things") == WRITTEN
    (written,), (unchanged,) = first.get_asset_materialization_events(), again.get_asset_materialization_events()
    assert unchanged.materialization.metadata["is_unchanged"].value is True
    skipped = str(unchanged.materialization.metadata["skipped"].value)
    assert skipped.startswith("Skipped: inputs and code have not changed")
    assert "skipped" not in written.materialization.metadata
    assert skipped in capfd.readouterr().err
    for name in ("dagster/row_count", "preview", "delta_version"):
        assert unchanged.materialization.metadata[name] == written.materialization.metadata[name]
    versions = [(event.materialization.tags or {})["dagster/data_version"] for event in (written, unchanged)]
    assert versions[0] == versions[1]
    checks = [
        [(check.check_name, check.passed) for check in run.get_asset_check_evaluations()] for run in (first, again)
    ]
    assert checks[0] == checks[1]
    assert len(checks[0]) == 3


@pytest.mark.parametrize(
    ("writing", "expected"),
    [
        (Writing.INSERT_NEW, [*GOOD, (3, 1.5)]),
        (Writing.MERGE_ROWS, [GOOD[0], (2, 9.5), (3, 1.5)]),
        (Writing.MERGE_WHOLE, [(2, 9.5), (3, 1.5)]),
        (Writing.OVERWRITE, [(2, 9.5), (3, 1.5)]),
    ],
)
def test_rows_are_written_in_the_way_of_the_asset(delta: DeltaLake, spark: SparkSession, writing, expected) -> None:
    for state, rows in (("a", GOOD), ("b", [(2, 9.5), (3, 1.5)])):
        result = materialize_by(writing, delta, spark.createDataFrame(rows, THINGS.ddl), state=state)
        (event,) = result.get_asset_materialization_events()
        assert event.materialization.metadata[ROW_COUNTS.get(writing, ROW_COUNT)].value == 2
    assert sorted(map(tuple, delta.read("silver/things").collect())) == expected
    assert delta.missing_files("silver/things") == ()
    # Rows that were merged are in files of Delta's, so nothing stays of the folder from which they were merged.
    folders = {name.split("/")[2] for name in delta.lake.files("silver/things") if "/rows-" in name}
    assert len(folders) == (2 if writing is Writing.OVERWRITE else 1)


def test_a_warning_stays_a_warning_when_the_table_is_unchanged(delta: DeltaLake, spark: SparkSession) -> None:
    frame = spark.createDataFrame(GOOD, THINGS.ddl)
    for is_unchanged in (False, True):
        result = materialize_by(Writing.OVERWRITE, delta, frame, state="a")
        (event,) = result.get_asset_materialization_events()
        assert ("is_unchanged" in event.materialization.metadata) == is_unchanged
        flat = next(check for check in result.get_asset_check_evaluations() if check.check_name == "world_is_flat")
        assert (flat.passed, flat.severity) == (False, dg.AssetCheckSeverity.WARN)


@pytest.mark.parametrize(("state", "tags"), [("b", {}), ("a", {"force": "true"})])
def test_a_different_state_or_force_rebuilds_the_table(
    delta: DeltaLake, spark: SparkSession, state: str, tags: dict[str, str]
) -> None:
    assert materialize(delta, things(spark, GOOD), state="a").success
    assert materialize(delta, things(spark, GOOD), state=state, tags=tags).success
    assert delta.commits("silver/things") == [*WRITTEN, 1]


def test_optimizing_a_table_keeps_its_fingerprint(delta: DeltaLake, spark: SparkSession) -> None:
    assert materialize(delta, things(spark, [(n, 0.5) for n in range(9)]), state="a").success
    spark.read.format("delta").load(delta.lake.uri("silver/things")).repartition(3).write.format("delta").mode(
        "overwrite"
    ).option("userMetadata", '{"fingerprint": "mine"}').save(delta.lake.uri("silver/things"))
    spark.sql(f"OPTIMIZE delta.`{delta.lake.uri('silver/things')}`")
    assert delta.commits("silver/things") == [*WRITTEN, 1, 2]
    assert delta.data_version("silver_things") == "mine"


def test_rows_of_repeated_keys_are_counted(delta: DeltaLake, spark: SparkSession) -> None:
    rows = things(spark, GOOD)
    repeats = spark.createDataFrame([*GOOD, (2, 0.1), (2, 0.2)], THINGS.ddl)
    result = materialize(delta, Checked(rows.frame, rows.checks, with_repeats=repeats))
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["rows_of_repeated_keys"].value == 2


def test_calling_an_asset_calls_its_function(spark: SparkSession) -> None:
    @table_asset(THINGS)
    def silver_things(frame: DataFrame) -> DataFrame:
        return frame.where("id = 1")

    assert silver_things(spark.createDataFrame(GOOD, THINGS.ddl)).count() == 1


def test_a_function_not_named_after_its_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="must be named silver_things, not things"):

        @table_asset(THINGS)
        def things() -> None: ...

"""Folders whose names mean something to Spark, SQL, addresses or file patterns: lakes in them work like any other."""

from pathlib import Path

import pytest

from app.cli.lake_status import lake_of, lake_status
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.table_maintenance import optimize_and_vacuum
from imdb_assets.settings import settings_from
from imdb_assets.tables import bronze, silver
from imdb_assets_tests.support.cases import CASES, case_variables
from imdb_assets_tests.support.core_graph import assets_of
from imdb_assets_tests.support.lake_contract import THINGS, merge
from imdb_assets_tests.support.platforms import run_job

# Brackets, braces, * and ? are patterns. The second name of each pair matches the first one as a pattern.
NAMES = [
    ("my lake [2025] {a,b} ~é日本", "my lake 2 a ~é日本"),
    ("st*r que?tion back\\slash", "staar question backslash"),
    ("a%20b #c 100% colon:", "a b #c 100% colon:"),
    ('it\'s "q" b`t $x ${HOME} ;&=+', 'it\'s "q" b`t $x ${HOME} ;&=+ 2'),
]
GRAPH = [bronze.DATASETS["title.ratings"], bronze.REJECTED_ROWS, silver.RATINGS, silver.RATING_HISTORY]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "match"), NAMES)
def test_a_lake_of_any_name_is_written_merged_compacted_and_read(
    tmp_path: Path, spark_resource: Spark, name: str, match: str
) -> None:
    lake, other = (FolderBlobStorage(root=str(tmp_path / folder / "lake")) for folder in (name, match))
    delta = DeltaLake(spark=spark_resource, lake=lake)
    assert merge(delta) == {"before": [[0, 1], [1, 1], [2, 1]], "now": [[0, 1], [1, 1], [2, 2], [3, 2]]}
    optimize_and_vacuum(delta, THINGS.path)
    assert delta.read(THINGS.path).count() == 4
    lake.write_bytes_atomically("landing/lines.txt", b"this lake\n")
    other.write_bytes_atomically("landing/lines.txt", b"another lake\nof two lines\n")
    lines = spark_resource.spark_session.read.text(lake.pattern("landing/lines.txt"))
    assert [row.value for row in lines.collect()] == ["this lake"]
    assert lake.files("landing") == ("landing/lines.txt",)
    lake.delete_folder("landing")
    assert other.files("landing") == ("landing/lines.txt",)
    # Nothing has been written next to the two lakes.
    assert {folder.name for folder in tmp_path.iterdir()} == {name, match}


@pytest.mark.slow
def test_b21_a_lake_with_brackets_and_braces_is_the_lake_of_any_other_name(tmp_path: Path) -> None:
    variables = case_variables(CASES / "base", tmp_path / "{mine} [2025]")
    result = run_job(variables, "daily_refresh", assets=assets_of("daily_refresh", GRAPH))
    assert result.success
    tables = {table.table: table.rows for table in lake_status(lake_of(settings_from(variables))).tables}
    rows = {table.asset_name: tables[table.asset_name] for table in GRAPH}
    assert rows[silver.RATINGS.asset_name]
    assert rows[bronze.DATASETS["title.ratings"].asset_name] == rows[silver.RATINGS.asset_name]

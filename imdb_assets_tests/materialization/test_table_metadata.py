import json
from pathlib import Path

import dagster as dg
import pyarrow as pa

from imdb_assets.materialization.column_lineage import LINEAGE, as_lineage
from imdb_assets.materialization.kept_plots import Plots
from imdb_assets.materialization.table_metadata import (
    BLOCK,
    MAX_CELL_LENGTH,
    metadata_from_json,
    metadata_to_json,
    missing_values,
    preview,
)
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.tables.table import Column, Table
from imdb_assets_tests.support.things import staged

THINGS = Table(
    layer="silver",
    name="things",
    description="Things.",
    columns=(
        Column(name="id", type="int", comment="Id.", nullable=False),
        Column(name="size", type="double", comment="Size, metres."),
    ),
)


def test_metadata_survives_a_json_round_trip(tmp_path: Path):
    plots = Plots(FolderBlobStorage(root=str(tmp_path)), "silver/things")
    metadata = {
        "preview": dg.MetadataValue.md("| a |"),
        LINEAGE: as_lineage({"title": ["silver_movies.primary_title"]}),
        "rows": 3,
    }
    text = json.dumps(metadata_to_json(metadata, plots))
    assert metadata_from_json(json.loads(text), plots) == metadata
    assert metadata_to_json({"rows": dg.MetadataValue.int(3)}, plots) == {"rows": 3}


def test_a_preview_shows_values_unparsed_and_on_one_line():
    rows = pa.table({
        "year": pa.array([1999, None], pa.int32()),
        "text": ["a|b\nc", "x" * 100],
        "genres": [["Drama", "War"], []],
        "id": ["007", "1e5"],
    })  # fmt: skip
    header, _, first, second = preview(rows).splitlines()
    assert [cell.strip() for cell in header.strip("|").split("|")] == rows.column_names
    assert [cell.strip() for cell in first[1:-1].replace("\\|", "/").split("|")] == [
        "1999",
        "a/b c",
        "Drama, War",
        "007",
    ]
    assert [cell.strip() for cell in second[1:-1].split("|")][::3] == ["None", "1e5"]
    assert "x" * (MAX_CELL_LENGTH - 1) + "…" in second


def test_f32_a_preview_shows_hostile_text_as_it_is():
    rows = pa.table({"title": ["<img src=x onerror=alert(1)>", "[a](javascript:alert(1)) `b`", "a\r\n| b | c |"]})
    lines = preview(rows).splitlines()
    assert [line[1:-1].strip() for line in lines[2:]] == [
        r"\<img src=x onerror=alert(1)\>", "\\[a\\](javascript:\u2060alert(1)) \\`b\\`", r"a \| b \| c \|",
    ]  # fmt: skip


def test_a_preview_of_an_empty_table_shows_the_columns():
    header, _ = preview(pa.table({"id": pa.array([], pa.string())})).splitlines()
    assert header.strip("| ") == "id"


def test_missing_values_are_shown_only_for_rows_with_nullable_columns():
    rows = staged(n_rows=4, n_nulls={"size": 1})
    assert missing_values(THINGS, rows).md_str.splitlines()[2] == f"| size | 25.0% | {8 * BLOCK} |"
    assert missing_values(THINGS, staged(n_rows=0)) is None
    required = Table(layer="silver", name="ids", description="Ids.", columns=THINGS.columns[:1])
    assert missing_values(required, rows) is None

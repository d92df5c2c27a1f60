from pathlib import Path

import pyarrow as pa
import pytest

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, single_array

CHUNKED = pa.table({"name": pa.chunked_array([["a", None], ["", "d"]]), "n": pa.chunked_array([[1, 2], [3, 4]])})


def test_an_opened_table_is_the_saved_one_in_one_chunk_without_a_copy(tmp_path: Path) -> None:
    save_table(CHUNKED, tmp_path / "table.arrow")
    before = pa.total_allocated_bytes()
    opened = open_table(tmp_path / "table.arrow")
    assert pa.total_allocated_bytes() == before
    assert opened.equals(CHUNKED)
    assert opened["name"].num_chunks == 1


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    save_table(CHUNKED.slice(0, 0), tmp_path / "table.arrow")
    assert open_table(tmp_path / "table.arrow").schema == CHUNKED.schema


def test_a_column_of_several_chunks_becomes_one_array() -> None:
    assert single_array(CHUNKED["name"]).to_pylist() == ["a", None, "", "d"]
    assert single_array(pa.chunked_array([], type=pa.string())).to_pylist() == []


def test_a_file_that_is_not_a_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "table.arrow").write_text("name\na\n")
    with pytest.raises(pa.ArrowInvalid):
        open_table(tmp_path / "table.arrow")
    with pytest.raises(FileNotFoundError):
        open_table(tmp_path / "absent.arrow")

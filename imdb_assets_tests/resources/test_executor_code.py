"""Executors without this package import its modules from the file that they are sent."""

import subprocess
import sys

from imdb_assets.resources.executor_code import write_code_archive


def test_the_parser_of_datasets_is_imported_from_the_archive(tmp_path):
    archive = write_code_archive(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from imdb_assets.transforms import line_parser; print(line_parser.__file__)"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-c", code, str(archive)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert found.stdout.startswith(str(archive))


def test_equal_modules_give_equal_bytes(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert write_code_archive(first).read_bytes() == write_code_archive(second).read_bytes()

"""Errors and addresses of the folder storage; its other behaviour is in `test_blob_storage.py`."""

import os

import pytest

from imdb_assets.resources.blob_storage import StorageError
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage


def test_a_root_that_is_a_file_raises_one_clear_error(tmp_path):
    (tmp_path / "lake").write_text("not a folder")
    with pytest.raises(StorageError, match=r"cannot be used .* check LAKE_URI"):
        FolderBlobStorage(root=str(tmp_path / "lake")).write_bytes_atomically("f", b"")


def test_the_copies_of_killed_processes_are_deleted(tmp_path):
    old, recent = (tmp_path / f".f.{name}.partial" for name in ("old", "recent"))
    for copy in (old, recent):
        copy.write_bytes(b"half")
    os.utime(old, (0, 0))
    FolderBlobStorage(root=str(tmp_path)).write_bytes_atomically("f", b"whole")
    assert (old.exists(), recent.exists()) == (False, True)


def test_the_address_of_a_folder_is_absolute(tmp_path):
    root = os.path.relpath(tmp_path / "lake")
    assert FolderBlobStorage(root=root).uri("silver/movies") == str(tmp_path / "lake/silver/movies")

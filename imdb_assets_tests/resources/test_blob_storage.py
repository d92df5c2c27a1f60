"""The storage contract, checked for a folder and for Azurite."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imdb_assets.resources.blob_storage import BlobStorage, StorageError, StorageFileExists, StorageFileMissing
from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets_tests.support.azurite import AZURITE_KEY, AZURITE_URI


@pytest.fixture(params=["folder", pytest.param("azurite", marks=[pytest.mark.slow, pytest.mark.needs("azurite")])])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStorage:
    if request.param == "folder":
        return blob_storage_for(str(tmp_path / "lake"))
    uri = f"{AZURITE_URI}/{tmp_path.name}"
    return blob_storage_for(uri, key=AZURITE_KEY, endpoint=request.getfixturevalue("azurite"))


def test_written_bytes_are_read_back(storage):
    storage.write_bytes_atomically("landing/a.json", b"{}")
    assert storage.read_bytes("landing/a.json") == b"{}"


def test_an_empty_file_exists(storage):
    storage.write_bytes_atomically("empty", b"")
    assert (storage.exists("empty"), storage.read_bytes("empty")) == (True, b"")


def test_a_published_file_can_be_downloaded(storage, tmp_path):
    (tmp_path / "local").write_bytes(b"\x1f\x8b" * 1_000_000)
    storage.publish(tmp_path / "local", "deep/er/file.gz")
    storage.download("deep/er/file.gz", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "local").read_bytes()


def test_files_are_listed_at_any_depth_with_paths_relative_to_the_root(storage):
    for path in ("b/2", "a/1", "a/deep/3", "ab/4"):
        storage.write_bytes_atomically(path, b"x")
    assert storage.files() == ("a/1", "a/deep/3", "ab/4", "b/2")
    assert storage.files("a") == ("a/1", "a/deep/3")
    assert storage.files("nothing") == ()


def test_writing_again_replaces_the_file(storage):
    storage.write_bytes_atomically("f", b"longer than the next")
    storage.write_bytes_atomically("f", b"next")
    assert storage.read_bytes("f") == b"next"


def test_a_file_that_must_be_new_replaces_none(storage):
    storage.write_bytes_atomically("log/1.json", b"first", is_new=True)
    with pytest.raises(StorageFileExists):
        storage.write_bytes_atomically("log/1.json", b"second", is_new=True)
    assert storage.read_bytes("log/1.json") == b"first"
    assert storage.size("log/1.json") == 5
    assert storage.files("log") == ("log/1.json",)


def test_a_reader_sees_the_old_file_or_the_new_one_and_never_a_part(storage):
    contents = {b"a" * 3_000_000, b"b" * 3_000_000}
    storage.write_bytes_atomically("f", min(contents))
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(lambda: [storage.write_bytes_atomically("f", each) for each in sorted(contents) * 5])
        contents_read = set()
        while not writing.done():
            contents_read.add(storage.read_bytes("f"))
        writing.result()
    assert contents_read <= contents


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(storage, tmp_path):
    storage.write_bytes_atomically("f", b"old")
    with pytest.raises(StorageError):
        storage.publish(tmp_path / "missing", "f")
    assert storage.files() == ("f",)
    assert storage.read_bytes("f") == b"old"


def test_reading_a_missing_file_raises_an_error_with_its_path(storage, tmp_path):
    assert not storage.exists("no/such")
    with pytest.raises(StorageFileMissing, match=r"no/such does not exist; .*LAKE_URI"):
        storage.read_bytes("no/such")
    with pytest.raises(StorageFileMissing, match="no/such"):
        storage.download("no/such", tmp_path / "copy")


def test_a_folder_does_not_count_as_a_file(storage):
    storage.write_bytes_atomically("folder/f", b"x")
    assert not storage.exists("folder")


def test_a_file_can_be_deleted_twice(storage):
    storage.write_bytes_atomically("f", b"x")
    storage.delete("f")
    storage.delete("f")
    assert storage.files() == ()


def test_concurrent_threads_see_each_others_files(storage):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda i: storage.write_bytes_atomically(f"t/{i}", bytes([i]) * 1000), range(16)))
        read = list(threads.map(lambda i: storage.read_bytes(f"t/{i}"), range(16)))
    assert read == [bytes([i]) * 1000 for i in range(16)]
    assert len(storage.files("t")) == 16


def test_a_folder_is_deleted_with_its_content_and_can_be_deleted_twice(storage):
    for path in ("a/1", "a/deep/2", "ab/3"):
        storage.write_bytes_atomically(path, b"x")
    for _ in range(2):
        storage.delete_folder("a")
        assert storage.files() == ("ab/3",)


def test_only_one_holder_has_the_lock_until_it_is_released(storage):
    again = storage.model_copy()
    with storage.try_lock() as is_held:
        assert is_held
        with again.try_lock() as is_held_twice:
            assert not is_held_twice
        part = storage.part("locks/one")
        with part.try_lock("the part") as is_part_held:
            assert is_part_held
            assert part.lock_holder().startswith("the part, process ")
    assert storage.read_bytes("locks/one/writing.holder") == part.read_bytes("writing.holder")
    with again.try_lock() as is_held:
        assert is_held

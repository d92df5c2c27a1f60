"""Datasets over real HTTP, from a folder and of the sample world; every refusal is one sentence and leaves nothing."""

import gzip
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from imdb_assets.resources.dataset_manifest import DatasetRefused, Manifest, verify_dataset
from imdb_assets.resources.imdb_datasets import (
    FolderImdbDatasets,
    HttpImdbDatasets,
    SampleImdbDatasets,
    imdb_datasets_for,
)
from imdb_assets.resources.omdb import SampleOmdb
from imdb_assets.sample_world import world
from imdb_assets.tables.bronze import DATASETS
from imdb_assets_tests.support.imdb_server import ImdbServer, Trouble

RATINGS = "title.ratings"
FILE = "title.ratings.tsv.gz"
HEADER = ("tconst", "averageRating", "numVotes")
TEXT = b"tconst\taverageRating\tnumVotes\ntt0000001\t5.7\t2000\ntt0000002\t6.1\t12\n"
DATASET = gzip.compress(TEXT, mtime=0)
HEADER_ONLY = gzip.compress(TEXT[: TEXT.index(b"\n") + 1], mtime=0)
# Random votes hardly pack: larger than what is read at once.
LARGE = gzip.compress(
    TEXT + b"".join(b"tt%d\t5.5\t%s\n" % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(60_000)), mtime=0
)
LATER = gzip.compress(TEXT + b"tt0000003\t9.9\t5\n", mtime=0)


@pytest.fixture
def source(imdb: ImdbServer) -> HttpImdbDatasets:
    imdb.files[FILE] = DATASET
    return HttpImdbDatasets(url=imdb.url, timeout_seconds=2, backoff_seconds=0.01)


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "fetched" / FILE


def test_a_dataset_arrives_with_the_manifest_that_describes_its_bytes(source, imdb, destination):
    fetched = source.fetch(RATINGS, destination, previous=None)
    assert fetched.file.read_bytes() == DATASET
    assert fetched.n_rows == 2
    manifest = fetched.manifest
    assert (manifest.size, manifest.sha256) == (len(DATASET), sha256(DATASET).hexdigest())
    assert (manifest.address, manifest.snapshot_date) == (f"{imdb.url}{FILE}", date(2023, 11, 14))
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_an_unchanged_dataset_is_not_sent_again(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    sent = imdb.bytes_sent
    assert source.fetch(RATINGS, destination, previous=first.manifest) is None
    assert (imdb.requests["GET", FILE, 304], imdb.bytes_sent) == (1, sent)
    assert not destination.exists()


def test_a_file_of_the_same_time_and_size_is_not_read_again(tmp_path, destination):
    (tmp_path / FILE).write_bytes(DATASET)
    source = FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2024-01-16")
    first = source.fetch(RATINGS, destination, previous=None)
    status = (tmp_path / FILE).stat()
    # Whoever read it would refuse it.
    (tmp_path / FILE).write_bytes(b"?" * len(DATASET))
    os.utime(tmp_path / FILE, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert source.fetch(RATINGS, destination, previous=first.manifest) is None
    os.utime(tmp_path / FILE)
    with pytest.raises(DatasetRefused):
        source.fetch(RATINGS, destination, previous=first.manifest)


def test_a_changed_dataset_arrives_although_there_is_a_previous_one(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    imdb.files[FILE] = LATER
    assert source.fetch(RATINGS, destination, previous=first.manifest).n_rows == 3


def test_the_same_bytes_from_another_server_are_the_previous_dataset(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    elsewhere = HttpImdbDatasets(url=f"{imdb.url}mirror/", backoff_seconds=0.01)
    assert elsewhere.fetch(RATINGS, destination, previous=first.manifest) is None


def test_the_date_that_is_set_goes_before_the_servers_and_makes_the_dataset_another(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    dated = HttpImdbDatasets(url=imdb.url, snapshot_date="2024-01-16")
    assert dated.fetch(RATINGS, destination, previous=first.manifest).manifest.snapshot_date == date(2024, 1, 16)


def test_the_fingerprint_changes_with_the_dataset_and_no_file_is_sent_for_it(source, imdb):
    before = source.fingerprint(RATINGS)
    assert source.fingerprint(RATINGS) == before
    imdb.files[FILE] = LATER
    assert source.fingerprint(RATINGS) != before
    assert imdb.bytes_sent == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_after_the_time_that_it_names(source, imdb, destination, status):
    imdb.troubles[FILE].append(Trouble(status=status, headers={"Retry-After": "1"}))
    start = time.monotonic()
    assert source.fetch(RATINGS, destination, previous=None).n_rows == 2
    assert time.monotonic() - start >= 1


def test_a_download_that_breaks_off_is_begun_anew(source, imdb, destination):
    imdb.troubles[FILE].append(Trouble(sent_share=0.5))
    assert source.fetch(RATINGS, destination, previous=None).file.read_bytes() == DATASET


def test_a_large_download_that_breaks_off_goes_on_where_it_was(source, imdb, destination):
    imdb.files[FILE] = LARGE
    imdb.troubles[FILE].append(Trouble(sent_share=0.75))
    assert source.fetch(RATINGS, destination, previous=None).file.read_bytes() == LARGE
    assert imdb.requests["GET", FILE, 206] == 1
    assert imdb.bytes_sent < 1.5 * len(LARGE)


def test_a_download_whose_file_changed_meanwhile_is_begun_anew(source, imdb, destination):
    imdb.files[FILE] = LARGE
    imdb.troubles[FILE].extend([Trouble(sent_share=0.75), Trouble(file=DATASET)])
    assert source.fetch(RATINGS, destination, previous=None).file.read_bytes() == DATASET
    assert imdb.requests["GET", FILE, 206] == 0


TROUBLES = {
    "no such file": ([Trouble(status=404)], "answered 404 Not Found; check IMDB_DATASETS_URL"),
    "forbidden": ([Trouble(status=403)], "answered 403 Forbidden; check IMDB_DATASETS_URL"),
    "always busy": ([Trouble(status=503)] * 9, "answered 503 .*; try again later"),
    "always broken": ([Trouble(sent_share=0.5)] * 9, "broke off 3 times; check the network"),
}


@pytest.mark.parametrize("case", TROUBLES)
def test_a_server_that_does_not_deliver_is_one_sentence_and_no_file(source, imdb, destination, case):
    troubles, sentence = TROUBLES[case]
    imdb.troubles[FILE].extend(troubles)
    with pytest.raises(DatasetRefused, match=rf"^title.ratings.tsv.gz was refused: .*{sentence}.*\.$"):
        source.fetch(RATINGS, destination, previous=None)
    assert list(destination.parent.iterdir()) == []


def test_a_server_that_is_not_there_is_one_sentence_without_the_password_of_the_address(free_port, destination):
    source = HttpImdbDatasets(url=f"http://user:secret@127.0.0.1:{free_port}/", backoff_seconds=0.01)
    with pytest.raises(DatasetRefused, match=r"could not be reached .*IMDB_DATASETS_URL") as refused:
        source.fetch(RATINGS, destination, previous=None)
    assert "secret" not in str(refused.value)
    with pytest.raises(DatasetRefused, match="could not be reached"):
        source.fingerprint(RATINGS)


BROKEN = {
    "truncated": (DATASET[:-6], "the file is truncated"),
    "flipped": (DATASET[:30] + bytes([DATASET[30] ^ 0xFF]) + DATASET[31:], "the file is (damaged gzip|truncated)"),
    "wrong checksum": (DATASET[:-8] + b"\0\0\0\0" + DATASET[-4:], "the file is damaged gzip"),
    "a page": (b"<html>Sign in</html>", "the file is not gzip"),
    "empty": (b"", "the file is empty"),
    "empty inside": (gzip.compress(b""), "the file holds no line, not even a header"),
    "a column less": (gzip.compress(b"tconst\tnumVotes\ntt0000001\t5\n"), "its header lacks averageRating"),
    "no header": (gzip.compress(TEXT.partition(b"\n")[2]), "its header lacks tconst, averageRating, numVotes"),
    "a column more": (gzip.compress(TEXT.replace(b"\n", b"\tmore\n")), "its header is not .* but .*more"),
    "other order": (gzip.compress(b"tconst\tnumVotes\taverageRating\n"), "its header is not tconst, averageRating"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_dataset_is_refused_in_one_sentence_from_everywhere(source, imdb, tmp_path, destination, case):
    content, cause = BROKEN[case]
    imdb.files[FILE] = content
    (tmp_path / FILE).write_bytes(content)
    for each in (source, FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2024-01-16")):
        with pytest.raises(DatasetRefused, match=rf"^title.ratings.tsv.gz was refused: {cause}.*; .*\.$"):
            each.fetch(RATINGS, destination, previous=None)
        assert list(destination.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "n_rows"),
    [
        (HEADER_ONLY, 0),
        (DATASET, 2),
        (gzip.compress(TEXT.removesuffix(b"\n")), 2),
        (gzip.compress(TEXT.partition(b"tt")[0]) + gzip.compress(b"tt0000001\t5.7\t2000\n"), 1),
    ],
    ids=["header only", "whole", "no newline at the end", "two gzip members"],
)
def test_a_whole_dataset_is_accepted_and_its_rows_counted(tmp_path, content, n_rows):
    (tmp_path / FILE).write_bytes(content)
    assert verify_dataset(tmp_path / FILE, RATINGS, HEADER) == n_rows


def test_a_folder_gives_its_datasets_under_the_date_that_is_set(tmp_path, destination):
    (tmp_path / FILE).write_bytes(DATASET)
    source = imdb_datasets_for(tmp_path.as_uri(), "2024-01-16")
    fetched = source.fetch(RATINGS, destination, previous=None)
    assert (fetched.manifest.address, fetched.manifest.snapshot_date) == ((tmp_path / FILE).as_uri(), date(2024, 1, 16))
    assert source.fetch(RATINGS, destination, previous=fetched.manifest) is None
    redated = imdb_datasets_for(tmp_path.as_uri(), "2024-01-17")
    assert redated.fetch(RATINGS, destination, previous=fetched.manifest) is not None
    assert redated.fingerprint(RATINGS) != source.fingerprint(RATINGS)


def test_a_folder_without_the_dataset_is_refused_with_the_place_where_it_should_be(tmp_path, destination):
    source = FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2024-01-16")
    with pytest.raises(DatasetRefused, match=rf"{tmp_path}/title.ratings.tsv.gz does not exist; put it there"):
        source.fetch(RATINGS, destination, previous=None)


def test_a_folder_whose_address_has_a_space_is_found(tmp_path, destination):
    folder = tmp_path / "IMDb data"
    folder.mkdir()
    (folder / FILE).write_bytes(DATASET)
    assert imdb_datasets_for(folder.as_uri(), "2024-01-16").fetch(RATINGS, destination, previous=None).n_rows == 2


@pytest.mark.parametrize(
    ("url", "snapshot_date", "mend"),
    [
        ("file:///folder/", None, "set IMDB_SNAPSHOT_DATE"),
        ("file:///folder/", "16.1.2024", "IMDB_SNAPSHOT_DATE must be a date such as 2024-01-16"),
        ("https://datasets.imdbws.com/", "soon", "IMDB_SNAPSHOT_DATE must be a date"),
        ("/folder", "2024-01-16", "must begin with https://, http:// or file:///"),
        ("ftp://host/", None, "must begin with https://"),
        ("https://", None, "must begin with https://"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_with_its_mend(url, snapshot_date, mend):
    with pytest.raises(ValueError, match=mend):
        imdb_datasets_for(url, snapshot_date)


def test_a_refusal_keeps_its_parts_on_the_way_to_another_process():
    refusal = DatasetRefused(RATINGS, "a cause", "a mend")
    carried = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert (str(carried), carried.mend) == (str(refusal), "a mend")


@pytest.mark.slow
def test_the_sample_world_gives_all_seven_datasets_on_threads_and_is_invented_once(tmp_path):
    source = SampleImdbDatasets(movies=60, seed=0, snapshot=2, folder=str(tmp_path / "sample"))

    def fetch(dataset: str) -> Manifest:
        return source.fetch(dataset, tmp_path / f"{dataset}.tsv.gz", previous=None).manifest

    with ThreadPoolExecutor(len(DATASETS)) as threads:
        manifests = list(threads.map(fetch, DATASETS))
    assert {manifest.snapshot_date for manifest in manifests} == {world.snapshot_date(2)}
    (kept,) = (tmp_path / "sample").iterdir()
    assert {file.name for file in kept.iterdir()} >= {f"{dataset}.tsv.gz" for dataset in DATASETS}
    assert fetch(RATINGS).sha256 == manifests[list(DATASETS).index(RATINGS)].sha256
    assert source.fetch(RATINGS, tmp_path / FILE, previous=fetch(RATINGS)) is None


@pytest.mark.slow
def test_the_sample_worlds_omdb_knows_most_movies_and_asks_nobody(tmp_path):
    omdb = SampleOmdb(movies=60, seed=0, snapshot=1, folder=str(tmp_path))
    source = SampleImdbDatasets(movies=60, seed=0, snapshot=1, folder=str(tmp_path))
    source.fetch("title.basics", tmp_path / "basics", previous=None)
    rows = [line.split("\t") for line in gzip.decompress((tmp_path / "basics").read_bytes()).decode().splitlines()]
    movies = {row[0] for row in rows if row[1] == "movie"}
    assert len(dict(omdb.responses(movies))) > len(movies) / 2
    assert not omdb.is_live

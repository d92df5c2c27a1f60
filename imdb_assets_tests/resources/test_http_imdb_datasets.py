"""Datasets over real HTTP: conditional requests, retries, resumed downloads and errors."""

import gzip
import time
from datetime import date
from hashlib import sha256

import pytest

from imdb_assets.resources.dataset_manifest import DatasetRefused, Manifest
from imdb_assets.resources.http_imdb_datasets import HttpImdbDatasets
from imdb_assets_tests.resources.conftest import DATASET, FILE, RATINGS, TEXT
from imdb_assets_tests.support.imdb_server import FaultyResponse

# Random votes hardly compress, so the file is larger than one chunk.
LARGE = gzip.compress(
    TEXT + b"".join(b"tt%d\t5.5\t%s\n" % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(60_000)), mtime=0
)
LATER = gzip.compress(TEXT + b"tt0000003\t9.9\t5\n", mtime=0)


def test_a_fetched_dataset_has_a_manifest_that_describes_its_bytes(source, imdb, destination):
    fetched = source.fetch(RATINGS, destination, previous=None)
    assert fetched.file.read_bytes() == DATASET
    assert fetched.n_rows == 2
    manifest = fetched.manifest
    assert (manifest.size, manifest.sha256) == (len(DATASET), sha256(DATASET).hexdigest())
    assert (manifest.address, manifest.snapshot_date) == (f"{imdb.url}{FILE}", date(2023, 11, 14))
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_an_unchanged_dataset_is_not_downloaded_again(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    sent = imdb.bytes_sent
    assert source.fetch(RATINGS, destination, previous=first.manifest) is None
    assert (imdb.requests["GET", FILE, 304], imdb.bytes_sent) == (1, sent)
    assert not destination.exists()


def test_a_changed_dataset_is_downloaded(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    imdb.files[FILE] = LATER
    assert source.fetch(RATINGS, destination, previous=first.manifest).n_rows == 3


def test_the_same_bytes_from_another_server_are_unchanged(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    elsewhere = HttpImdbDatasets(url=f"{imdb.url}mirror/", backoff_seconds=0.01)
    assert elsewhere.fetch(RATINGS, destination, previous=first.manifest) is None


def test_a_new_snapshot_date_overrides_the_servers_date_and_makes_the_dataset_new(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    dated = HttpImdbDatasets(url=imdb.url, snapshot_date="2024-01-16")
    assert dated.fetch(RATINGS, destination, previous=first.manifest).manifest.snapshot_date == date(2024, 1, 16)


def test_the_fingerprint_changes_with_the_dataset_without_a_download(source, imdb):
    before = source.fingerprint(RATINGS)
    assert source.fingerprint(RATINGS) == before
    imdb.files[FILE] = LATER
    assert source.fingerprint(RATINGS) != before
    assert imdb.bytes_sent == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_retried_after_its_retry_after_time(source, imdb, destination, status):
    imdb.faulty_responses[FILE].append(FaultyResponse(status=status, headers={"Retry-After": "1"}))
    start = time.monotonic()
    assert source.fetch(RATINGS, destination, previous=None).n_rows == 2
    assert time.monotonic() - start >= 1


def test_a_small_interrupted_download_is_retried(source, imdb, destination):
    imdb.faulty_responses[FILE].append(FaultyResponse(sent_share=0.5))
    assert source.fetch(RATINGS, destination, previous=None).file.read_bytes() == DATASET


def test_a_large_interrupted_download_is_resumed(source, imdb, destination):
    imdb.files[FILE] = LARGE
    imdb.faulty_responses[FILE].append(FaultyResponse(sent_share=0.75))
    assert source.fetch(RATINGS, destination, previous=None).file.read_bytes() == LARGE
    assert imdb.requests["GET", FILE, 206] == 1
    assert imdb.bytes_sent < 1.5 * len(LARGE)


def test_an_interrupted_download_starts_over_if_the_file_has_changed(source, imdb, destination):
    imdb.files[FILE] = LARGE
    imdb.faulty_responses[FILE].extend([FaultyResponse(sent_share=0.75), FaultyResponse(file=DATASET)])
    assert source.fetch(RATINGS, destination, previous=None).file.read_bytes() == DATASET
    assert imdb.requests["GET", FILE, 206] == 0


FAULTS = {
    "no such file": ([FaultyResponse(status=404)], "returned HTTP status 404 Not Found; check IMDB_DATASETS_URL"),
    "forbidden": ([FaultyResponse(status=403)], "returned HTTP status 403 Forbidden; check IMDB_DATASETS_URL"),
    "always busy": ([FaultyResponse(status=503)] * 9, "returned HTTP status 503 .*; try again later"),
    "always broken": ([FaultyResponse(sent_share=0.5)] * 9, "was interrupted 3 times; check the network"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_failed_download_raises_one_sentence_and_leaves_no_file(source, imdb, destination, case):
    faulty_responses, sentence = FAULTS[case]
    imdb.faulty_responses[FILE].extend(faulty_responses)
    with pytest.raises(DatasetRefused, match=rf"^title.ratings.tsv.gz was refused: .*{sentence}.*\.$"):
        source.fetch(RATINGS, destination, previous=None)
    assert list(destination.parent.iterdir()) == []


def test_an_unreachable_server_raises_one_sentence_without_the_password_in_its_address(free_port, destination):
    source = HttpImdbDatasets(url=f"http://user:secret@127.0.0.1:{free_port}/", backoff_seconds=0.01)
    with pytest.raises(DatasetRefused, match=r"could not be reached .*IMDB_DATASETS_URL") as refused:
        source.fetch(RATINGS, destination, previous=None)
    assert "secret" not in str(refused.value)
    with pytest.raises(DatasetRefused, match="could not be reached"):
        source.fingerprint(RATINGS)

"""Datasets over real HTTP: conditional requests, retries, resumed downloads and errors."""

import gzip
from datetime import date
from hashlib import sha256

import pytest
import requests
from pytest_httpserver import HTTPServer
from urllib3.util import Retry

from imdb_assets.resources.dataset_manifest import DatasetRefused, DatasetUnreachable, Manifest
from imdb_assets.resources.http_download import BoundedSession, UnsafeRedirect
from imdb_assets.resources.http_imdb_datasets import HttpImdbDatasets
from imdb_assets_tests.resources.conftest import DATASET, FILE, RATINGS, TEXT
from imdb_assets_tests.support.imdb_server import FaultyResponse

LATER = gzip.compress(TEXT + b"tt0000003\t9.9\t5\n", mtime=0)


def test_a_fetched_dataset_has_a_manifest_that_describes_its_bytes(source, imdb, destination):
    fetched = source.fetch(RATINGS, destination, previous=None)
    assert fetched.file.read_bytes() == DATASET
    assert fetched.n_rows == 2
    manifest = fetched.manifest
    assert (manifest.size, manifest.sha256) == (len(DATASET), sha256(DATASET).hexdigest())
    assert (manifest.address, manifest.snapshot_date) == (f"{imdb.url}{FILE}", date(2023, 11, 14))
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_a_changed_dataset_is_downloaded(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    imdb.files[FILE] = LATER
    assert source.fetch(RATINGS, destination, previous=first.manifest).n_rows == 3


def test_the_same_bytes_from_another_server_are_the_same_snapshot(source, imdb, destination):
    first = source.fetch(RATINGS, destination, previous=None)
    elsewhere = HttpImdbDatasets(url=f"{imdb.url}mirror/", backoff_seconds=0.01)
    again = elsewhere.fetch(RATINGS, destination, previous=first.manifest).manifest
    assert (again.sha256, again.snapshot_date) == (first.manifest.sha256, first.manifest.snapshot_date)


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


FAULTS = {
    "no such file": ([FaultyResponse(status=404)], "returned HTTP status 404 Not Found; check IMDB_DATASETS_URL"),
    "forbidden": ([FaultyResponse(status=403)], "returned HTTP status 403 Forbidden; check IMDB_DATASETS_URL"),
    "always busy": ([FaultyResponse(status=503)] * 9, "returned HTTP status 503 .*; try again later"),
    "a page in place of the file": (
        [FaultyResponse(file=b"<!DOCTYPE html><p>GET /?key=hush")],
        "is not gzip but an HTML page; fetch",
    ),
    "another format": ([FaultyResponse(file=b"PK\3\4")], "the file is not gzip but a ZIP archive; fetch it again"),
    "too many redirects": (
        [FaultyResponse(status=302, headers={"Location": f"/{FILE}"})] * 9,
        "redirects more than 5 times; set IMDB_D",
    ),
    "always broken": ([FaultyResponse(sent_share=0.5)] * 9, "was interrupted 3 times; check the network"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_failed_download_raises_one_sentence_and_leaves_no_file(source, imdb, destination, case):
    faulty_responses, sentence = FAULTS[case]
    imdb.faulty_responses[FILE].extend(faulty_responses)
    with pytest.raises(DatasetRefused, match=rf"^title.ratings.tsv.gz was refused: .*{sentence}.*\.$") as refused:
        source.fetch(RATINGS, destination, previous=None)
    assert "hush" not in str(refused.value)
    assert list(destination.parent.iterdir()) == []


def test_an_unreachable_server_raises_one_sentence_without_the_password_in_its_address(free_port, destination):
    source = HttpImdbDatasets(url=f"http://user:secret@127.0.0.1:{free_port}/", backoff_seconds=0.01)
    with pytest.raises(DatasetRefused, match=r"could not be reached .*IMDB_DATASETS_URL") as refused:
        source.fetch(RATINGS, destination, previous=None)
    assert "secret" not in str(refused.value)
    with pytest.raises(DatasetRefused, match="could not be reached"):
        source.fingerprint(RATINGS)


def test_a_password_is_not_sent_to_the_host_of_a_redirect(imdb, destination):
    imdb.files[FILE] = DATASET
    with HTTPServer(host="127.0.0.1") as mirror:
        mirror.expect_request(f"/{FILE}").respond_with_data(status=302, headers={"Location": f"{imdb.url}{FILE}"})
        url = mirror.url_for("/").replace("://", "://user:hush@")
        assert HttpImdbDatasets(url=url).fetch(RATINGS, destination, previous=None).n_rows == 2
        ((request, _),) = mirror.log
    assert request.authorization.password == "hush"
    assert imdb.authorizations == [None]


def test_a_redirect_from_https_to_http_is_refused():
    response = requests.Response()
    response.status_code, response.url = 302, "https://example.org/a"
    with BoundedSession(Retry()) as session:
        for target in ("http://example.org/a", "//example.org/b", "/b", "https://elsewhere.org/"):
            response.headers["Location"] = target
            if target.startswith("http:"):
                with pytest.raises(UnsafeRedirect):
                    session.get_redirect_target(response)
            else:
                assert session.get_redirect_target(response) == target


def test_a_download_that_takes_too_long_is_ended(imdb, destination):
    imdb.files[FILE] = DATASET
    source = HttpImdbDatasets(url=imdb.url, download_seconds=0.1)
    imdb.seconds = 0.3
    with pytest.raises(DatasetUnreachable, match=r"was ended: only 0\.0 of 0 MB had arrived when its time was over"):
        source.fetch(RATINGS, destination, previous=None)


def test_a_landed_dataset_is_recognized_by_its_fingerprint(source, imdb, destination):
    manifest = source.fetch(RATINGS, destination, previous=None).manifest
    assert source.is_landed(source.fingerprint(RATINGS), manifest)
    dated = HttpImdbDatasets(url=imdb.url, snapshot_date="2024-01-16")
    assert not dated.is_landed(dated.fingerprint(RATINGS), manifest)
    imdb.files[FILE] = LATER
    assert not source.is_landed(source.fingerprint(RATINGS), manifest)

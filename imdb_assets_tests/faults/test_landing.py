"""Broken downloads and damaged landed files, over real HTTP: what is landed is complete, or nothing is landed."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import pytest

from imdb_assets.definitions import definitions_for
from imdb_assets.resources.dataset_landing import Landed, Landing
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.http_imdb_datasets import HttpImdbDatasets
from imdb_assets.settings import settings_from
from imdb_assets_tests.support.imdb_server import FaultyResponse, ImdbServer

DATASET, FILE = "title.ratings", "title.ratings.tsv.gz"
HEADER = b"tconst\taverageRating\tnumVotes\n"
SMALL = gzip.compress(HEADER + b"tt0000001\t5.7\t2000\ntt0000002\t6.1\t12\n", mtime=0)
LATER = gzip.compress(HEADER + b"tt0000001\t5.8\t2001\ntt0000002\t6.1\t12\ntt0000003\t9.9\t5\n", mtime=0)
# Random votes hardly compress, so the file is larger than one chunk.
LARGE = gzip.compress(
    HEADER + b"".join(b"tt%d\t5.5\t%s\n" % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(60_000)), mtime=0
)


class Platform:
    """A source at the server, and the landing zone of a new lake."""

    def __init__(self, folder: Path, imdb: ImdbServer) -> None:
        self.imdb = imdb
        imdb.files[FILE] = SMALL
        self.source = HttpImdbDatasets(url=imdb.url, timeout_seconds=2, backoff_seconds=0.01)
        self.landing = Landing(lake=FolderBlobStorage(root=str(folder / "lake")))

    def land(self, *, is_forced: bool = False) -> Landed:
        with TemporaryDirectory() as folder:
            fetched = self.landing.fetch(DATASET, self.source, Path(folder), is_forced=is_forced)
            landed = self.landing.land(DATASET, fetched, is_forced=is_forced)
        self.landing.accept(DATASET, landed)
        return landed

    def landed_bytes(self) -> bytes:
        return self.file().read_bytes()

    def file(self) -> Path:
        latest = self.landing.latest(DATASET)
        assert latest
        return Path(self.landing.lake.key(latest.path))

    def refuse(self, match: str) -> None:
        """Land in vain, and find everything in the lake as it was."""
        root = Path(self.landing.lake.key())
        before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        with pytest.raises(DatasetRefused, match=match):
            self.land()
        assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.fixture
def platform(tmp_path: Path, imdb: ImdbServer) -> Platform:
    return Platform(tmp_path, imdb)


def test_f01_a_small_download_that_breaks_is_repeated(platform: Platform) -> None:
    platform.imdb.faulty_responses[FILE].append(FaultyResponse(sent_share=0.5))
    platform.land()
    assert platform.landed_bytes() == SMALL


def test_f01_a_large_download_that_breaks_is_resumed(platform: Platform) -> None:
    platform.imdb.files[FILE] = LARGE
    platform.imdb.faulty_responses[FILE].append(FaultyResponse(sent_share=0.75))
    platform.land()
    assert platform.landed_bytes() == LARGE
    assert platform.imdb.requests["GET", FILE, 206] == 1
    assert platform.imdb.bytes_sent < 1.5 * len(LARGE)


def test_f01_a_broken_download_starts_over_if_the_file_has_changed(platform: Platform) -> None:
    platform.imdb.files[FILE] = LARGE
    platform.imdb.faulty_responses[FILE].extend([FaultyResponse(sent_share=0.75), FaultyResponse(file=SMALL)])
    platform.land()
    assert platform.landed_bytes() == SMALL
    assert platform.imdb.requests["GET", FILE, 206] == 0


def test_f01_a_download_that_always_breaks_leaves_the_landed_file_and_the_next_run_heals(platform: Platform) -> None:
    platform.land()
    platform.imdb.files[FILE] = LATER
    platform.imdb.faulty_responses[FILE].extend([FaultyResponse(sent_share=0.5)] * 3)
    platform.refuse("was interrupted 3 times; check the network and try again")
    assert platform.landed_bytes() == SMALL
    assert platform.land().n_rows == 3


@pytest.mark.parametrize("lost", [1, 8, len(SMALL) // 2])
def test_f02_a_truncated_gzip_file_is_refused(platform: Platform, lost: int) -> None:
    platform.land()
    # The server is sure that this is the whole file.
    platform.imdb.files[FILE] = LATER[:-lost]
    platform.refuse("the file is truncated; fetch it again")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (LATER[:-8] + bytes(4) + LATER[-4:], "the gzip file is damaged"),
        (LATER[:20] + bytes([LATER[20] ^ 1]) + LATER[21:], "the gzip file is damaged"),
        (
            b"\n <!DOCTYPE html><title>GET /?apikey=hush</title>",
            "the file is not gzip but an HTML page; fetch it again",
        ),
        (b"", "the file is empty"),
    ],
    ids=["checksum", "bit", "page", "nothing"],
)
def test_f03_a_wrong_checksum_or_a_page_is_refused(platform: Platform, content: bytes, sentence: str) -> None:
    platform.land()
    platform.imdb.files[FILE] = content
    platform.refuse(f"{sentence}[^<]*$")


@pytest.mark.slow
def test_f03_a_file_that_unpacks_to_far_more_than_its_size_is_refused(platform: Platform) -> None:
    platform.land()
    line = b"tt0000001\t5.7\t2000\n" * (1 << 14)
    bomb = gzip.compress(HEADER) + gzip.compress(line * 64, mtime=0) * 64
    platform.imdb.files[FILE] = bomb
    platform.refuse("the file unpacks to more than 100 times its size; check IMDB_DATASETS_URL")


def test_f03_a_very_long_line_is_refused_but_a_long_cell_is_not(platform: Platform) -> None:
    platform.imdb.files[FILE] = gzip.compress(HEADER + b"tt0000001\t5.7\t" + b"1" * (1 << 20) + b"\n")
    assert platform.land().n_rows == 1
    platform.imdb.files[FILE] = gzip.compress(HEADER + b"1" * ((64 << 20) + 1))
    platform.refuse("a line has more than 64 MB")


@pytest.mark.parametrize("damage", ["deleted", "truncated", "one bit", "emptied"])
def test_f03_a_file_damaged_after_landing_is_fetched_again(platform: Platform, damage: str) -> None:
    first = platform.land()
    file = platform.file()
    if damage == "deleted":
        file.unlink()
    else:
        damaged = {"truncated": SMALL[:-5], "one bit": SMALL[:9] + bytes([SMALL[9] ^ 1]) + SMALL[10:], "emptied": b""}
        file.write_bytes(damaged[damage])
    again = platform.land()
    assert platform.landed_bytes() == SMALL
    assert (again.path, again.is_new) == (first.path, False)
    assert platform.imdb.requests["GET", FILE, 200] == 2
    # Undamaged now, so nothing more is downloaded.
    platform.land()
    assert platform.imdb.requests["GET", FILE, 200] == 2


def test_f03_a_damaged_file_is_not_accepted_if_it_cannot_be_fetched_again(platform: Platform) -> None:
    platform.land()
    platform.file().write_bytes(b"damaged")
    platform.imdb.faulty_responses[FILE].extend([FaultyResponse(status=304), *[FaultyResponse(status=404)] * 9])
    platform.refuse("returned HTTP status 404 Not Found")


def test_f04_an_unchanged_file_is_not_downloaded(platform: Platform) -> None:
    platform.land()
    sent = platform.imdb.bytes_sent
    assert not platform.land().is_new
    assert (platform.imdb.requests["GET", FILE, 304], platform.imdb.bytes_sent) == (1, sent)


def test_f04_a_forced_run_downloads_an_unchanged_file(platform: Platform) -> None:
    platform.land()
    assert not platform.land(is_forced=True).is_new
    assert (platform.imdb.requests["GET", FILE, 304], platform.imdb.requests["GET", FILE, 200]) == (0, 2)


def test_f04_a_changed_etag_with_the_same_bytes_is_the_same_snapshot_and_is_remembered(platform: Platform) -> None:
    first = platform.land()
    platform.imdb.etags[FILE] = '"another"'
    again = platform.land()
    assert (again.is_new, again.path, again.manifest.etag) == (False, first.path, '"another"')
    assert again.manifest.snapshot_date == first.manifest.snapshot_date
    platform.land()
    assert (platform.imdb.requests["GET", FILE, 200], platform.imdb.requests["GET", FILE, 304]) == (2, 1)


def test_f04_a_changed_etag_with_other_bytes_is_a_new_snapshot(platform: Platform) -> None:
    platform.land()
    platform.imdb.files[FILE] = LATER
    assert (platform.land().is_new, platform.landed_bytes()) == (True, LATER)


@pytest.mark.parametrize("status", [429, 503])
def test_f05_a_busy_server_is_asked_again_after_its_retry_after_time(platform: Platform, status: int) -> None:
    platform.imdb.faulty_responses[FILE].append(FaultyResponse(status=status, headers={"Retry-After": "1"}))
    start = time.monotonic()
    assert platform.land().n_rows == 2
    assert time.monotonic() - start >= 1


def test_f05_a_server_that_stays_busy_ends_in_one_sentence_and_changes_nothing(platform: Platform) -> None:
    platform.land()
    platform.imdb.faulty_responses[FILE].extend([FaultyResponse(status=503)] * 5)
    platform.refuse("returned HTTP status 503 Service Unavailable; try again later")
    assert platform.land().n_rows == 2


def test_the_lake_is_not_locked_while_a_run_waits_for_the_network(tmp_path: Path, imdb: ImdbServer) -> None:
    imdb.files[FILE] = SMALL
    definitions = definitions_for(
        settings_from(
            {
                "IMDB_ENV": "local",
                "IMDB_DATASETS_URL": imdb.url,
                "IMDB_DATASETS": DATASET,
                "LAKE_URI": str(tmp_path / "lake"),
                "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}",
            }
        )
    )
    job = definitions.resolve_job_def("whole_platform")
    lake = FolderBlobStorage(root=str(tmp_path / "lake"))
    with dg.DagsterInstance.ephemeral() as instance, ThreadPoolExecutor(1) as pool:
        with imdb.paused():
            selection = [dg.AssetKey("landing_title_ratings")]
            run = pool.submit(job.execute_in_process, instance=instance, asset_selection=selection)
            while not imdb.requests:
                time.sleep(0.01)
            with lake.try_lock() as is_free:
                assert is_free
        assert run.result().success
    latest = Landing(lake=lake).latest(DATASET)
    assert latest
    assert latest.manifest.sha256 == sha256(SMALL).hexdigest()

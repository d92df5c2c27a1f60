"""Broken and complete datasets, from every source."""

import gzip
import pickle
from datetime import datetime

import pytest

from imdb_assets.resources.dataset_manifest import DatasetRefused, verify_dataset
from imdb_assets.resources.folder_imdb_datasets import FolderImdbDatasets
from imdb_assets_tests.resources.conftest import DATASET, FILE, RATINGS, TEXT

HEADER = ("tconst", "averageRating", "numVotes")
HEADER_ONLY = gzip.compress(TEXT[: TEXT.index(b"\n") + 1], mtime=0)

BROKEN = {
    "truncated": (DATASET[:-6], "the file is truncated"),
    "flipped": (
        DATASET[:30] + bytes([DATASET[30] ^ 0xFF]) + DATASET[31:],
        "the (gzip )?file is (damaged|truncated)",
    ),
    "wrong checksum": (DATASET[:-8] + b"\0\0\0\0" + DATASET[-4:], "the gzip file is damaged"),
    "a page": (b"<html>Sign in</html>", "the file is not gzip"),
    "empty": (b"", "the file is empty"),
    "empty inside": (gzip.compress(b""), "the file contains no lines, not even a header"),
    "a column less": (gzip.compress(b"tconst\tnumVotes\ntt0000001\t5\n"), "its header lacks averageRating"),
    "no header": (gzip.compress(TEXT.partition(b"\n")[2]), "its header lacks tconst, averageRating, numVotes"),
    "a column more": (
        gzip.compress(TEXT.replace(b"\n", b"\tmore\n")),
        "its header has more columns than declared: more",
    ),
    "a renamed column": (
        gzip.compress(TEXT.replace(b"numVotes", b"votes")),
        r"its header lacks numVotes \(it is '.*votes",
    ),
    "zero bytes at the end": (DATASET + b"\0" * 512, "the file has 512 zero bytes after the end of its gzip data"),
    "zero bytes between members": (
        DATASET + b"\0" * 8 + DATASET,
        "the file has [0-9]+ bytes after the end of its gzip",
    ),
    "other bytes at the end": (DATASET + b"!", "the file has 1 bytes after the end of its gzip data"),
    "UTF-16": (gzip.compress(TEXT.decode().encode("utf-16")), "its text is UTF-16, not UTF-8"),
    "CR alone": (gzip.compress(TEXT.replace(b"\n", b"\r")), "its lines end with carriage returns"),
    "a zip archive": (b"PK\x03\x04", "the file is not gzip but a ZIP archive"),
    "a byte order mark alone": (gzip.compress(b"\xef\xbb\xbf"), "the file contains no lines, not even a header"),
    "other order": (gzip.compress(b"tconst\tnumVotes\taverageRating\n"), "its header is not tconst, averageRating"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_source_refuses_a_broken_dataset_in_one_sentence(source, imdb, tmp_path, destination, case):
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
        (b"".join(map(gzip.compress, (b"", TEXT[:5], b"", TEXT[5:], b""))), 2),
        (gzip.compress(b"\xef\xbb\xbf" + TEXT.replace(b"\n", b"\r\n")), 2),
        (gzip.compress(TEXT + b"tt3\t" + b"5" * 3_000_000 + b"\n"), 3),
    ],
    ids=[
        "header only",
        "whole",
        "no newline at the end",
        "two gzip members",
        "empty gzip members",
        "byte order mark and CR LF",
        "a line of 3 MB",
    ],
)
def test_a_complete_dataset_is_accepted_and_its_rows_are_counted(tmp_path, content, n_rows):
    (tmp_path / FILE).write_bytes(content)
    assert verify_dataset(tmp_path / FILE, RATINGS, HEADER) == n_rows


def test_a_refusal_survives_pickling_with_its_parts():
    refusal = DatasetRefused(RATINGS, "a cause", "a remedy")
    carried = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert (str(carried), carried.remedy) == (str(refusal), "a remedy")


@pytest.mark.parametrize("day", ["1970-01-01", "1980-01-01", "2124-01-01"])
def test_an_impossible_snapshot_date_is_refused_whether_it_comes_from_the_server_or_the_settings(
    source, imdb, tmp_path, destination, day
):
    imdb.modified = datetime.fromisoformat(f"{day}T00:00+00:00").timestamp()
    (tmp_path / FILE).write_bytes(DATASET)
    for each in (source, FolderImdbDatasets(folder=str(tmp_path), snapshot_date=day)):
        with pytest.raises(DatasetRefused, match=f"its snapshot date is {day}, .* today, .*; set IMDB_SNAPSHOT_DATE"):
            each.fetch(RATINGS, destination, previous=None)
        assert list(destination.parent.iterdir()) == []


def test_invented_datasets_may_be_of_the_future(tmp_path, destination):
    (tmp_path / FILE).write_bytes(DATASET)
    invented = FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2124-01-01", is_invented=True)
    assert invented.fetch(RATINGS, destination, previous=None).n_rows == 2

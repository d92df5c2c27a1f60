"""Broken and complete datasets, from every source."""

import gzip
import pickle

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
    "a column more": (gzip.compress(TEXT.replace(b"\n", b"\tmore\n")), "its header is not .* but .*more"),
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
    ],
    ids=["header only", "whole", "no newline at the end", "two gzip members"],
)
def test_a_complete_dataset_is_accepted_and_its_rows_are_counted(tmp_path, content, n_rows):
    (tmp_path / FILE).write_bytes(content)
    assert verify_dataset(tmp_path / FILE, RATINGS, HEADER) == n_rows


def test_a_refusal_survives_pickling_with_its_parts():
    refusal = DatasetRefused(RATINGS, "a cause", "a remedy")
    carried = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert (str(carried), carried.remedy) == (str(refusal), "a remedy")

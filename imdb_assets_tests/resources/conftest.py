"""A small dataset and an HTTP source for it."""

import gzip
from pathlib import Path

import pytest

from imdb_assets.resources.http_imdb_datasets import HttpImdbDatasets
from imdb_assets_tests.support.imdb_server import ImdbServer

RATINGS = "title.ratings"
FILE = "title.ratings.tsv.gz"
TEXT = b"tconst\taverageRating\tnumVotes\ntt0000001\t5.7\t2000\ntt0000002\t6.1\t12\n"
DATASET = gzip.compress(TEXT, mtime=0)


@pytest.fixture
def source(imdb: ImdbServer) -> HttpImdbDatasets:
    imdb.files[FILE] = DATASET
    return HttpImdbDatasets(url=imdb.url, timeout_seconds=2, backoff_seconds=0.01)


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "fetched" / FILE

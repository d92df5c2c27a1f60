"""Two snapshots of one small world, written once for all tests in this folder."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from imdb_assets.sample_world.world import SnapshotSummary, write_snapshot

MOVIES, SEED = 600, 7


@dataclass(frozen=True)
class Written:
    folder: Path
    summary: SnapshotSummary

    def bytes_of(self, dataset):
        return (self.folder / f"{dataset}.tsv.gz").read_bytes()

    def lines(self, dataset):
        return gzip.decompress(self.bytes_of(dataset)).decode().removesuffix("\n").split("\n")

    def rows(self, dataset):
        return [line.split("\t") for line in self.lines(dataset)[1:]]


def written(folder, **arguments):
    return Written(folder, write_snapshot(folder, **arguments))


@pytest.fixture(scope="session")
def first_day(tmp_path_factory):
    return written(tmp_path_factory.mktemp("first"), movies=MOVIES, seed=SEED)


@pytest.fixture(scope="session")
def second_day(tmp_path_factory):
    return written(tmp_path_factory.mktemp("second"), movies=MOVIES, seed=SEED, snapshot=2)

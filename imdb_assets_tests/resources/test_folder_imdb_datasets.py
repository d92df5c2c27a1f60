"""Datasets from a folder and from the sample world."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from imdb_assets.resources.dataset_manifest import DatasetRefused, Manifest
from imdb_assets.resources.folder_imdb_datasets import FolderImdbDatasets, SampleImdbDatasets
from imdb_assets.resources.imdb_datasets_factory import imdb_datasets_for
from imdb_assets.sample_world import world
from imdb_assets.tables.bronze import DATASETS
from imdb_assets_tests.resources.conftest import DATASET, FILE, RATINGS


def test_a_file_with_the_same_time_and_size_is_not_read_again(tmp_path, destination):
    (tmp_path / FILE).write_bytes(DATASET)
    source = FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2024-01-16")
    first = source.fetch(RATINGS, destination, previous=None)
    status = (tmp_path / FILE).stat()
    # Reading this content would raise an error.
    (tmp_path / FILE).write_bytes(b"?" * len(DATASET))
    os.utime(tmp_path / FILE, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert source.fetch(RATINGS, destination, previous=first.manifest) is None
    os.utime(tmp_path / FILE)
    with pytest.raises(DatasetRefused):
        source.fetch(RATINGS, destination, previous=first.manifest)


def test_a_dataset_of_a_folder_has_the_snapshot_date_of_the_settings(tmp_path, destination):
    (tmp_path / FILE).write_bytes(DATASET)
    source = imdb_datasets_for(tmp_path.as_uri(), "2024-01-16")
    fetched = source.fetch(RATINGS, destination, previous=None)
    assert (fetched.manifest.address, fetched.manifest.snapshot_date) == ((tmp_path / FILE).as_uri(), date(2024, 1, 16))
    assert source.fetch(RATINGS, destination, previous=fetched.manifest) is None
    redated = imdb_datasets_for(tmp_path.as_uri(), "2024-01-17")
    assert redated.fetch(RATINGS, destination, previous=fetched.manifest) is not None
    assert redated.fingerprint(RATINGS) != source.fingerprint(RATINGS)


def test_a_dataset_missing_from_the_folder_is_refused_with_its_expected_path(tmp_path, destination):
    source = FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2024-01-16")
    with pytest.raises(DatasetRefused, match=rf"{tmp_path}/title.ratings.tsv.gz does not exist; put it there"):
        source.fetch(RATINGS, destination, previous=None)


@pytest.mark.slow
def test_threads_share_one_sample_world_with_all_seven_datasets(tmp_path):
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

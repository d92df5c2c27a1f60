"""IMDb's datasets from a local folder, and those of the sample world."""

import shutil
from pathlib import Path

from imdb_assets.resources.dataset_manifest import DatasetRefused, Fetched, Manifest, examine_dataset
from imdb_assets.resources.imdb_datasets import ImdbDatasets, parse_snapshot_date
from imdb_assets.resources.sample_snapshot import sample_snapshot
from imdb_assets.sample_world import world


class FolderImdbDatasets(ImdbDatasets):
    """Datasets in a local folder. The modification time of a copy is no snapshot date, so the date is a setting."""

    folder: str
    snapshot_date: str

    def fingerprint(self, dataset: str) -> str:
        """Return the file's modification time and size, and the snapshot date.

        Raises:
            DatasetRefused: If the file does not exist.
        """
        return f"{_etag_of(self._file(dataset))} {self.snapshot_date}"

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        file = self._file(dataset)
        address, etag, snapshot_date = file.as_uri(), _etag_of(file), parse_snapshot_date(self.snapshot_date)
        if previous and (address, etag, snapshot_date) == (previous.address, previous.etag, previous.snapshot_date):
            return None
        shutil.copyfile(file, destination)
        manifest, n_rows = examine_dataset(
            dataset, destination, address=address, etag=etag, last_modified=None, snapshot_date=snapshot_date
        )
        version = (manifest.sha256, manifest.snapshot_date)
        if previous and version == (previous.sha256, previous.snapshot_date):
            return None
        return Fetched(file=destination, manifest=manifest, n_rows=n_rows)

    def _file(self, dataset: str) -> Path:
        file = Path(self.folder).expanduser().resolve() / f"{dataset}.tsv.gz"
        if not file.is_file():
            raise DatasetRefused(dataset, f"{file} does not exist", "put it there or check IMDB_DATASETS_URL")
        return file


class SampleImdbDatasets(ImdbDatasets):
    """Datasets of the sample world. The first request generates them and stores them in a folder."""

    movies: int
    seed: int
    snapshot: int
    folder: str = "data/sample"

    def fingerprint(self, dataset: str) -> str:
        """Return the settings of the sample world, which determine every byte of the dataset."""
        return f"{dataset} movies={self.movies} seed={self.seed} snapshot={self.snapshot}"

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        return self._generated().fetch(dataset, destination, previous=previous)

    def _generated(self) -> FolderImdbDatasets:
        folder = sample_snapshot(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot)
        snapshot_date = world.snapshot_date(self.snapshot).isoformat()
        return FolderImdbDatasets(folder=str(folder), snapshot_date=snapshot_date)


def _etag_of(file: Path) -> str:
    status = file.stat()
    return f"{status.st_mtime_ns} {status.st_size}"

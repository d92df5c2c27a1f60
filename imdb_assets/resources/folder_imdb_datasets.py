"""IMDb's datasets from a local folder, and those of the sample world."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from imdb_assets.resources.dataset_manifest import DatasetRefused, Fetched, Manifest, examine_dataset
from imdb_assets.resources.imdb_datasets import ImdbDatasets, parse_snapshot_date
from imdb_assets.resources.sample_snapshot import sample_snapshot, snapshot_folder
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
        return f"{_etag_of(self._file(dataset))} {parse_snapshot_date(self.snapshot_date)}"

    def is_landed(self, fingerprint: str, landed: Manifest) -> bool:
        """Return whether a landed dataset is the file with this time, size and date, from this folder."""
        is_here = landed.address == (self._folder() / f"{landed.dataset}.tsv.gz").as_uri()
        return is_here and fingerprint == f"{landed.etag} {landed.snapshot_date}"

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        file = self._file(dataset)
        address, etag, snapshot_date = file.as_uri(), _etag_of(file), parse_snapshot_date(self.snapshot_date)
        if previous and (address, etag, snapshot_date) == (previous.address, previous.etag, previous.snapshot_date):
            return None
        shutil.copyfile(file, destination)
        manifest, n_rows = examine_dataset(
            dataset, destination, address=address, etag=etag, last_modified=None, snapshot_date=snapshot_date
        )
        return Fetched(file=destination, manifest=manifest, n_rows=n_rows)

    def _file(self, dataset: str) -> Path:
        file = self._folder() / f"{dataset}.tsv.gz"
        if not file.is_file():
            raise DatasetRefused(dataset, f"{file} does not exist", "put it there or check IMDB_DATASETS_URL")
        return file

    def _folder(self) -> Path:
        return Path(self.folder).expanduser().resolve()


class SampleImdbDatasets(ImdbDatasets):
    """Datasets of the sample world. The first request generates them and stores them in a folder."""

    is_invented: bool = True
    movies: int
    seed: int
    snapshot: int
    folder: str = "data/sample"

    def fingerprint(self, dataset: str) -> str:  # noqa: ARG002 - all datasets change together
        """Return the settings and version of the sample world, which determine every byte of the dataset."""
        return snapshot_folder(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot).name

    def is_landed(self, fingerprint: str, landed: Manifest) -> bool:
        """Return whether a landed dataset was generated with these settings, by this version of the sample world."""
        return Path(unquote(urlsplit(landed.address).path)).parent.name == fingerprint

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        return self._generated().fetch(dataset, destination, previous=previous)

    def _generated(self) -> FolderImdbDatasets:
        folder = sample_snapshot(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot)
        snapshot_date = world.snapshot_date(self.snapshot).isoformat()
        return FolderImdbDatasets(folder=str(folder), snapshot_date=snapshot_date, is_invented=True)


def _etag_of(file: Path) -> str:
    status = file.stat()
    return f"{status.st_mtime_ns} {status.st_size}"

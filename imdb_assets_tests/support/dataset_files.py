"""Datasets in a folder that are loaded into the bronze tables of a lake, without the rest of the graph."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

from imdb_assets.assets.landing import write_dataset
from imdb_assets.materialization.dataset_assets import _downloads, _processed
from imdb_assets.materialization.dataset_loading import DatasetLoader, DatasetOutcome, WriteDataset, landing_name
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.folder_imdb_datasets import FolderImdbDatasets
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.bronze import DATASETS


class DatasetFiles:
    """The folder, and the lake. Uses the Spark session of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "datasets"
        self.folder.mkdir(parents=True)
        self.lake = FolderBlobStorage(root=str(folder / "lake"))
        self.delta = DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=self.lake), lake=self.lake)
        self.landing = Landing(lake=self.lake)

    def write(self, dataset: str, *rows: str | bytes, header: str | None = None) -> None:
        """Write a dataset with its header and these rows."""
        columns = "\t".join(DATASETS[dataset].column_names[:-1]) if header is None else header
        lines = [columns.encode(), *(row.encode() if isinstance(row, str) else row for row in rows)]
        self.write_packed(dataset, gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))

    def write_packed(self, dataset: str, content: bytes) -> None:
        (self.folder / f"{dataset}.tsv.gz").write_bytes(content)

    def loader(
        self,
        *datasets: str,
        day: str = "2025-01-01",
        run_id: str = "1",
        is_forced: bool = False,
        write: WriteDataset = write_dataset,
    ) -> DatasetLoader:
        """Land and load these datasets."""
        tables = [DATASETS[dataset].asset_name for dataset in datasets]
        return DatasetLoader(
            write=write,
            source=FolderImdbDatasets(folder=str(self.folder), snapshot_date=day),
            landing=self.landing,
            delta=self.delta,
            selected=[*map(landing_name, datasets), *tables],
            run_id=run_id,
            is_forced=is_forced,
        )

    def load(
        self, dataset: str, *, day: str = "2025-01-01", run_id: str = "1", is_forced: bool = False
    ) -> DatasetOutcome:
        """Land and load a dataset."""
        return outcomes(self.loader(dataset, day=day, run_id=run_id, is_forced=is_forced), dataset)[dataset]

    def state(self, dataset: str) -> tuple[object, ...]:
        """What a refused dataset must leave as it was: the table's versions and record, and the accepted snapshot."""
        path = DATASETS[dataset].path
        current = self.landing.current(dataset)
        content = self.lake.read_bytes(current.path) if current else None
        return self.delta.commits(path), self.delta.record_of(path), current, content

    def rows(self, dataset: str) -> list[tuple[object, ...]]:
        """The rows of the bronze table, without the snapshot date."""
        return sorted(tuple(row)[:-1] for row in self.delta.read(DATASETS[dataset].path).collect())


def outcomes(loader: DatasetLoader, *datasets: str) -> dict[str, DatasetOutcome]:
    """Process datasets as the step in Dagster does: the outcome of each."""
    with TemporaryDirectory() as folder:
        downloads = _downloads(loader, datasets, Path(folder))
        return {outcome.dataset: outcome for outcome in _processed(loader, downloads)}


def reasons(outcome: DatasetOutcome) -> dict[int, str]:
    """The reason of each line that is recorded as rejected or changed, by line number."""
    assert outcome.loaded
    if outcome.loaded.rejected is None or not outcome.loaded.n_recorded:
        return {}
    return {row["line_number"]: row["reason"] for row in outcome.loaded.rejected.collect()}

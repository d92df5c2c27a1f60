"""Landing: the lake's folder of datasets as received, dated, each snapshot with its manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.dataset_manifest import DatasetRefused, Fetched, Manifest
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.tables.bronze import DATASETS

# A day changes a dataset by a thousandth; a snapshot beyond this is one that was cut off, or of something else.
LEAST_GROWTH, MOST_GROWTH = 0.8, 1.5
FEWEST_COMPARED_ROWS = 1000


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A dataset of the landing, and how many rows it has."""

    manifest: Manifest
    path: str
    n_rows: int
    is_new: bool


class Landing(dg.ConfigurableResource):
    """Keeps the datasets that are asked for; knows which snapshot is current."""

    lake: dg.ResourceDependency[BlobStorage]
    datasets: list[str] = list(DATASETS)  # noqa: RUF012 - a field of pydantic, which copies it
    snapshots_kept: int = 3

    def current(self, dataset: str) -> Landed | None:
        """The snapshot of a dataset that was landed last."""
        kept = self.lake.read_json(f"landing/{dataset}/current.json")
        if not kept:
            return None
        manifest = Manifest.from_json(json.dumps(kept))
        return Landed(manifest=manifest, path=kept["path"], n_rows=kept["n_rows"], is_new=False)

    def fetch(self, dataset: str, source: ImdbDatasets, *, run_id: str, is_forced: bool = False) -> Landed:
        """Land the dataset's present snapshot; the current one stays where nothing changed or it is refused.

        :param is_forced: whether a snapshot of a quite different size is to be accepted.
        """
        current = self.current(dataset)
        with TemporaryDirectory() as folder:
            try:
                fetched = source.fetch(
                    dataset, Path(folder) / f"{dataset}.tsv.gz", previous=current.manifest if current else None
                )
                if fetched and current and not is_forced:
                    _demand_likely_size(fetched, current)
            except DatasetRefused as refusal:
                self.refuse(dataset, str(refusal), run_id=run_id)
                raise
            self.lake.delete(f"landing/{dataset}/refused.json")
            if fetched is None and current is not None:
                return current
            if fetched is None:
                raise RuntimeError(f"{dataset} is said to be unchanged, but nothing of it was landed before.")
            path = f"landing/{dataset}/{fetched.manifest.snapshot_date}/{dataset}.tsv.gz"
            self.lake.publish(fetched.file, path)
        kept = json.loads(fetched.manifest.to_json()) | {"path": path, "n_rows": fetched.n_rows}
        described = (json.dumps(kept, indent=2) + "\n").encode()
        self.lake.write_bytes_atomically(f"{path.rpartition('/')[0]}/manifest.json", described)
        self.lake.write_bytes_atomically(f"landing/{dataset}/current.json", described)
        self._forget_old_snapshots(dataset, path)
        return Landed(manifest=fetched.manifest, path=path, n_rows=fetched.n_rows, is_new=True)

    def refuse(self, dataset: str, reason: str, *, run_id: str) -> None:
        """Note why a run could not use a dataset."""
        self.lake.write_json(f"landing/{dataset}/refused.json", {"run_id": run_id, "reason": reason})

    def refusals(self, run_id: str) -> dict[str, str]:
        """Why datasets were refused in a run."""
        found = {}
        for dataset in self.datasets:
            said = self.lake.read_json(f"landing/{dataset}/refused.json")
            if said.get("run_id") == run_id:
                found[dataset] = said["reason"]
        return found

    def note_loaded(self, dataset: str, numbers: Mapping[str, object]) -> None:
        """Note that the current snapshot of a dataset is in bronze, and what there is to say of it."""
        self.lake.write_json(f"landing/{dataset}/loaded.json", numbers)

    def loaded(self, dataset: str) -> dict[str, Any]:
        """What `note_loaded` noted last; empty where it never did."""
        return self.lake.read_json(f"landing/{dataset}/loaded.json")

    def _forget_old_snapshots(self, dataset: str, path: str) -> None:
        folder = f"landing/{dataset}/"
        dates = sorted({name.split("/")[2] for name in self.lake.files(folder) if name.count("/") > 2})
        for old in dates[: -self.snapshots_kept]:
            if f"{folder}{old}/" not in path:
                for name in self.lake.files(f"{folder}{old}"):
                    self.lake.delete(name)


def _demand_likely_size(fetched: Fetched, current: Landed) -> None:
    is_comparable = fetched.manifest.address == current.manifest.address and current.n_rows >= FEWEST_COMPARED_ROWS
    if is_comparable and not LEAST_GROWTH <= fetched.n_rows / current.n_rows <= MOST_GROWTH:
        before = f"the snapshot of {current.manifest.snapshot_date} had {current.n_rows:,}"
        raise DatasetRefused(
            fetched.manifest.dataset,
            f"it has {fetched.n_rows:,} rows, and {before}",
            "try again later, or force the run if that is right (FORCE=1, or the run tag force: true)",
        )

"""The landing zone of IMDb's datasets: dated snapshots, stored as received, each with its manifest."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from imdb_assets.resources.blob_storage import BlobStorage, StorageFileMissing
from imdb_assets.resources.dataset_manifest import DatasetRefused, Fetched, Manifest
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.tables.bronze import DATASETS

# A day changes about a thousandth of a dataset. A snapshot outside these ratios is incomplete, or another dataset.
MIN_GROWTH, MAX_GROWTH = 0.8, 1.5
MIN_COMPARED_ROWS = 1000
FILMS = "landing/films.json"
"""States whether the films of the lake are invented."""


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A landed snapshot of a dataset."""

    manifest: Manifest
    path: str
    """Path of the `.tsv.gz` file below the lake's root."""
    n_rows: int
    """Rows below the header."""
    is_new: bool
    """Whether this run landed it."""


class Landing(dg.ConfigurableResource):
    """Stores the latest snapshots of the configured datasets."""

    lake: dg.ResourceDependency[BlobStorage]
    datasets: list[str] = list(DATASETS)  # noqa: RUF012 - a pydantic field, which is copied
    snapshots_kept: int = 3

    def current(self, dataset: str) -> Landed | None:
        """The snapshot of a dataset that bronze accepted last. None if there is none."""
        return self._described(f"landing/{dataset}/current.json")

    def latest(self, dataset: str) -> Landed | None:
        """The snapshot of a dataset that was landed last, whether or not bronze accepts it. None if there is none."""
        return self._described(f"landing/{dataset}/latest.json") or self.current(dataset)

    def refusal_of(self, source: ImdbDatasets) -> str | None:
        """Why the lake does not take the datasets of a source: invented films and IMDb's are never mixed."""
        if self.lake.read_json(FILMS).get("is_invented", source.is_invented) == source.is_invented:
            return None
        if source.is_invented:
            return (
                f"The lake {self.lake.uri()} contains IMDb's films, and invented films are not added to them. Choose "
                "another lake, such as LAKE_URI=data/invented."
            )
        return (
            f"The lake {self.lake.uri()} contains the invented films of the sample world, and IMDb's datasets are not "
            "added to them. Choose another lake, such as LAKE_URI=data/imdb, or delete this one."
        )

    def record_films(self, source: ImdbDatasets) -> None:
        """Record in a new lake whether its films are invented."""
        if not self.lake.exists(FILMS):
            self.lake.write_json(FILMS, {"is_invented": source.is_invented})

    def fetch(self, dataset: str, source: ImdbDatasets, folder: Path, *, is_forced: bool = False) -> Fetched | None:
        """Download the dataset unless it is unchanged and undamaged. Writes nothing to the lake, so it needs no lock.

        Args:
            dataset: The dataset, such as `title.basics`.
            source: The source to fetch from.
            folder: A local folder for the file.
            is_forced: Whether an unchanged dataset is downloaded too.

        Returns:
            The dataset, for `land`, or None if the latest snapshot in the lake is the one that the source has.

        Raises:
            DatasetRefused: The dataset is unavailable or incomplete.
        """
        latest = None if is_forced else self.latest(dataset)
        fetched = source.fetch(dataset, folder / f"{dataset}.tsv.gz", previous=latest.manifest if latest else None)
        return fetched or self.fetch_if_damaged(dataset, source, folder)

    def fetch_if_damaged(self, dataset: str, source: ImdbDatasets, folder: Path) -> Fetched | None:
        """Download the dataset if the file of its latest snapshot is missing or damaged. Reads all of that file.

        Args:
            dataset: The dataset.
            source: The source to fetch from.
            folder: A local folder for the file.

        Returns:
            The dataset, for `land`, or None if the file is as it was landed.

        Raises:
            DatasetRefused: The file is damaged, and the dataset is unavailable or incomplete.
        """
        latest = self.latest(dataset)
        if latest is None:
            return None
        try:
            damage = None if self.lake.sha256(latest.path) == latest.manifest.sha256 else "is damaged"
        except StorageFileMissing:
            damage = "is missing"
        if damage is None:
            return None
        dg.get_dagster_logger().warning(f"{self.lake.uri(latest.path)} {damage}: {dataset} is fetched again")
        return source.fetch(dataset, folder / f"{dataset}.tsv.gz", previous=None)

    def land(self, dataset: str, fetched: Fetched | None, *, is_forced: bool = False) -> Landed:
        """Store a fetched dataset as the latest snapshot. The current one stays until `accept`.

        Args:
            dataset: The dataset.
            fetched: The result of `fetch` or `fetch_if_damaged`.
            is_forced: Whether to accept a snapshot of an implausible size.

        Returns:
            The new snapshot, or the one landed last if it is unchanged.

        Raises:
            DatasetRefused: The snapshot has an implausible size.
        """
        latest, current = self.latest(dataset), self.current(dataset)
        if fetched is None:
            if latest is None:
                raise RuntimeError(f"The source reports {dataset} as unchanged, but it has never been landed.")
            self.lake.delete(f"landing/{dataset}/refused.json")
            return latest
        # The same bytes may replace a damaged file, or have another ETag.
        same = latest if latest and _version(fetched.manifest) == _version(latest.manifest) else None
        if current and not same and not is_forced:
            _require_plausible_size(fetched, current)
        self.lake.delete(f"landing/{dataset}/refused.json")
        path = same.path if same else _path_of(fetched.manifest, current)
        self.lake.publish(fetched.file, path)
        landed = Landed(manifest=fetched.manifest, path=path, n_rows=fetched.n_rows, is_new=same is None)
        self.lake.write_bytes_atomically(f"{path.rpartition('/')[0]}/manifest.json", _description(landed))
        self.lake.write_bytes_atomically(f"landing/{dataset}/latest.json", _description(landed))
        return landed

    def accept(self, dataset: str, landed: Landed) -> None:
        """Make a snapshot the current one, after its rows were committed to bronze, and delete old snapshots."""
        current = self.current(dataset)
        if current is None or (current.path, current.manifest) != (landed.path, landed.manifest):
            self.lake.write_bytes_atomically(f"landing/{dataset}/current.json", _description(landed))
            self._delete_old_snapshots(dataset)

    def has_file(self, landed: Landed) -> bool:
        """Whether the file of a landed snapshot exists. Its content is checked when it is used."""
        return self.lake.exists(landed.path)

    def record_refusal(self, dataset: str, reason: str, *, run_id: str) -> None:
        """Record why a run refused a dataset."""
        self.lake.write_json(f"landing/{dataset}/refused.json", {"run_id": run_id, "reason": reason})

    def refusals(self, run_id: str) -> dict[str, str]:
        """Why a run refused datasets, by dataset. Empty if it refused none."""
        reasons = {}
        for dataset in self.datasets:
            refusal = self.lake.read_json(f"landing/{dataset}/refused.json")
            if refusal.get("run_id") == run_id:
                reasons[dataset] = refusal["reason"]
        return reasons

    def _described(self, path: str) -> Landed | None:
        content = self.lake.read_json(path)
        if not content:
            return None
        manifest = Manifest.from_json(json.dumps(content))
        return Landed(manifest=manifest, path=content["path"], n_rows=content["n_rows"], is_new=False)

    def _delete_old_snapshots(self, dataset: str) -> None:
        folder = f"landing/{dataset}/"
        in_use = [landed.path for landed in (self.current(dataset), self.latest(dataset)) if landed]
        dates = sorted({name.split("/")[2] for name in self.lake.files(folder) if name.count("/") > 2})
        for old in dates[: -self.snapshots_kept]:
            if not any(path.startswith(f"{folder}{old}/") for path in in_use):
                for name in self.lake.files(f"{folder}{old}"):
                    self.lake.delete(name)


def _version(manifest: Manifest) -> tuple[str, date]:
    return manifest.sha256, manifest.snapshot_date


def _path_of(manifest: Manifest, current: Landed | None) -> str:
    """The path of a new snapshot. Other bytes of the same date do not replace the current snapshot's."""
    folder = f"landing/{manifest.dataset}/{manifest.snapshot_date}"
    if current and current.path.startswith(f"{folder}/") and current.manifest.sha256 != manifest.sha256:
        folder += f"/{manifest.sha256[:12]}"
    return f"{folder}/{manifest.dataset}.tsv.gz"


def _description(landed: Landed) -> bytes:
    content = json.loads(landed.manifest.to_json()) | {"path": landed.path, "n_rows": landed.n_rows}
    return (json.dumps(content, indent=2) + "\n").encode()


def _require_plausible_size(fetched: Fetched, current: Landed) -> None:
    is_comparable = fetched.manifest.address == current.manifest.address and current.n_rows >= MIN_COMPARED_ROWS
    if is_comparable and not MIN_GROWTH <= fetched.n_rows / current.n_rows <= MAX_GROWTH:
        before = f"the snapshot of {current.manifest.snapshot_date} had {current.n_rows:,}"
        raise DatasetRefused(
            fetched.manifest.dataset,
            f"it has {fetched.n_rows:,} rows, but {before}",
            "try again later, or force the run if the size is correct (FORCE=1, or the run tag force: true)",
        )

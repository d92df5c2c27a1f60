"""Landing: the lake's folder of bytes as received, dated, each snapshot with its manifest."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.dataset_manifest import DatasetRefused, Fetched, Manifest
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.tables.bronze import DATASETS

OMDB = "landing/omdb"
# A day changes a dataset by a thousandth; a snapshot beyond this is one that was cut off, or of something else.
LEAST_GROWTH, MOST_GROWTH = 0.8, 1.5
FEWEST_COMPARED_ROWS = 1000
LEDGER = f"{OMDB}/requests.json"
DAYS_UNTIL_ASKED_AGAIN = 90
# What a killed run loses at most.
RESPONSES_A_WRITE = 25
RECORDED = f"{OMDB}/recorded.jsonl"
RECORDED_FROM = f"{OMDB}/recorded_from.json"


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A dataset of the landing, and how many rows it has."""

    manifest: Manifest
    path: str
    n_rows: int
    is_new: bool


class Landing(dg.ConfigurableResource):
    """Keeps the datasets that are asked for and OMDb's responses; knows which snapshot is current."""

    lake: dg.ResourceDependency[BlobStorage]
    datasets: list[str] = list(DATASETS)  # noqa: RUF012 - a field of pydantic, which copies it
    snapshots_kept: int = 3

    def current(self, dataset: str) -> Landed | None:
        """The snapshot of a dataset that was landed last."""
        kept = self._noted(f"landing/{dataset}/current.json")
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
        self._note(f"landing/{dataset}/refused.json", {"run_id": run_id, "reason": reason})

    def refusals(self, run_id: str) -> dict[str, str]:
        """Why datasets were refused in a run."""
        found = {}
        for dataset in self.datasets:
            said = self._noted(f"landing/{dataset}/refused.json")
            if said.get("run_id") == run_id:
                found[dataset] = said["reason"]
        return found

    def note_loaded(self, dataset: str, numbers: Mapping[str, object]) -> None:
        """Note that the current snapshot of a dataset is in bronze, and what there is to say of it."""
        self._note(f"landing/{dataset}/loaded.json", numbers)

    def loaded(self, dataset: str) -> dict[str, Any]:
        """What `note_loaded` noted last; empty where it never did."""
        return self._noted(f"landing/{dataset}/loaded.json")

    def response_versions(self) -> dict[str, str]:
        """SHA-256 of each file of landed responses."""
        return {path: hashlib.sha256(self.lake.read_bytes(path)).hexdigest() for path in self.response_files()}

    def response_files(self) -> list[str]:
        """Paths of the landed responses of OMDb, the latest last."""
        return [path for path in self.lake.files(OMDB) if path.endswith(".jsonl")]

    def answered_titles(self, *, today: date) -> set[str]:
        """Titles that OMDb's API has answered for, those without which it did not know 90 days ago and longer."""
        answered = set()
        for path in self.response_files():
            if path == RECORDED:
                continue
            is_old = (today - date.fromisoformat(Path(path).stem)).days >= DAYS_UNTIL_ASKED_AGAIN
            landed = [json.loads(line) for line in self.lake.read_bytes(path).splitlines()]
            answered |= {line["imdbID"] for line in landed if not (is_old and _is_unknown(line["response"]))}
        return answered

    def within_limit(self, tconsts: Iterable[str], *, limit: int, today: date) -> Iterator[str]:
        """Titles to ask OMDb for, until the requests of the day (UTC) are spent.

        Each is counted before it is asked for, so that a run which is killed leaves no request uncounted.
        """
        for tconst in tconsts:
            n_asked = self.requests_of(today)
            if n_asked >= limit:
                return
            self._note(LEDGER, {"date": str(today), "requests": n_asked + 1})
            yield tconst

    def requests_of(self, day: date) -> int:
        """How many requests `within_limit` counted on a day; of days before its last one it no longer knows."""
        noted = self._noted(LEDGER)
        return noted["requests"] if noted.get("date") == str(day) else 0

    def land_recorded_responses(self, responses: Iterable[tuple[str, bytes]], *, fingerprint: str) -> int:
        """Keep what the recording holds, in place of what an earlier one held."""
        lines = b"".join(_lines(responses))
        if lines:
            self.lake.write_bytes_atomically(RECORDED, lines)
        else:
            self.lake.delete(RECORDED)
        self._note(RECORDED_FROM, {"fingerprint": fingerprint, "responses": lines.count(b"\n")})
        return lines.count(b"\n")

    def recorded_before(self, fingerprint: str) -> int | None:
        """How many responses were landed from what has this fingerprint; None where it was something else."""
        noted = self._noted(RECORDED_FROM)
        return noted["responses"] if noted.get("fingerprint") == fingerprint else None

    def land_live_responses(self, responses: Iterable[tuple[str, bytes]], *, today: date) -> int:
        """Add the API's responses to those of the day; each is kept even if the next one fails."""
        path = f"{OMDB}/{today}.jsonl"
        before = self.lake.read_bytes(path) if self.lake.exists(path) else b""
        lines: list[bytes] = []
        try:
            for line in _lines(responses):
                lines.append(line)
                if len(lines) % RESPONSES_A_WRITE == 0:
                    self.lake.write_bytes_atomically(path, before + b"".join(lines))
        finally:
            if lines:
                self.lake.write_bytes_atomically(path, before + b"".join(lines))
        return len(lines)

    def _note(self, path: str, noted: Mapping[str, object]) -> None:
        self.lake.write_bytes_atomically(path, json.dumps(noted).encode())

    def _noted(self, path: str) -> dict[str, Any]:
        return json.loads(self.lake.read_bytes(path)) if self.lake.exists(path) else {}

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


def _is_unknown(response: str) -> bool:
    try:
        return json.loads(response).get("Response") == "False"
    except ValueError:
        return False


def _lines(responses: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    for tconst, response in responses:
        text = response.decode("utf-8", errors="replace")
        yield json.dumps({"imdbID": tconst, "response": text}, ensure_ascii=False).encode() + b"\n"

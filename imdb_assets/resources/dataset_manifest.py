"""A dataset on this machine: its manifest, and whether it is whole. One that is not is refused in one sentence."""

import gzip
import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path

from imdb_assets.tables.bronze import DATASETS

PIECE_BYTES = 1 << 20
LONGEST_HEADER_BYTES = 1 << 16


class DatasetRefused(Exception):
    """A dataset cannot be used: one sentence that names the file, the cause and the mend."""

    def __init__(self, dataset: str, cause: str, mend: str) -> None:
        super().__init__(f"{dataset}.tsv.gz was refused: {cause}; {mend}.")
        self.dataset = dataset
        self.cause = cause
        self.mend = mend

    def __reduce__(self) -> tuple[type["DatasetRefused"], tuple[str, str, str]]:
        """How to make the exception again in another process."""
        return type(self), (self.dataset, self.cause, self.mend)


class DatasetUnreachable(DatasetRefused):
    """A dataset that may well be had in some minutes."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Where the bytes of a dataset came from, and which they are."""

    dataset: str
    address: str
    etag: str | None
    last_modified: str | None
    size: int
    sha256: str
    snapshot_date: date
    landed_at: str

    def to_json(self) -> str:
        """The manifest as it is kept beside the dataset."""
        return json.dumps(asdict(self), default=date.isoformat, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Manifest":
        """The manifest that a text of `to_json` holds, whatever else was added to the text."""
        kept = json.loads(text)
        kept["snapshot_date"] = date.fromisoformat(kept["snapshot_date"])
        return cls(**{field.name: kept[field.name] for field in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A verified dataset on this machine."""

    file: Path
    manifest: Manifest
    n_rows: int


def verify_dataset(file: Path, dataset: str, header: tuple[str, ...]) -> int:
    """Number of rows below the header, after reading the whole file. DatasetRefused when it is not a whole dataset."""
    again = "fetch it again, and check IMDB_DATASETS_URL if that does not help"
    with file.open("rb") as packed:
        start = packed.read(2)
    if not start:
        raise DatasetRefused(dataset, "the file is empty", again)
    if start != b"\x1f\x8b":
        raise DatasetRefused(dataset, "the file is not gzip but perhaps a page in its place", again)
    try:
        found, n_rows = _read_header_and_count(file)
    except EOFError:
        raise DatasetRefused(dataset, "the file is truncated", again) from None
    except (gzip.BadGzipFile, zlib.error):
        raise DatasetRefused(dataset, "the file is damaged gzip", again) from None
    if not found:
        raise DatasetRefused(dataset, "the file holds no line, not even a header", again)
    _demand_header(dataset, tuple(found.decode("utf-8", errors="replace").rstrip("\n").split("\t")), header)
    return n_rows


def _demand_header(dataset: str, found: tuple[str, ...], declared: tuple[str, ...]) -> None:
    if found == declared:
        return
    mend = "fetch it again, and if IMDb changed its format then change imdb_assets/tables/bronze.py"
    if missing := [name for name in declared if name not in found]:
        raise DatasetRefused(dataset, f"its header lacks {', '.join(missing)}", mend)
    raise DatasetRefused(dataset, f"its header is not {', '.join(declared)} but {', '.join(found)[:300]}", mend)


def _read_header_and_count(file: Path) -> tuple[bytes, int]:
    with gzip.open(file, "rb") as content:
        header = content.readline(LONGEST_HEADER_BYTES)
        n_rows, end = 0, b"\n"
        while piece := content.read(PIECE_BYTES):
            n_rows += piece.count(b"\n")
            end = piece[-1:]
    return header, n_rows + (end != b"\n")


def examine_dataset(
    dataset: str, file: Path, *, address: str, etag: str | None, last_modified: str | None, snapshot_date: date
) -> tuple[Manifest, int]:
    """The manifest and the number of rows of a fetched dataset; DatasetRefused when it is not whole."""
    n_rows = verify_dataset(file, dataset, DATASETS[dataset].column_names[:-1])
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    manifest = Manifest(
        dataset=dataset,
        address=address,
        etag=etag,
        last_modified=last_modified,
        size=file.stat().st_size,
        sha256=sha256,
        snapshot_date=snapshot_date,
        landed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return manifest, n_rows

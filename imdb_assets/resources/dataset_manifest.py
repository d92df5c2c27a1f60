"""Verifies a fetched dataset and describes it in a manifest. An incomplete dataset is refused with the cause."""

import codecs
import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path

from imdb_assets.resources.gzip_members import NotReadable, unpacked_chunks
from imdb_assets.tables.bronze import DATASETS

MAX_HEADER_BYTES = 1 << 16
# IMDb's files unpack to about four times their size, and their longest lines have a few kilobytes. A file far beyond
# that is no dataset, and unpacking it would fill memory and disk.
MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO = 1 << 30, 100
MAX_LINE_BYTES = 64 << 20
# Characters of an unexpected header in a message.
MAX_QUOTED = 300


class DatasetRefused(Exception):
    """A dataset cannot be used. The message names the file, the cause and the remedy.

    Args:
        dataset: The dataset, such as `title.basics`.
        cause: The cause, as a sentence.
        remedy: How the user can fix it.
    """

    def __init__(self, dataset: str, cause: str, remedy: str) -> None:
        super().__init__(f"{dataset}.tsv.gz was refused: {cause}; {remedy}.")
        self.dataset = dataset
        self.cause = cause
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["DatasetRefused"], tuple[str, str, str]]:
        """Return the arguments with which pickle recreates the exception."""
        return type(self), (self.dataset, self.cause, self.remedy)


class DatasetUnreachable(DatasetRefused):
    """A dataset is temporarily unavailable."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The origin and identity of a dataset's bytes."""

    dataset: str
    """Such as `title.basics`."""
    address: str
    """The URL it was fetched from, without credentials."""
    etag: str | None
    """The server's ETag. For a folder, the time and size of the file."""
    last_modified: str | None
    """The server's Last-Modified header."""
    size: int
    """Bytes, packed."""
    sha256: str
    """Of the packed bytes, in hexadecimal."""
    snapshot_date: date
    landed_at: str
    """ISO date and time, UTC."""

    def to_json(self) -> str:
        """The manifest as JSON text, as it is stored next to the dataset."""
        return json.dumps(asdict(self), default=date.isoformat, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Manifest":
        """Parse the text of `to_json`. Additional entries are ignored."""
        content = json.loads(text)
        content["snapshot_date"] = date.fromisoformat(content["snapshot_date"])
        return cls(**{field.name: content[field.name] for field in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A verified dataset in a local file."""

    file: Path
    manifest: Manifest
    n_rows: int
    """Rows below the header."""


def verify_dataset(file: Path, dataset: str, columns: tuple[str, ...]) -> int:
    """Read a whole dataset and check that it is complete and that every reader finds the same lines in it.

    A byte order mark and Windows line ends are accepted: no value keeps them.

    Args:
        file: The packed file.
        dataset: The dataset, for the message.
        columns: The columns that its header must have, in this order.

    Returns:
        The number of rows below the header.

    Raises:
        DatasetRefused: The file is empty, not gzip, truncated or damaged, or its header is different.
    """
    try:
        header, n_rows = _read_header_and_count(file, dataset)
    except NotReadable as problem:
        raise DatasetRefused(
            dataset, str(problem), "fetch it again, and check IMDB_DATASETS_URL if that does not help"
        ) from None
    _require_columns(dataset, header, columns)
    return n_rows


def _require_columns(dataset: str, header: bytes, declared: tuple[str, ...]) -> None:
    if not header.removeprefix(codecs.BOM_UTF8):
        raise DatasetRefused(dataset, "the file contains no lines, not even a header", "fetch it again")
    if header.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in header:
        raise DatasetRefused(dataset, "its text is UTF-16, not UTF-8", "convert it, or fetch it from IMDb")
    text = header.removeprefix(codecs.BOM_UTF8).removesuffix(b"\r").decode("utf-8", errors="backslashreplace")
    if "\r" in text:
        cause = "its lines end with carriage returns (CR) alone, not with line feeds (LF)"
        raise DatasetRefused(dataset, cause, "convert its line ends, or fetch it from IMDb")
    columns = tuple(text.split("\t"))
    if columns == declared:
        return
    remedy = "fetch it again, or update imdb_assets/tables/bronze.py if IMDb has changed its format"
    quoted = f"(it is {text[:MAX_QUOTED]!r})"
    if missing := [name for name in declared if name not in columns]:
        raise DatasetRefused(dataset, f"its header lacks {', '.join(missing)} {quoted}", remedy)
    if added := [name for name in columns if name not in declared]:
        raise DatasetRefused(
            dataset, f"its header has more columns than declared: {', '.join(added)[:MAX_QUOTED]}", remedy
        )
    raise DatasetRefused(dataset, f"its header is not {', '.join(declared)} {quoted}", remedy)


def _read_header_and_count(file: Path, dataset: str) -> tuple[bytes, int]:
    most_bytes = max(MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO * file.stat().st_size)
    remedy = "check IMDB_DATASETS_URL"
    header, n_line_ends, end, n_bytes, line_bytes = b"", 0, b"\n", 0, 0
    for chunk in unpacked_chunks(file):
        if b"\n" not in header and len(header) < MAX_HEADER_BYTES:
            header += chunk[:MAX_HEADER_BYTES]
        n_line_ends += chunk.count(b"\n")
        end = chunk[-1:]
        n_bytes += len(chunk)
        line_bytes = len(chunk) - chunk.rfind(b"\n") - 1 + (line_bytes if b"\n" not in chunk else 0)
        if n_bytes > most_bytes:
            raise DatasetRefused(dataset, f"the file unpacks to more than {MAX_UNPACKED_RATIO} times its size", remedy)
        if line_bytes > MAX_LINE_BYTES:
            raise DatasetRefused(dataset, f"a line has more than {MAX_LINE_BYTES >> 20} MB", remedy)
    # The header is no row, but without a line end at the end of the file, the last row counts too.
    return header.partition(b"\n")[0], n_line_ends - (end == b"\n")


def examine_dataset(
    dataset: str, file: Path, *, address: str, etag: str | None, last_modified: str | None, snapshot_date: date
) -> tuple[Manifest, int]:
    """Verify a fetched dataset and describe it.

    Args:
        dataset: The dataset, such as `title.basics`.
        file: The packed file.
        address: The URL it was fetched from, without credentials.
        etag: The server's ETag, or another text that identifies the file.
        last_modified: The server's Last-Modified header.
        snapshot_date: The date of the snapshot.

    Returns:
        The manifest, and the number of rows below the header.

    Raises:
        DatasetRefused: The dataset is incomplete.
    """
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

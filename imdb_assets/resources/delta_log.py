"""Which files make up a Delta table, from its log alone: without Spark and without reading the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from imdb_assets.resources.blob_storage import BlobStorage, StorageError
from imdb_assets.resources.commit_log import version_of


@dataclass(frozen=True, kw_only=True)
class TableFiles:
    """The files of the latest version of a table. All paths are relative to the lake's root."""

    version: int
    log: tuple[str, ...]
    """Commits and checkpoints, the oldest first. Their content never changes."""
    data: tuple[str, ...]
    """The files that hold the rows of this version."""
    missing: tuple[str, ...]
    """Those of `data` that do not exist."""
    n_rows: int | None
    """None if the log does not say."""
    sizes: Mapping[str, int]
    """Bytes of the files in `data`."""
    schema: str
    """The columns of this version, as the JSON of a Spark schema."""
    table_id: str
    properties: Mapping[str, str]
    """The properties of the table, such as `delta.logRetentionDuration`."""
    protocol: Mapping[str, Any]
    """The features that readers and writers of the table need, as the log states them."""

    @property
    def is_plain(self) -> bool:
        """Whether the rows are exactly the rows of the files, without deletion vectors or other names of columns."""
        return self.protocol["minReaderVersion"] == 1


def table_files(lake: BlobStorage, path: str) -> TableFiles | None:
    """Return the files of the table at a path, or None if there is no table.

    Raises:
        StorageError: The lake cannot be read.
    """
    existing = set(lake.files(path))
    names = (name.rpartition("/") for name in existing)
    log = sorted(f"{folder}/{name}" for folder, _, name in names if _is_log(path, folder, name))
    if not log:
        return None
    with TemporaryDirectory() as folder:
        # deltalake needs only the log, so a copy of its last part spares it the login to the storage.
        (Path(folder) / "_delta_log").mkdir()
        for name in _since_checkpoint(log):
            lake.download(name, Path(folder) / "_delta_log" / Path(name).name)
        try:
            table = DeltaTable(folder)
            added, version = pa.table(table.get_add_actions(flatten=True)), table.version()
            metadata, protocol, schema = table.metadata(), table.protocol(), table.schema().to_json()
        except DeltaError as error:
            cause = str(error).partition("\n")[0]
            raise StorageError(f"The log of the table at {lake.uri(path)} is damaged ({cause}).") from error
    sizes = {f"{path}/{file['path']}": file["size_bytes"] for file in added.select(["path", "size_bytes"]).to_pylist()}
    data = tuple(sorted(sizes))
    has_counts = "num_records" in added.column_names and added["num_records"].null_count == 0
    return TableFiles(
        version=version,
        log=tuple(log),
        data=data,
        missing=tuple(name for name in data if name not in existing),
        n_rows=sum(added["num_records"].to_pylist()) if has_counts else None,
        sizes=sizes,
        schema=schema,
        table_id=str(metadata.id),
        properties=dict(metadata.configuration),
        protocol=_protocol(protocol),
    )


def _protocol(protocol: Any) -> dict[str, Any]:
    versions = {"minReaderVersion": protocol.min_reader_version, "minWriterVersion": protocol.min_writer_version}
    features = {"readerFeatures": protocol.reader_features, "writerFeatures": protocol.writer_features}
    return versions | {name: list(values) for name, values in features.items() if values}


def _is_log(path: str, folder: str, name: str) -> bool:
    return folder == f"{path}/_delta_log" and version_of(name) is not None


def _since_checkpoint(log: Sequence[str]) -> list[str]:
    versions = {path: version_of(Path(path).name) or 0 for path in log}
    first = max((version for path, version in versions.items() if ".checkpoint" in path), default=0)
    return [path for path, version in versions.items() if version >= first]

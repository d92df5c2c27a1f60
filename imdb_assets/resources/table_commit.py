"""One atomic commit of finished Parquet files to a table's Delta log, with the table's declaration.

Delta's own writers plan each commit as a Spark job, which takes a second for a table of any size, and write rows only
while they commit. The entries follow Delta's protocol (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq

from imdb_assets.resources.blob_storage import BlobStorage, StorageFileExists
from imdb_assets.resources.delta_declaration import delta_schema, table_properties, user_metadata
from imdb_assets.resources.delta_log import TableFiles
from imdb_assets.resources.known_errors import CommitConflict
from imdb_assets.resources.lake_files import column_statistics
from imdb_assets.resources.staged_rows import StagedRows
from imdb_assets.tables.table import Table

# The oldest protocol with constraints, which every reader and writer of Delta supports.
READER_VERSION, WRITER_VERSION = 1, 3
# From this version on, the protocol lists the features that it uses.
WRITER_VERSION_WITH_FEATURES, CONSTRAINTS = 7, "checkConstraints"
ENGINE = "imdb_assets"


@dataclass(frozen=True, kw_only=True)
class TableCommit:
    """A commit that makes files the only rows of a table. A changed declaration of the table is part of it."""

    rows: StagedRows
    """The files, the table, and the version of it that the commit follows."""
    is_as_declared: bool
    """Whether that version has the present declaration."""
    retention_days: int
    """Days for which old versions stay readable."""
    record: Mapping[str, object] | None = None
    """Kept with the commit."""

    def write(self, lake: BlobStorage) -> None:
        """Write the commit to the table's log.

        Raises:
            CommitConflict: Another program has committed to the table since the writing of the rows began.
        """
        now = int(time.time() * 1000)
        added = [_add(lake, self.rows.table, *file, now=now) for file in self.rows.footers.items()]
        actions = [{"commitInfo": self._info(added, now=now)}]
        if not self.is_as_declared:
            if protocol := _protocol(self.rows.before):
                actions.append({"protocol": protocol})
            actions.append({"metaData": self._metadata(now=now)})
        sizes = self.rows.before.sizes if self.rows.before else {}
        actions += [{"remove": _remove(self.rows.table, path, size, now=now)} for path, size in sizes.items()]
        actions += [{"add": entry} for entry in added]
        content = "".join(f"{json.dumps(action)}\n" for action in actions).encode()
        version = self.rows.before.version + 1 if self.rows.before else 0
        log = f"{self.rows.table.path}/_delta_log/{version:020d}.json"
        try:
            lake.write_bytes_atomically(log, content, is_new=True)
        except StorageFileExists as error:
            # A request that is repeated because its answer was lost finds the file of the first attempt.
            if lake.read_bytes(log) != content:
                raise CommitConflict from error

    def _info(self, added: Sequence[Mapping[str, Any]], *, now: int) -> dict[str, Any]:
        metrics = {
            "numFiles": len(added),
            "numOutputRows": self.rows.n_rows,
            "numOutputBytes": sum(entry["size"] for entry in added),
        }
        info = {
            "timestamp": now,
            "operation": "WRITE"
            if self.is_as_declared
            else f"{'REPLACE' if self.rows.before else 'CREATE'} TABLE AS SELECT",
            "operationParameters": {"mode": "Overwrite"} if self.is_as_declared else {},
            "isolationLevel": "Serializable",
            "isBlindAppend": False,
            "operationMetrics": {name: str(value) for name, value in metrics.items()},
            "userMetadata": user_metadata(self.rows.table, self.record),
            "engineInfo": ENGINE,
            "txnId": str(uuid4()),
        }
        return info | ({"readVersion": self.rows.before.version} if self.rows.before else {})

    def _metadata(self, *, now: int) -> dict[str, Any]:
        properties = table_properties(self.rows.table, retention_days=self.retention_days)
        return {
            "id": self.rows.before.table_id if self.rows.before else str(uuid4()),
            "description": properties.pop("comment"),
            "format": {"provider": "parquet", "options": {}},
            "schemaString": delta_schema(self.rows.table).json(),
            "partitionColumns": [],
            "configuration": properties,
            "createdTime": now,
        }


def _protocol(before: TableFiles | None) -> dict[str, Any] | None:
    """The protocol that the table needs. None if it has it."""
    if before is None or before.protocol["minWriterVersion"] < WRITER_VERSION:
        return {"minReaderVersion": READER_VERSION, "minWriterVersion": WRITER_VERSION}
    features = before.protocol.get("writerFeatures") or []
    if before.protocol["minWriterVersion"] < WRITER_VERSION_WITH_FEATURES or CONSTRAINTS in features:
        return None
    return {**before.protocol, "writerFeatures": [*features, CONSTRAINTS]}


def _remove(table: Table, path: str, size: int, *, now: int) -> dict[str, Any]:
    return {
        "path": path.removeprefix(f"{table.path}/"),
        "deletionTimestamp": now,
        "dataChange": True,
        "extendedFileMetadata": True,
        "partitionValues": {},
        "size": size,
    }


def _add(lake: BlobStorage, table: Table, file: str, footer: pq.FileMetaData, *, now: int) -> dict[str, Any]:
    return {
        "path": file.removeprefix(f"{table.path}/"),
        "partitionValues": {},
        "size": lake.size(file),
        "modificationTime": now,
        "dataChange": True,
        "stats": json.dumps(file_statistics(footer, table.columns_with_statistics)),
    }


def file_statistics(footer: pq.FileMetaData, columns: Iterable[str]) -> dict[str, Any]:
    """The statistics of a Parquet file as Delta's log keeps them, which lets readers skip files.

    Args:
        footer: The metadata of the file.
        columns: The columns with least and greatest value.
    """
    statistics: dict[str, Any] = {"numRecords": footer.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    of_columns = column_statistics(footer)
    for column in columns:
        groups = of_columns.get(column)
        if groups and all(group.has_null_count for group in groups):
            statistics["nullCount"][column] = sum(group.null_count for group in groups)
        if groups and all(group.has_min_max for group in groups):
            statistics["minValues"][column] = _as_json(min(group.min for group in groups))
            statistics["maxValues"][column] = _as_json(max(group.max for group in groups))
    return statistics


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value

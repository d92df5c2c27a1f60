"""The commits in the log of a Delta table, read without Spark."""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from imdb_assets.resources.blob_storage import BlobStorage

# Commits that rearrange files or change settings without changing rows.
MAINTENANCE = {"OPTIMIZE", "VACUUM START", "VACUUM END", "REORG", "SET TBLPROPERTIES"}
# Commits of earlier versions of the platform: columns and constraints, without rows.
DECLARATIONS = {"CREATE TABLE", "REPLACE TABLE"}


VERSION_DIGITS = 20


class TableDamaged(RuntimeError):
    """The log of a table cannot be read. The table is neither read nor replaced."""


class CommitLog(NamedTuple):
    """The log of one table. Every method reads the files of the log again.

    Each method raises `StorageError` if the storage fails, and `TableDamaged` if a commit cannot be parsed.
    """

    lake: BlobStorage
    path: str
    """Path of the table, relative to the lake's root."""

    def versions(self) -> list[int]:
        """The versions of the commits in the log, oldest first."""
        return _versions(self._names())

    def is_table(self) -> bool:
        """Whether the log holds anything that makes the folder a table: a commit or a checkpoint."""
        return any(version_of(name) is not None for name in self._names())

    def commit(self, version: int) -> dict[str, Any]:
        """The `commitInfo` of a version; empty if it has none."""
        for line in self._lines(version):
            if commit := line.get("commitInfo"):
                return cast("dict[str, Any]", commit)
        return {}

    def last_change(self) -> dict[str, Any]:
        """The `commitInfo` of the last commit that is not maintenance; empty if there is none."""
        commits = (self.commit(version) for version in reversed(self.versions()))
        return next((commit for commit in commits if commit.get("operation") not in MAINTENANCE), {})

    def metrics(self) -> dict[str, int]:
        """Delta's metrics of the last commit, such as `numOutputRows`."""
        metrics = self.commit(self.versions()[-1])["operationMetrics"]
        return {name: int(value) for name, value in metrics.items()}

    def has_rows(self) -> bool:
        """Whether the table has ever been written. A table that is only declared does not count."""
        return self.is_table() and self.last_change().get("operation") not in DECLARATIONS

    def _names(self) -> list[str]:
        folder = f"{self.path}/_delta_log/"
        return [name for file in self.lake.files(folder) if "/" not in (name := file.removeprefix(folder))]

    def _lines(self, version: int) -> list[dict[str, Any]]:
        file = f"{self.path}/_delta_log/{version:020d}.json"
        try:
            lines = [json.loads(line) for line in self.lake.read_bytes(file).splitlines()]
        except ValueError:
            lines = []
        if not lines or not all(isinstance(line, dict) for line in lines):
            raise TableDamaged(
                f"{self.lake.uri(file)} is not a commit of a Delta table, probably because the disk failed; restore "
                "the table's folder from a backup (`make restore`), or move the folder away and run again"
            )
        return lines


def version_of(name: str) -> int | None:
    """Return the version in the name of a commit or checkpoint; None for other files of a log."""
    digits, _, extension = name.partition(".")
    is_log = len(digits) == VERSION_DIGITS and digits.isdigit() and extension.endswith(("json", "parquet"))
    return int(digits) if is_log else None


def _versions(names: Iterable[str]) -> list[int]:
    return sorted(int(match[1]) for name in names if (match := re.fullmatch(rf"(\d{{{VERSION_DIGITS}}})\.json", name)))

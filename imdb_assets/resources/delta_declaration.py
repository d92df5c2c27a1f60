"""The declaration of a table as Delta stores it: typed columns with comments, properties, metadata of commits."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import cast

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from imdb_assets.tables.table import Table

# The entry of a commit's metadata with the hash of the table's declaration.
DECLARATION = "declaration"
USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
_SETTING_USER_METADATA = Lock()


def as_declared(frame: DataFrame, table: Table) -> DataFrame:
    """Give a frame the declared columns, with their types and comments. Columns that it lacks are null."""
    existing = set(frame.columns)
    columns = [(F.col(f"`{c.name}`") if c.name in existing else F.lit(None), c) for c in table.columns]
    return frame.select(*(value.cast(c.type).alias(c.name, metadata={"comment": c.comment}) for value, c in columns))


def spark_schema(table: Table) -> StructType:
    """The declared columns as a Spark schema."""
    return cast("StructType", StructType.fromDDL(table.ddl))


def delta_schema(table: Table) -> StructType:
    """The declared columns as Delta's log states them. The constraints of the table state which are required."""
    columns = spark_schema(table).fields
    return StructType([StructField(c.name, c.dataType, True, c.metadata) for c in columns])  # noqa: FBT003 - Spark's


def table_properties(table: Table, *, retention_days: int) -> dict[str, str]:
    """The properties of a declared table, by Delta's names, with its comment."""
    return {
        "comment": table.description,
        **{f"delta.constraints.{name}": check for name, check in table.constraints.items()},
        "delta.dataSkippingStatsColumns": ",".join(table.columns_with_statistics),
        **retention_properties(retention_days),
    }


def retention_properties(days: int) -> dict[str, str]:
    """The properties that keep a table's old versions readable: their commits and their files.

    Delta deletes expired commits with a checkpoint. VACUUM makes two commits, so that maintenance writes one.
    """
    names = ("delta.logRetentionDuration", "delta.deletedFileRetentionDuration")
    return dict.fromkeys(names, f"interval {days} days") | {"delta.checkpointInterval": "2"}


def user_metadata(table: Table, record: Mapping[str, object] | None) -> str:
    """The metadata of a commit, as JSON: a record, and the hash of the declaration."""
    return json.dumps({**(record or {}), DECLARATION: _declaration_hash(table)})


@contextmanager
def statements_record(session: SparkSession, metadata: str) -> Iterator[None]:
    """Let statements of SQL commit with metadata, for which they have no option of their own."""
    # The setting counts for the whole session, and datasets are loaded by several threads.
    with _SETTING_USER_METADATA:
        session.conf.set(USER_METADATA, metadata)
        try:
            yield
        finally:
            session.conf.unset(USER_METADATA)


def records_declaration(record: Mapping[str, object], table: Table) -> bool:
    """Whether the metadata of a commit belongs to the present declaration of its table."""
    return record.get(DECLARATION) == _declaration_hash(table)


def _declaration_hash(table: Table) -> str:
    return hashlib.sha256(repr(table).encode()).hexdigest()

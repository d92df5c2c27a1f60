"""The `Table` and `Column` dataclasses that every declaration uses.

Independent of Spark: the DDL is plain text.
"""

from dataclasses import dataclass
from typing import Literal

Layer = Literal["bronze", "silver", "gold"]
ROWS_PER_FILE = 2_000_000
"""Most rows of one file of a table."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        type: Spark SQL type, in lower case.
        comment: Meaning of the column, with its unit.
        nullable: Whether the column may be null.
        check: Spark SQL condition that every non-null value fulfils; it becomes a Delta constraint.
    """

    name: str
    type: str
    comment: str
    nullable: bool = True
    check: str | None = None

    @property
    def ddl(self) -> str:
        """Definition of the column in a Spark SQL schema."""
        null = "" if self.nullable else " NOT NULL"
        comment = self.comment.replace("\\", "\\\\").replace("'", "\\'")
        return f"`{self.name}` {self.type.upper()}{null} COMMENT '{comment}'"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A declared Delta table.

    Attributes:
        layer: Layer of the lake.
        name: Table name without the layer.
        description: Content of the table and meaning of one row.
        columns: Columns, in order.
        primary_key: Names of the key columns; empty for tables without a key.
    """

    layer: Layer
    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()

    @property
    def asset_name(self) -> str:
        """Name of the asset that produces the table."""
        return f"{self.layer}_{self.name}"

    @property
    def path(self) -> str:
        """Folder of the table, relative to the root of the lake."""
        return f"{self.layer}/{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def constraints(self) -> dict[str, str]:
        """Delta CHECK constraints by name, as Spark SQL conditions on a row.

        They include the columns that are not nullable: Spark makes every column of a table that it creates together
        with its rows nullable.
        """
        present = {f"{name}_is_present": f"`{name}` IS NOT NULL" for name in self.required_columns}
        return present | self.value_constraints

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Names of the columns that are not nullable."""
        return tuple(column.name for column in self.columns if not column.nullable)

    @property
    def value_constraints(self) -> dict[str, str]:
        """The constraints that are about values, without those of required columns."""
        return {
            f"{column.name}_is_legal": column.check
            if not column.nullable
            else f"{column.name} IS NULL OR {column.check}"
            for column in self.columns
            if column.check
        }

    @property
    def columns_with_statistics(self) -> tuple[str, ...]:
        """Columns with minimum and maximum statistics per file, which lets readers skip files: the key columns."""
        return self.primary_key or self.column_names[:1]

    @property
    def ddl(self) -> str:
        """Spark SQL schema of the table."""
        return ", ".join(column.ddl for column in self.columns)

"""What a table is: its place in the lake, its key and its columns, declared once.

Knows no Spark: the DDL it gives is text.
"""

from dataclasses import dataclass
from typing import Literal

Layer = Literal["bronze", "silver", "gold"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, Spark SQL type and meaning (with the unit, where it has one)."""

    name: str
    type: str
    comment: str
    nullable: bool = True
    check: str | None = None
    """What holds of every value that is there, in Spark SQL."""

    @property
    def ddl(self) -> str:
        """The column as Spark SQL writes it in a schema."""
        null = "" if self.nullable else " NOT NULL"
        comment = self.comment.replace("\\", "\\\\").replace("'", "\\'")
        return f"`{self.name}` {self.type.upper()}{null} COMMENT '{comment}'"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A declared Delta table."""

    layer: Layer
    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()

    @property
    def asset_name(self) -> str:
        """Name of the asset that makes the table."""
        return f"{self.layer}_{self.name}"

    @property
    def path(self) -> str:
        """Folder of the table, below the lake's root."""
        return f"{self.layer}/{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def constraints(self) -> dict[str, str]:
        """What holds of every row, by name, in Spark SQL."""
        return {
            f"{column.name}_is_legal": column.check
            if not column.nullable
            else f"{column.name} IS NULL OR {column.check}"
            for column in self.columns
            if column.check
        }

    @property
    def columns_with_statistics(self) -> tuple[str, ...]:
        """Columns whose least and greatest value in each file are kept, by which readers skip files: the key's."""
        return self.primary_key or self.column_names[:1]

    @property
    def ddl(self) -> str:
        """The columns as one Spark SQL schema."""
        return ", ".join(column.ddl for column in self.columns)

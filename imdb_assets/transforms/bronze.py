"""Landing to bronze: received lines become typed rows or rejected rows."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from imdb_assets.tables.bronze import REJECTED_ROWS
from imdb_assets.tables.shared_columns import NCONST, TCONST
from imdb_assets.tables.table import Column as DeclaredColumn
from imdb_assets.tables.table import Table

IMDB_NULL = r"\N"
"""IMDb's spelling of a missing value, in every column of every dataset."""
ID_PATTERNS = {TCONST.name: r"^tt\d+$", "titleId": r"^tt\d+$", NCONST.name: r"^nm\d+$"}
LONGEST_QUOTE = 80
"""Characters of an invalid value that the reason quotes."""


def parsed_lines(lines: DataFrame, table: Table) -> DataFrame:
    """Parse each line below the header into the types of the table and add the reason if the line is rejected.

    Args:
        lines: Lines of a dataset with columns `line_number` (the header is line 1) and `value`.
        table: Bronze table of the dataset.

    Returns:
        Columns `line_number`, `raw` and `reason` (both null for valid lines) and the dataset's own columns.
    """
    columns = table.columns[:-1]
    # IMDb does not quote: every tab separates two values, and a quotation mark is an ordinary character.
    texts = F.split("value", "\t")
    values = [F.nullif(F.get(texts, F.lit(index)), F.lit(IMDB_NULL)) for index in range(len(columns))]
    typed = [value.try_cast(column.type) for value, column in zip(values, columns, strict=True)]
    wrong_width = F.when(
        F.size(texts) != len(columns),
        F.concat(F.lit("has "), F.size(texts), F.lit(f" columns, not {len(columns)}")),
    )
    wrong_values = [_wrong_value(value, column) for value, column in zip(values, columns, strict=True)]
    parsed = lines.where(F.col("line_number") > 1).select(
        "line_number",
        "value",
        F.coalesce(wrong_width, *wrong_values).alias("reason"),
        *(value.alias(column.name) for value, column in zip(typed, columns, strict=True)),
    )
    # The text of kept lines is dropped: persisted lines would otherwise take twice the memory.
    raw = F.when(F.col("reason").isNotNull(), F.col("value")).alias("raw")
    return parsed.select("line_number", raw, "reason", *(column.name for column in columns))


def dataset_rows(parsed: DataFrame, table: Table, *, snapshot_date: date) -> DataFrame:
    """Keep the valid rows of a dataset."""
    return parsed.where(F.col("reason").isNull()).select(
        *table.column_names[:-1], F.lit(snapshot_date).alias(table.column_names[-1])
    )


def rejected_rows(parsed: DataFrame, *, dataset: str, snapshot_date: date) -> DataFrame:
    """Keep the rejected rows of a dataset, with the reason."""
    return (
        parsed.where(F.col("reason").isNotNull())
        .select(
            F.lit(dataset).alias("dataset"),
            F.col("line_number").cast("bigint").alias("line_number"),
            "reason",
            "raw",
            F.lit(snapshot_date).alias("snapshot_date"),
        )
        .select(*REJECTED_ROWS.column_names)
    )


def _wrong_value(value: Column, column: DeclaredColumn) -> Column:
    if pattern := ID_PATTERNS.get(column.name):
        wrong = ~F.coalesce(value.rlike(pattern), F.lit(False))  # noqa: FBT003 - F.lit takes a positional value
        prefix = f"{column.name} is not an IMDb id: "
    elif column.type == "string":
        return F.lit(None).cast("string")
    else:
        wrong = value.isNotNull() & value.try_cast(column.type).isNull()
        prefix = f"{column.name} is not {'an' if column.type == 'int' else 'a'} {column.type}: "
    quoted = F.substring(F.coalesce(value, F.lit(IMDB_NULL)), 1, LONGEST_QUOTE)
    return F.when(wrong, F.concat(F.lit(prefix), quoted))

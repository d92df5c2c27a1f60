"""From lines as received to typed rows and rejected rows."""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables.bronze import NCONST, OMDB_RESPONSES, REJECTED_ROWS, TCONST
from imdb_assets.tables.table import Column as DeclaredColumn
from imdb_assets.tables.table import Table

IMDB_NULL = r"\N"
ID_PATTERNS = {TCONST.name: r"^tt\d+$", "titleId": r"^tt\d+$", NCONST.name: r"^nm\d+$"}
LONGEST_QUOTED = 80
OMDB = "omdb"


def parsed_lines(lines: DataFrame, table: Table) -> DataFrame:
    """Each line below the header with its values in the table's types, and why it is rejected if it is.

    `lines` has `line_number` (the header is line 1) and `value`.
    """
    columns = table.columns[:-1]
    # IMDb does not quote: every tab parts two values, and a quotation mark is a character like any other.
    texts = F.split("value", "\t")
    values = [F.nullif(F.get(texts, F.lit(place)), F.lit(IMDB_NULL)) for place in range(len(columns))]
    typed = [value.try_cast(column.type) for value, column in zip(values, columns, strict=True)]
    wrong_width = F.when(
        F.size(texts) != len(columns),
        F.concat(F.lit("has "), F.size(texts), F.lit(f" columns, not {len(columns)}")),
    )
    wrong_values = [_wrong_value(value, column) for value, column in zip(values, columns, strict=True)]
    return lines.where(F.col("line_number") > 1).select(
        "line_number",
        F.col("value").alias("raw"),
        F.coalesce(wrong_width, *wrong_values).alias("reason"),
        *(value.alias(column.name) for value, column in zip(typed, columns, strict=True)),
    )


def dataset_rows(parsed: DataFrame, table: Table, *, snapshot_date: date) -> DataFrame:
    """The rows of a dataset that could be parsed."""
    return parsed.where(F.col("reason").isNull()).select(
        *table.column_names[:-1], F.lit(snapshot_date).alias(table.column_names[-1])
    )


def rejected_rows(parsed: DataFrame, *, dataset: str, snapshot_date: date) -> DataFrame:
    """The rows of a dataset that could not be parsed, with the reason."""
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


def parsed_responses(lines: DataFrame) -> DataFrame:
    """Each landed line with the title id, OMDb's response, and why it is rejected if it is.

    `lines` has `file`, `line_number` and `value`, which is JSON with `imdbID` and `response`.
    """
    landed = F.from_json("value", "imdbID STRING, response STRING")
    response = landed["response"]
    answered = F.from_json(response, "Response STRING")["Response"]
    return lines.select(
        "file",
        "line_number",
        F.col("value").alias("raw"),
        landed["imdbID"].alias("imdbID"),
        response.alias("response"),
        F.when(landed["imdbID"].isNull() | response.isNull(), F.lit("is not a landed response"))
        .when(answered.isNull(), F.lit("the response is not JSON of OMDb's"))
        .alias("reason"),
    )


def omdb_responses(parsed: DataFrame) -> DataFrame:
    """The last response for each title."""
    latest = Window.partitionBy("imdbID").orderBy(F.desc("file"), F.desc("line_number"))
    return (
        parsed.where(F.col("reason").isNull())
        .withColumn("place", F.row_number().over(latest))
        .where(F.col("place") == 1)
        .select(*OMDB_RESPONSES.column_names)
    )


def rejected_responses(parsed: DataFrame, *, snapshot_date: date) -> DataFrame:
    """The landed lines that are no response, with the reason."""
    return parsed.where(F.col("reason").isNotNull()).select(
        F.lit(OMDB).alias("dataset"),
        F.col("line_number").cast("bigint").alias("line_number"),
        "reason",
        "raw",
        F.lit(snapshot_date).alias("snapshot_date"),
    )


def _wrong_value(value: Column, column: DeclaredColumn) -> Column:
    if pattern := ID_PATTERNS.get(column.name):
        wrong = ~F.coalesce(value.rlike(pattern), F.lit(False))  # noqa: FBT003 - Spark takes it so
        said = f"{column.name} is not an IMDb id: "
    elif column.type == "string":
        return F.lit(None).cast("string")
    else:
        wrong = value.isNotNull() & value.try_cast(column.type).isNull()
        said = f"{column.name} is not {'an' if column.type == 'int' else 'a'} {column.type}: "
    quoted = F.substring(F.coalesce(value, F.lit(IMDB_NULL)), 1, LONGEST_QUOTED)
    return F.when(wrong, F.concat(F.lit(said), quoted))

"""Lines of IMDb's datasets become typed rows. Rejected rows and changed values are recorded with a reason."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.tables.bronze import REJECTED_ROWS
from imdb_assets.tables.table import Table
from imdb_assets.transforms.line_parser import LineParser

RECORDS = "array<struct<outcome string, column_name string, reason string>>"


def parsed_lines(lines: DataFrame, table: Table, *, snapshot_date: date) -> DataFrame:
    """Parse each line below the header into the types of the table, and record what is not used as received.

    Args:
        lines: Lines of a dataset with columns `line_number` (the header is line 1) and `value`.
        table: Bronze table of the dataset.
        snapshot_date: Date of the snapshot, which limits years.

    Returns:
        The columns that `LineParser.parse` describes.
    """
    columns = ", ".join(f"`{column.name}` {column.type}" for column in table.columns[:-1])
    schema = f"line_number bigint, ends_in_cr boolean, is_kept boolean, records {RECORDS}, raw string, {columns}"
    parser = LineParser(table=table, snapshot_date=snapshot_date)
    below_header = lines.where("line_number > 1").select("line_number", "value")
    return below_header.mapInArrow(parser.parse_batches, schema)


def dataset_rows(parsed: DataFrame, table: Table, *, snapshot_date: date) -> DataFrame:
    """Keep the valid rows of a dataset."""
    return parsed.where("is_kept").select(*table.column_names[:-1], F.lit(snapshot_date).alias(table.column_names[-1]))


def rejected_rows(parsed: DataFrame, *, dataset: str, snapshot_date: date) -> DataFrame:
    """List the rejected rows, and the dropped and changed values of the other rows, with the reason."""
    recorded = parsed.where(F.col("records").isNotNull()).select("line_number", "raw", F.inline("records"))
    return recorded.select(
        F.lit(dataset).alias("dataset"),
        F.col("line_number").cast("bigint").alias("line_number"),
        "outcome",
        "column_name",
        "reason",
        "raw",
        F.lit(snapshot_date).alias("snapshot_date"),
    ).select(*REJECTED_ROWS.column_names)

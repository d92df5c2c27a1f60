"""OMDb's responses: landed lines become the latest response of each title, and the facts known before its release."""

from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables.bronze import OMDB_RESPONSES, REJECTED_ROW
from imdb_assets.tables.silver import OMDB_FACTS
from imdb_assets.transforms.omdb_facts import UnreadValue, read_response, whitelisted_response
from imdb_assets.vocabulary.omdb_errors import OMDB_ERRORS, OmdbErrorKind

OMDB = "omdb"
"""Value of `dataset` in `bronze_rejected_rows` for OMDb's responses."""
_LANDED = "imdbID STRING, response STRING, encoding STRING, problem STRING, fetched_at STRING, line_number BIGINT"
_DAY_FILE = r"(\d{4}-\d{2}-\d{2})\.jsonl$"
_UNREAD = "array<struct<field: string, value: string>>"
_ARROW_TYPES = {
    "array<string>": pa.list_(pa.string()),
    "date": pa.date32(),
    "int": pa.int32(),
    "string": pa.string(),
    _UNREAD: pa.list_(pa.struct([(name, pa.string()) for name in UnreadValue._fields])),
}
_READ_SCHEMA = pa.schema(
    {column.name: _ARROW_TYPES[column.type] for column in OMDB_FACTS.columns} | {"unread": _ARROW_TYPES[_UNREAD]}
)


def parsed_responses(lines: DataFrame) -> DataFrame:
    """Parse each landed line into the title id and OMDb's response and add the reason if the line is rejected.

    `outcome_of` in the OMDb resource follows the same rules.

    Args:
        lines: Landed lines with columns `file`, `line_number` and `value` (see `OmdbLanding`).

    Returns:
        Columns `file`, `line_number` (in the recording, for a recorded line), `position` (order within the file),
        `raw`, `imdbID`, `response`, `fetched_at` (text in the order of time, empty if unknown), `is_temporary` (OMDb
        may answer the title later) and `reason` (null for valid lines).
    """
    response, tconst = F.col("landed.response"), F.col("landed.imdbID")
    parsed = lines.withColumn("landed", F.from_json("value", _LANDED)).withColumn(
        "answer", _json_object(response, "Response", "Error", "imdbID")
    )
    is_found, about = F.lower(F.trim("answer.Response")), F.trim("answer.imdbID")
    not_found = [text for text, kind in OMDB_ERRORS.items() if kind is OmdbErrorKind.NOT_FOUND]
    is_not_found = _is_true(F.trim("answer.Error").isin(not_found))
    reason = (
        F.when(response.isNotNull() & F.col("landed.problem").isNotNull(), F.col("landed.problem"))
        .when(response.isNull() | tconst.isNull(), F.lit("is not a landed response"))
        .when(F.col("landed.encoding").isNotNull(), F.lit("the response is not UTF-8"))
        .when(F.col("answer").isNull(), F.lit("the response is not OMDb JSON"))
        .when(~_is_true(is_found.isin("true", "false")), F.lit("the response has no Response of True or False"))
        .when((is_found == "true") & (about != tconst), F.concat(F.lit("the response is about "), about))
    )
    return parsed.select(
        "file",
        F.coalesce("landed.line_number", "line_number").alias("line_number"),
        F.col("line_number").alias("position"),
        F.coalesce(response, "value").alias("raw"),
        tconst.alias("imdbID"),
        response.alias("response"),
        # Lines of earlier releases have no time. The API's lie in the file of their day.
        F.coalesce("landed.fetched_at", F.regexp_extract("file", _DAY_FILE, 1)).alias("fetched_at"),
        ((is_found == "false") & ~is_not_found).alias("is_temporary"),
        reason.alias("reason"),
    )


def responses(parsed: DataFrame) -> DataFrame:
    """Keep the latest response for each title; a temporary error only for a title without any other response.

    A recorded response without a time is older than every response with one.
    """
    order = ("is_temporary", F.desc("fetched_at"), F.desc("file"), F.desc("position"))
    return (
        parsed.where(F.col("reason").isNull())
        .withColumn("rank", F.row_number().over(Window.partitionBy("imdbID").orderBy(*order)))
        .where(F.col("rank") == 1)
        .select(*OMDB_RESPONSES.column_names)
    )


def rejected_responses(parsed: DataFrame, *, snapshot_date: date) -> DataFrame:
    """Keep the landed lines that are not valid responses, with the reason."""
    return parsed.where(F.col("reason").isNotNull()).select(
        F.lit(OMDB).alias("dataset"),
        F.col("line_number").cast("bigint").alias("line_number"),
        F.lit(REJECTED_ROW).alias("outcome"),
        F.lit(None).cast("string").alias("column_name"),
        "reason",
        "raw",
        F.lit(snapshot_date).alias("snapshot_date"),
    )


def read_responses(omdb_responses: DataFrame) -> DataFrame:
    """Read the facts that are known before release; a negative response ("Movie not found!") produces no row.

    Returns:
        The columns of `silver_omdb_facts`, and `unread`: field and value of what `read_response` could not read.
    """
    columns = ", ".join(f"`{column.name}` {column.type}" for column in OMDB_FACTS.columns)
    return omdb_responses.select("imdbID", "response").mapInArrow(_read_batches, f"{columns}, unread {_UNREAD}")


def facts(read: DataFrame) -> DataFrame:
    """Keep the facts of the result of `read_responses`."""
    return read.select(*OMDB_FACTS.column_names)


def unread_values(read: DataFrame) -> DataFrame:
    """Count what could not be read in the result of `read_responses`.

    Returns:
        `field` (OMDb's name), `value` and `n_titles`, most titles first.
    """
    return (
        read.select(F.inline("unread"))
        .groupBy("field", "value")
        .agg(F.count("*").alias("n_titles"))
        .orderBy(F.desc("n_titles"), "field", "value")
    )


def whitelisted_responses(omdb_responses: DataFrame) -> DataFrame:
    """Remove every field that is not on the whitelist from the responses."""
    columns = omdb_responses.select("imdbID", "response")
    return columns.mapInArrow(_whitelisted_batches, "imdbID string, response string")


def _read_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        responses = [(row["imdbID"], read_response(row["response"])) for row in batch.to_pylist()]
        rows = [
            {"tconst": tconst, **read.facts, "unread": [value._asdict() for value in read.unread]}
            for tconst, read in responses
            if read
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=_READ_SCHEMA)


def _whitelisted_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        responses = [whitelisted_response(response) for response in batch["response"].to_pylist()]
        yield batch.set_column(1, "response", pa.array(responses, pa.string()))


def _json_object(text: Column, *fields: str) -> Column:
    """Texts by field, if a text is one JSON object and nothing else; null for any other text."""
    schema = f"array<struct<{', '.join(f'{field}: string' for field in fields)}>>"
    plain = F.regexp_replace(text, "^\ufeff", "")
    # `from_json` ignores what follows the first value of a text, but not what follows it within brackets.
    bracketed = F.concat(F.lit("["), plain, F.lit("]"))
    parsed = F.from_json(bracketed, schema, {"allowSingleQuotes": "false"})
    return F.when((F.size(parsed) == 1) & plain.rlike(r"^\s*\{"), parsed[0])


def _is_true(condition: Column) -> Column:
    return F.coalesce(condition, F.lit(False))  # noqa: FBT003 - F.lit takes a positional value

"""OMDb's responses: landed lines become the latest response of each title, and the facts known before its release."""

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables.bronze import OMDB_RESPONSES, REJECTED_ROW
from imdb_assets.tables.silver import OMDB_FACTS
from imdb_assets.transforms.vocabulary_words import is_unknown, word_list, word_or_text
from imdb_assets.vocabulary.certificates import CERTIFICATE_WORDS
from imdb_assets.vocabulary.countries import COUNTRY_WORDS
from imdb_assets.vocabulary.genres import GENRE_WORDS
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS
from imdb_assets.vocabulary.omdb_errors import OMDB_ERRORS, OmdbErrorKind
from imdb_assets.vocabulary.runtimes import RUNTIME_PATTERN
from imdb_assets.vocabulary.words import ABSENT_WORD, Vocabulary

OMDB = "omdb"
"""Value of `dataset` in `bronze_rejected_rows` for OMDb's responses."""
# Fields that are known before a film's release. Ratings, votes, awards and box office come later.
OMDB_WHITELIST = ("Plot", "Language", "Country", "Rated", "Runtime", "Genre", "Released", "Production")
OMDB_FIELDS = ("Response", *OMDB_WHITELIST)
LONGEST_VALUE = 80
"""Characters of a value that a report quotes."""
_LANDED = "imdbID STRING, response STRING, encoding STRING, problem STRING, fetched_at STRING, line_number BIGINT"
_DAY_FILE = r"(\d{4}-\d{2}-\d{2})\.jsonl$"
_DATE_FORMATS = ("d MMM yyyy", "d MMMM yyyy", "yyyy-MM-dd")
_LISTS: Mapping[str, tuple[str, Vocabulary]] = {
    "Language": ("languages", LANGUAGE_WORDS),
    "Country": ("countries", COUNTRY_WORDS),
    "Genre": ("genres", GENRE_WORDS),
}


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


def facts(omdb_responses: DataFrame) -> DataFrame:
    """Extract the facts that are known before release; a negative response ("Movie not found!") produces no row."""
    return _fields(omdb_responses).select(*OMDB_FACTS.column_names)


def unread_values(omdb_responses: DataFrame) -> DataFrame:
    """Count the words that the vocabularies do not know, and the values that could not be read.

    Returns:
        `field` (OMDb's name), `value` (at most `LONGEST_VALUE` characters) and `n_titles`, most titles first.
    """
    fields = _fields(omdb_responses)
    words = {field: (F.col(column), vocabulary) for field, (column, vocabulary) in _LISTS.items()}
    words["Rated"] = F.array("certificate"), CERTIFICATE_WORDS
    unknown = [_as_values(field, _unknown_words(column, vocabulary)) for field, (column, vocabulary) in words.items()]
    malformed = F.map_entries("malformed").cast("array<struct<field: string, value: string>>")
    values = fields.select(F.explode(F.concat(malformed, *unknown)).alias("unread")).select(
        "unread.field", F.substring("unread.value", 1, LONGEST_VALUE).alias("value")
    )
    return (
        values.groupBy("field", "value")
        .agg(F.count("*").alias("n_titles"))
        .orderBy(F.desc("n_titles"), "field", "value")
    )


def whitelisted_responses(omdb_responses: DataFrame) -> DataFrame:
    """Remove every field that is not on the whitelist from the responses."""
    fields = F.from_json(_without_bom(F.col("response")), "map<string, string>")
    kept = F.map_filter(fields, lambda name, _: name.isin(*OMDB_FIELDS))
    return omdb_responses.select("imdbID", F.to_json(kept).alias("response"))


def _fields(omdb_responses: DataFrame) -> DataFrame:
    """The columns of the facts, and `malformed`: the values that could not be read, by OMDb's name of the field."""
    parsed = omdb_responses.select(
        F.col("imdbID").alias("tconst"), _json_object(F.col("response"), *OMDB_FIELDS).alias("parsed")
    ).where(F.lower(F.trim("parsed.Response")) == "true")
    received = parsed.select("tconst", *(_received(field).alias(f"{field}_received") for field in OMDB_WHITELIST))
    texts = received.withColumns({f"{field}_text": _text(F.col(f"{field}_received")) for field in OMDB_WHITELIST})
    read = texts.select(
        "*",
        F.col("Plot_text").alias("plot"),
        *(
            word_list(F.col(f"{field}_text"), vocabulary).alias(column)
            for field, (column, vocabulary) in _LISTS.items()
        ),
        word_or_text(F.col("Rated_text"), CERTIFICATE_WORDS).alias("certificate"),
        _minutes(F.col("Runtime_text")).alias("runtime_minutes"),
        _date(F.col("Released_text")).alias("release_date"),
        F.col("Production_text").alias("production"),
    )
    is_read = {
        field: F.col({"Runtime": "runtime_minutes", "Released": "release_date"}.get(field, f"{field}_text")).isNotNull()
        for field in OMDB_WHITELIST
    }
    pairs = [
        item for field in OMDB_WHITELIST for item in (F.lit(field), F.when(~is_read[field], F.col(f"{field}_received")))
    ]
    malformed = F.map_filter(F.create_map(*pairs), lambda _, value: value.isNotNull())
    return read.select(*OMDB_FACTS.column_names, malformed.alias("malformed"))


def _received(field: str) -> Column:
    """The value of a field, as JSON if it is a list or an object; null if it is absent."""
    text = F.trim(F.regexp_replace(f"parsed.{field}", r"[\x00-\x1f\x7f]+", " "))
    return F.when(~F.upper(text).isin("", ABSENT_WORD, "NAN", '"NAN"'), text)


def _text(received: Column) -> Column:
    """The text of a value; a list of texts is joined. Null if the value is something else."""
    listed = F.filter(
        F.when(received.startswith("["), F.from_json(received, "array<string>")), lambda item: item.isNotNull()
    )
    is_nested = F.exists(listed, lambda item: item.rlike(r"^[\[{]"))
    is_object = F.when(received.startswith("{"), F.from_json(received, "map<string, string>")).isNotNull()
    joined = F.when(~is_nested, F.nullif(F.array_join(listed, ", "), F.lit("")))
    return F.when(listed.isNotNull(), joined).when(~(is_object | received.isin("true", "false")), received)


def _minutes(text: Column) -> Column:
    hours, minutes, thousands = (
        F.coalesce(F.regexp_replace(F.regexp_extract(text, RUNTIME_PATTERN, group), ",", "").try_cast("int"), F.lit(0))
        for group in (1, 2, 3)
    )
    return F.nullif(60 * hours + minutes + thousands, F.lit(0))


def _date(text: Column) -> Column:
    return F.coalesce(*(F.try_to_timestamp(text, F.lit(form)).cast("date") for form in _DATE_FORMATS))


def _unknown_words(words: Column, vocabulary: Vocabulary) -> Column:
    return F.filter(words, lambda word: is_unknown(word, vocabulary))


def _as_values(field: str, words: Column) -> Column:
    values = F.transform(words, lambda word: F.struct(F.lit(field).alias("field"), word.alias("value")))
    return F.coalesce(values, F.array().cast("array<struct<field: string, value: string>>"))


def _json_object(text: Column, *fields: str) -> Column:
    """Texts by field, if a text is one JSON object and nothing else; null for any other text."""
    schema = f"array<struct<{', '.join(f'{field}: string' for field in fields)}>>"
    plain = _without_bom(text)
    # `from_json` ignores what follows the first value of a text, but not what follows it within brackets.
    bracketed = F.concat(F.lit("["), plain, F.lit("]"))
    parsed = F.from_json(bracketed, schema, {"allowSingleQuotes": "false"})
    return F.when((F.size(parsed) == 1) & plain.rlike(r"^\s*\{"), parsed[0])


def _without_bom(text: Column) -> Column:
    return F.regexp_replace(text, "^\ufeff", "")


def _is_true(condition: Column) -> Column:
    return F.coalesce(condition, F.lit(False))  # noqa: FBT003 - F.lit takes a positional value

"""Lines of IMDb's datasets become typed rows. Rejected rows and changed values are recorded with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from imdb_assets.tables.bronze import CHANGED_VALUE, DROPPED_VALUE, REJECTED_ROW, REJECTED_ROWS
from imdb_assets.tables.bronze_rules import RULES, ValueRule
from imdb_assets.tables.table import Column as DeclaredColumn
from imdb_assets.tables.table import Table

IMDB_NULL = r"\N"
"""IMDb's spelling of a missing value, in every column of every dataset."""
LONGEST_TEXT = 10_000
"""Bytes of the longest text. IMDb's longest are about 1,000."""
LONGEST_RAW, LONGEST_QUOTE = 2_000, 80
"""Characters of a line, and of a value in a reason, that are recorded."""
RECORDS = "array<struct<outcome string, column_name string, reason string>>"
# Readers disagree on these inside a value: to some, they end a line or a text.
UNREADABLE = "[\r\x00]"
# `$` would also match before a line separator at the end of the value.
END = r"\z"


@dataclass(frozen=True, kw_only=True)
class _Value:
    """A value of a row as expressions on its text, and on the flags of the row."""

    column: Column
    """The value in its declared type; null if it is illegal."""
    records: tuple[Column, ...]
    """Arrays of what is recorded about the value. Null if it is used as received."""
    is_legal: Column | None = None
    """Whether nothing is wrong. Texts have no such flag: only those of unusual lines are inspected."""


def parsed_lines(lines: DataFrame, table: Table, *, snapshot_date: date) -> DataFrame:
    """Parse each line below the header into the types of the table, and record what is not used as received.

    Args:
        lines: Lines of a dataset with columns `line_number` (the header is line 1) and `value`.
        table: Bronze table of the dataset.
        snapshot_date: Date of the snapshot, which limits years.

    Returns:
        Columns `line_number`, `ends_in_cr`, `is_kept`, `records` (null if there are none), `raw` (null for sound lines)
        and the dataset's own columns.
    """
    columns, rules = table.columns[:-1], RULES[table.name]
    values = {column.name: _value(column, rules.get(column.name), snapshot_date) for column in columns}
    legal = {name: value.is_legal for name, value in values.items() if value.is_legal is not None}
    required = [name for name in legal if rules[name].is_required]
    has_right_width = F.col("n_cells") == len(columns)
    flagged = _received(lines, columns).select("*", *(flag.alias(_flag(name)) for name, flag in legal.items()))
    judged = flagged.select(
        "*",
        reduce(and_, (F.col(f"`{_flag(name)}`") for name in required), has_right_width).alias("is_kept"),
        reduce(and_, (F.col(f"`{_flag(name)}`") for name in legal), has_right_width & ~F.col("is_unusual")).alias(
            "is_sound"
        ),
    )
    width = F.concat(F.lit("has "), F.col("n_cells"), F.lit(f" columns, not {len(columns)}"))
    rejections = [F.when(~has_right_width, F.array(_record(REJECTED_ROW, None, width)))]
    rejections += [record for name in required for record in values[name].records]
    others = [record for name, value in values.items() if name not in required for record in value.records]
    # The text of sound lines is dropped: persisted lines would otherwise take twice the memory. Records are built in
    # this last step, so that the code that Spark generates for all lines is small enough for Java to compile.
    return judged.select(
        "line_number",
        "ends_in_cr",
        "is_kept",
        F.when(~F.col("is_kept"), F.coalesce(*rejections)).when(~F.col("is_sound"), _joined(others)).alias("records"),
        F.when(~F.col("is_sound"), _readable("line")).alias("raw"),
        *(value.column.alias(name) for name, value in values.items()),
    )


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


def _received(lines: DataFrame, columns: Sequence[DeclaredColumn]) -> DataFrame:
    """Split the lines into the texts of their columns, and mark the unusual lines."""
    # Windows ends lines with CR LF. Spark splits at LF alone, as do the other readers of the datasets.
    ends_in_cr = F.col("value").endswith("\r")
    line = F.when(ends_in_cr, F.substring("value", F.lit(1), F.length("value") - 1)).otherwise(F.col("value"))
    whole = lines.where(F.col("line_number") > 1).select(
        "line_number", ends_in_cr.alias("ends_in_cr"), line.alias("line")
    )
    is_unusual = (
        (F.octet_length("line") > LONGEST_TEXT)
        | F.contains(F.col("line"), F.lit("\r"))
        | F.contains(F.col("line"), F.lit("\x00"))
        | ~F.is_valid_utf8("line")
    )
    # IMDb does not quote: every tab separates two values, and a quotation mark is an ordinary character.
    split = whole.select("*", is_unusual.alias("is_unusual"), F.split("line", "\t").alias("cells"))
    texts = [F.nullif(F.get("cells", F.lit(index)), F.lit(IMDB_NULL)) for index in range(len(columns))]
    return split.select(
        "line_number",
        "ends_in_cr",
        "line",
        "is_unusual",
        F.size("cells").alias("n_cells"),
        *(text.alias(_source(column.name)) for text, column in zip(texts, columns, strict=True)),
    )


def _source(name: str) -> str:
    return f"{name} as received"


def _flag(name: str) -> str:
    return f"{name} is legal"


def _value(column: DeclaredColumn, rule: ValueRule | None, snapshot_date: date) -> _Value:
    if rule is None and column.type == "string":
        return _text(column.name)
    rule = rule or ValueRule()
    if rule.separator is not None:
        return _list(column.name, rule, rule.separator)
    text = F.col(f"`{_source(column.name)}`")
    typed = text.try_cast(column.type)
    is_number = column.type != "string"
    meaning = f"{'an' if column.type == 'int' else 'a'} {column.type}" if is_number else rule.meaning
    reason = F.concat(F.lit(f"{column.name} is not {meaning}: "), _quoted(text))
    if is_number:
        meaning = f"{rule.meaning}{_bounds(rule, snapshot_date)}"
        implausible = F.concat(F.lit(f"{column.name} is not {meaning}: "), _quoted(text))
        reason = F.when(typed.isNull(), reason).otherwise(implausible)
    is_legal = F.coalesce(_is_legal(text, typed, rule, snapshot_date), F.lit(False))  # noqa: FBT003 - F.lit's value
    outcome, flag = REJECTED_ROW if rule.is_required else DROPPED_VALUE, F.col(f"`{_flag(column.name)}`")
    return _Value(
        column=F.when(flag, typed),
        records=(F.when(~flag, F.array(_record(outcome, column.name, reason))),),
        is_legal=is_legal if rule.is_required else text.isNull() | is_legal,
    )


def _is_legal(text: Column, typed: Column, rule: ValueRule, snapshot_date: date) -> Column:
    if rule.values:
        return text.isin(*rule.values)
    if rule.pattern:
        return (F.octet_length(text) <= LONGEST_TEXT) & text.rlike(f"^(?:{rule.pattern}){END}")
    is_legal = typed.isNotNull()
    if rule.low is not None:
        is_legal &= typed >= rule.low
    return is_legal if (high := _high(rule, snapshot_date)) is None else is_legal & (typed <= high)


def _high(rule: ValueRule, snapshot_date: date) -> int | None:
    return rule.high if rule.years_after_snapshot is None else snapshot_date.year + rule.years_after_snapshot


def _bounds(rule: ValueRule, snapshot_date: date) -> str:
    if rule.low is None:
        return ""
    high = _high(rule, snapshot_date)
    return f" of {rule.low} or more" if high is None else f" from {rule.low} to {high}"


def _text(name: str) -> _Value:
    text, is_unusual = F.col(f"`{_source(name)}`"), F.col("is_unusual")
    is_too_long = F.octet_length(text) > LONGEST_TEXT
    size = F.format_number(F.octet_length(text), 0)
    too_long = F.concat(F.lit(f"{name} has "), size, F.lit(f" bytes, more than {LONGEST_TEXT:,}"))
    # Splitting the line has replaced such bytes.
    is_damaged = ~F.is_valid_utf8("line") & F.contains(text, F.lit("\ufffd"))
    damaged = F.concat(F.lit(f"{name} has bytes that are not UTF-8, kept as U+FFFD: "), _quoted(text))
    readable = F.regexp_replace(text, UNREADABLE, " ")
    unreadable = F.concat(F.lit(f"{name} has carriage returns or NUL, kept as blanks: "), _quoted(text))
    record = (
        F.when(is_too_long, _record(DROPPED_VALUE, name, too_long))
        .when(is_damaged, _record(CHANGED_VALUE, name, damaged))
        .when(text.rlike(UNREADABLE), _record(CHANGED_VALUE, name, unreadable))
    )
    return _Value(
        column=F.when(~is_unusual, text).when(~is_too_long, readable),
        records=(F.when(is_unusual & record.isNotNull(), F.array(record)),),
    )


def _list(name: str, rule: ValueRule, separator: str) -> _Value:
    text, flag, pattern = F.col(f"`{_source(name)}`"), F.col(f"`{_flag(name)}`"), f"(?:{rule.value_pattern})"
    values = F.split(text, separator)

    def without_blanks(value: Column) -> Column:
        return F.trim(value)

    def is_legal(value: Column) -> Column:
        return without_blanks(value).rlike(f"^{pattern}{END}")

    def dropped(value: Column) -> Column:
        reason = F.concat(F.lit(f"{name} has a value that is not {rule.meaning}: "), _quoted(value))
        return _record(DROPPED_VALUE, name, reason)

    def trimmed(value: Column) -> Column:
        reason = F.concat(F.lit(f"{name} has a value with blanks, kept without them: "), _quoted(value))
        return _record(CHANGED_VALUE, name, reason)

    with_blanks = F.filter(values, lambda value: is_legal(value) & (without_blanks(value) != value))
    kept = F.array_join(F.transform(F.filter(values, is_legal), without_blanks), separator)
    return _Value(
        column=F.when(flag, text).otherwise(F.nullif(kept, F.lit(""))),
        records=(
            F.when(~flag, F.transform(F.filter(values, lambda value: ~is_legal(value)), dropped)),
            F.when(~flag, F.transform(with_blanks, trimmed)),
        ),
        is_legal=text.isNull() | text.rlike(f"^{pattern}(?:{separator}{pattern})*+{END}"),
    )


def _record(outcome: str, column_name: str | None, reason: Column) -> Column:
    return F.struct(
        F.lit(outcome).alias("outcome"), F.lit(column_name).cast("string").alias("column_name"), reason.alias("reason")
    )


def _joined(records: list[Column]) -> Column:
    """The records of all values; null if there are none."""
    if not records:
        return F.lit(None).cast(RECORDS)
    joined = F.concat(*(F.coalesce(each, F.array().cast(RECORDS)) for each in records))
    return F.when(F.size(joined) > 0, joined)


def _quoted(text: Column) -> Column:
    return F.regexp_replace(F.substring(F.coalesce(text, F.lit(IMDB_NULL)), 1, LONGEST_QUOTE), UNREADABLE, " ")


def _readable(name: str) -> Column:
    """The start of a line as text that every reader of Parquet accepts, and the length of a line that is cut."""
    start = F.substring(name, 1, LONGEST_RAW)
    codes = F.filter(F.split(F.hex(start), r"(?<=\G..)"), lambda code: code != "")
    escaped = F.array_join(
        F.transform(
            codes,
            lambda code: F.when(
                code.between("20", "7E") | (code == "09"), F.decode(F.unhex(code), "US-ASCII")
            ).otherwise(F.concat(F.lit("\\x"), code)),
        ),
        "",
    )
    is_plain = F.is_valid_utf8(name) & ~F.contains(F.col(name), F.lit("\x00"))
    text = F.when(is_plain, start).otherwise(escaped)
    size = F.concat(F.lit("… ("), F.format_number(F.octet_length(name), 0), F.lit(" bytes)"))
    return F.when(F.octet_length(name) > F.octet_length(start), F.concat(text, size)).otherwise(text)

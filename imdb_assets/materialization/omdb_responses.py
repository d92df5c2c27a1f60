"""Lands OMDb's responses, from its API within the daily limit or from a recording, and reads landed responses."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.materialization.omdb_priorities import Title, titles_by_priority
from imdb_assets.materialization.table_asset import is_forced
from imdb_assets.resources.delta import DeltaLake, table_path
from imdb_assets.resources.omdb import Omdb, OmdbKeyRefused, ResponseOutcome
from imdb_assets.resources.omdb_landing import REQUESTS_LOCK, OmdbLanding

# The tables that decide which titles are requested, and in which order.
TITLE_TABLES = ("silver_movies", "silver_ratings")
MAX_UNKNOWN_ERRORS = 5
ANSWERED_CHECK = "omdb_answered"
ANSWERED = dg.AssetCheckSpec(
    ANSWERED_CHECK,
    asset="landing_omdb_responses",
    description="OMDb was reachable and returned JSON. Titles without a response are requested again in the next run.",
)


def land_responses(
    context: dg.AssetExecutionContext, omdb: Omdb, omdb_landing: OmdbLanding, delta: DeltaLake
) -> dg.MaterializeResult:
    """Land OMDb's responses for movies.

    Args:
        context: The context of the step.
        omdb: The API, or a recording of its responses.
        omdb_landing: Where the responses are kept.
        delta: The lake, with the tables of titles.

    Returns:
        The materialization, with the counts of this run and the result of the check `omdb_answered`.
    """
    if omdb.disabled_reason:
        context.log.warning(omdb.disabled_reason)
    if omdb.requests_a_day is None:
        with lake_step(context, delta):
            return _land_recording(omdb, omdb_landing, delta, is_forced=is_forced(context.run))
    with lake_step(context, delta):
        titles = _titles(delta)
    # Requests take minutes. Meanwhile other runs can write to the lake, but not request responses.
    with lake_step(context, delta, lock=REQUESTS_LOCK):
        return request_responses(omdb, omdb_landing, titles, limit=omdb.requests_a_day)


def request_responses(
    omdb: Omdb,
    omdb_landing: OmdbLanding,
    titles: list[Title],
    *,
    limit: int,
    today: date | None = None,
) -> dg.MaterializeResult:
    """Request missing and outdated responses from OMDb's API, within the limit of the day.

    Args:
        omdb: The API.
        omdb_landing: Where the responses are kept.
        titles: All titles that may be requested.
        limit: Requests per day.
        today: The date, UTC; None for that of the clock, which can pass midnight during the requests.

    Raises:
        dg.Failure: OMDb refused the key.
    """
    ledger = omdb_landing.ledger(limit=limit, today=today)
    missing = titles_by_priority(titles, omdb_landing.last_responses(), today=ledger.today)
    try:
        result = omdb_landing.fetch(omdb, missing, ledger=ledger)
    except OmdbKeyRefused as refused:
        raise dg.Failure(str(refused), allow_retries=False) from None
    n_responses = result.outcomes.total()
    n_malformed = result.outcomes[ResponseOutcome.MALFORMED]
    metadata: dict[str, object] = {
        "responses": n_responses,
        **{outcome.value: result.outcomes[outcome] for outcome in ResponseOutcome},
        "titles": len(titles),
        "titles_left": len(missing) - n_responses,
        "requests_today": ledger.n_requests,
        "requests_a_day": limit,
        "is_quota_spent": result.is_quota_spent,
    }
    if len(missing) > n_responses:
        tomorrow = datetime.combine(ledger.today + timedelta(days=1), time(), tzinfo=UTC)
        metadata["next_try"] = dg.MetadataValue.timestamp(tomorrow)
    problems = [result.unavailable] if result.unavailable else []
    problems += [f"{n_malformed} responses were not OMDb JSON; see bronze_rejected_rows"] if n_malformed else []
    unknown = [f"{text!r} ({n})" for text, n in result.unknown_errors.most_common(MAX_UNKNOWN_ERRORS)]
    problems += [f"OMDb reported errors with an unknown text: {', '.join(unknown)}"] if unknown else []
    return dg.MaterializeResult(
        data_version=dg.DataVersion(fingerprint(request_responses, "", omdb_landing.versions())),
        metadata=metadata,  # pyright: ignore[reportArgumentType]
        check_results=[_availability_result(" ".join(problems))],
    )


def response_lines(delta: DeltaLake, files: Sequence[str]) -> DataFrame:
    """The lines of landed responses.

    Args:
        delta: The lake.
        files: Paths of the files below the lake's root.

    Returns:
        `value`, `file` (its address) and `line_number`, which increases within a file.
    """
    session = delta.spark.spark_session
    lines = session.createDataFrame([], "value STRING, file STRING")
    if files:
        addresses = [delta.lake.pattern(path) for path in files]
        lines = session.read.text(addresses, lineSep="\n").select("value", F.input_file_name().alias("file"))
    return lines.withColumn("line_number", F.monotonically_increasing_id())


def _land_recording(
    omdb: Omdb, omdb_landing: OmdbLanding, delta: DeltaLake, *, is_forced: bool
) -> dg.MaterializeResult:
    versions: dict[str, object] = {name: delta.data_version(name) for name in TITLE_TABLES}
    current = fingerprint(_land_recording, "", versions | {"omdb": omdb.version()})
    counts = None if is_forced else omdb_landing.n_recorded(current)
    is_unchanged = counts is not None
    if omdb.disabled_reason:
        # Responses that were landed while a source was set are still valid.
        counts = Counter()
    elif counts is None:
        tconsts = titles_by_priority(_titles(delta), {}, today=date.min)
        counts = omdb_landing.land_recorded(omdb.recorded(tconsts), fingerprint=current)
    n_rejected = counts[False]
    problem = f"{n_rejected} lines of the recording are not responses; see bronze_rejected_rows" if n_rejected else ""
    return dg.MaterializeResult(
        data_version=dg.DataVersion(current),
        metadata={"responses": counts[True], "lines_rejected": n_rejected, "is_unchanged": is_unchanged},
        check_results=[_availability_result(problem)],
    )


def _titles(delta: DeltaLake) -> list[Title]:
    movies, ratings = (delta.read(table_path(name)) for name in TITLE_TABLES)
    rows = movies.join(ratings, on="tconst", how="left").select(*Title._fields).toArrow()
    return [Title(*row) for row in zip(*(column.to_pylist() for column in rows.columns), strict=True)]


def _availability_result(problem: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=ANSWERED_CHECK, passed=not problem, severity=dg.AssetCheckSeverity.WARN, description=problem or None
    )

"""The landing asset of OMDb's responses, as received."""

from datetime import UTC, date, datetime, time, timedelta

import dagster as dg

from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.materialization.omdb_priorities import Title, titles_by_priority
from imdb_assets.materialization.table_asset import is_forced
from imdb_assets.resources.delta import DeltaLake, table_path
from imdb_assets.resources.omdb import Omdb, OmdbKeyRefused, ResponseOutcome
from imdb_assets.resources.omdb_landing import OmdbLanding

# Which titles OMDb is asked for, and in which order.
ASKED_BY = ("silver_movies", "silver_ratings")
ANSWERED = "omdb_answered"


@dg.asset(
    group_name="landing",
    kinds={"json"},
    deps=list(ASKED_BY),
    check_specs=[
        dg.AssetCheckSpec(
            ANSWERED,
            asset="landing_omdb_responses",
            description="OMDb was there and sent JSON; what it did not answer is asked for in the next run.",
        )
    ],
)
def landing_omdb_responses(
    context: dg.AssetExecutionContext, omdb_landing: OmdbLanding, delta: dg.ResourceParam[DeltaLake], omdb: Omdb
) -> dg.MaterializeResult:
    """OMDb's responses as received, for movies; the most valuable are asked for first, within OMDB_DAILY_LIMIT."""
    if omdb.disabled_reason:
        context.log.warning(omdb.disabled_reason)
    with lake_step(context, delta):
        if omdb.requests_a_day is None:
            return _recorded(omdb, omdb_landing, delta, is_forced=is_forced(context.run))
        return asked(omdb, omdb_landing, _titles(delta), limit=omdb.requests_a_day, today=datetime.now(UTC).date())


def asked(
    omdb: Omdb, omdb_landing: OmdbLanding, titles: list[Title], *, limit: int, today: date
) -> dg.MaterializeResult:
    """Ask OMDb's API for what is missing or old, as far as the day's requests go."""
    wanted = titles_by_priority(titles, omdb_landing.last_responses(), today=today)
    ledger = omdb_landing.ledger(limit=limit, today=today)
    try:
        result = omdb_landing.fetch(omdb, wanted, ledger=ledger)
    except OmdbKeyRefused as refused:
        raise dg.Failure(str(refused), allow_retries=False) from None
    n_responses = result.outcomes.total()
    n_malformed = result.outcomes[ResponseOutcome.MALFORMED]
    metadata: dict[str, object] = {
        "responses": n_responses,
        **{outcome.value: result.outcomes[outcome] for outcome in ResponseOutcome},
        "titles": len(titles),
        "titles_left": len(wanted) - n_responses,
        "requests_today": ledger.n_requests,
        "requests_a_day": limit,
        "is_quota_spent": result.is_quota_spent,
    }
    if len(wanted) > n_responses:
        tomorrow = datetime.combine(today + timedelta(days=1), time(), tzinfo=UTC)
        metadata["next_try"] = dg.MetadataValue.timestamp(tomorrow)
    problems = [result.unavailable] if result.unavailable else []
    problems += [f"{n_malformed} responses were not OMDb's JSON; see bronze_rejected_rows"] if n_malformed else []
    return dg.MaterializeResult(
        data_version=dg.DataVersion(fingerprint(asked, "", omdb_landing.versions())),
        metadata=metadata,  # pyright: ignore[reportArgumentType]
        check_results=[_answered(" ".join(problems))],
    )


def _recorded(omdb: Omdb, omdb_landing: OmdbLanding, delta: DeltaLake, *, is_forced: bool) -> dg.MaterializeResult:
    versions: dict[str, object] = {name: delta.data_version(name) for name in ASKED_BY}
    made_from = fingerprint(_recorded, "", versions | {"omdb": omdb.version()})
    n_responses = None if is_forced else omdb_landing.n_recorded(made_from)
    is_unchanged = n_responses is not None
    if n_responses is None:
        wanted = titles_by_priority(_titles(delta), {}, today=date.min)
        n_responses = omdb_landing.land_recorded(omdb.responses(wanted), fingerprint=made_from)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(made_from),
        metadata={"responses": n_responses, "is_unchanged": is_unchanged},
        check_results=[_answered("")],
    )


def _titles(delta: DeltaLake) -> list[Title]:
    movies, ratings = (delta.read(table_path(name)) for name in ASKED_BY)
    rows = movies.join(ratings, on="tconst", how="left").select(*Title._fields).toArrow()
    return [Title(*row) for row in zip(*(column.to_pylist() for column in rows.columns), strict=True)]


def _answered(problem: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=ANSWERED, passed=not problem, severity=dg.AssetCheckSeverity.WARN, description=problem or None
    )

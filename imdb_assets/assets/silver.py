"""The silver assets: movies, people, credits and the rest, one row each."""

from collections.abc import Callable

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.materialization.checks import orphans_result, orphans_spec
from imdb_assets.materialization.plots import bars, vote_band_label
from imdb_assets.materialization.table_asset import Checked, Writing, table_asset
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.tables.silver import (
    CREDITS,
    EPISODES,
    MOVIES,
    OMDB_FACTS,
    OUTSIDE_CREDITS,
    PEOPLE,
    RATING_HISTORY,
    RATINGS,
    SERIES,
    TITLE_NAMES,
)
from imdb_assets.transforms import silver

ACCOUNTED_FOR = "every_principal_is_accounted_for"
WHITELISTED = "only_whitelisted_fields_reach_silver"
SERIES_ARE_KNOWN = "series_of_episodes_are_known"


@table_asset(MOVIES)
def silver_movies(bronze_title_basics: DataFrame) -> Checked:
    return Checked(silver.movies(bronze_title_basics), with_repeats=silver.movie_rows(bronze_title_basics))


@table_asset(RATINGS)
def silver_ratings(bronze_title_ratings: DataFrame) -> Checked:
    rows = silver.ratings(bronze_title_ratings).persist()
    bands = silver.votes(rows).toArrow().to_pydict()
    labels = [vote_band_label(least) for least in bands["least_votes"]]
    picture = bars({"titles": bands["n_titles"]}, labels, title="Rated titles, by votes", unit="titles")
    return Checked(rows, with_repeats=silver.rating_rows(bronze_title_ratings), metadata={"votes": picture})


@table_asset(RATING_HISTORY, writing=Writing.MERGE_ROWS)
def silver_rating_history(silver_ratings: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> DataFrame:
    is_new = not delta.exists(RATING_HISTORY.path)
    history = silver_ratings.limit(0) if is_new else delta.read(RATING_HISTORY.path)
    return silver.rating_changes(silver_ratings, history)


@table_asset(PEOPLE)
def silver_people(bronze_name_basics: DataFrame) -> Checked:
    return Checked(silver.people(bronze_name_basics), with_repeats=bronze_name_basics)


@table_asset(
    CREDITS,
    check_specs=[
        dg.AssetCheckSpec(
            ACCOUNTED_FOR,
            asset=CREDITS.asset_name,
            description="Each principal of a movie has a credit, a category that gives none, or repeats another row.",
        )
    ],
)
def silver_credits(
    bronze_title_basics: DataFrame, bronze_title_principals: DataFrame, bronze_title_crew: DataFrame
) -> Checked:
    rows = silver.credits(bronze_title_basics, bronze_title_principals, bronze_title_crew).persist()
    counts = silver.principals_accounted(bronze_title_basics, bronze_title_principals, rows).first()
    numbers = counts.asDict() if counts else {}
    accounted = sum(n for name, n in numbers.items() if name != "principals")
    check = dg.AssetCheckResult(
        check_name=ACCOUNTED_FOR, passed=accounted == numbers.get("principals"), metadata=numbers
    )
    return Checked(rows, checks=[check])


@table_asset(OUTSIDE_CREDITS)
def silver_outside_credits(
    bronze_title_basics: DataFrame,
    bronze_title_principals: DataFrame,
    bronze_title_crew: DataFrame,
    silver_ratings: DataFrame,
) -> DataFrame:
    return silver.outside_credits(bronze_title_basics, bronze_title_principals, bronze_title_crew, silver_ratings)


@table_asset(TITLE_NAMES)
def silver_title_names(bronze_title_akas: DataFrame) -> Checked:
    return Checked(silver.title_names(bronze_title_akas), with_repeats=silver.title_name_rows(bronze_title_akas))


@table_asset(SERIES)
def silver_series(bronze_title_basics: DataFrame) -> Checked:
    return Checked(silver.series(bronze_title_basics), with_repeats=silver.series_rows(bronze_title_basics))


@table_asset(
    EPISODES,
    check_specs=[
        orphans_spec(
            SERIES_ARE_KNOWN, asset=EPISODES.asset_name, description="Each episode's series is in silver_series"
        )
    ],
)
def silver_episodes(
    bronze_title_episode: DataFrame, bronze_title_basics: DataFrame, silver_series: DataFrame
) -> Checked:
    rows = silver.episodes(bronze_title_episode, bronze_title_basics).persist()
    named = rows.select(F.col("series_tconst").alias("tconst"))
    known = orphans_result(SERIES_ARE_KNOWN, named, silver_series.select("tconst"))
    return Checked(rows, checks=[known], with_repeats=silver.episode_rows(bronze_title_episode))


@table_asset(
    OMDB_FACTS,
    check_specs=[
        dg.AssetCheckSpec(
            WHITELISTED,
            asset=OMDB_FACTS.asset_name,
            blocking=True,
            description="The facts are the same when each field of OMDb's that is not on the whitelist, as its rating, "
            "votes and awards, is taken away.",
        )
    ],
)
def silver_omdb_facts(bronze_omdb_responses: DataFrame) -> Checked:
    facts = silver.omdb_facts(bronze_omdb_responses).persist()
    return Checked(facts, checks=[whitelist_result(facts, bronze_omdb_responses, silver.omdb_facts)])


def whitelist_result(
    facts: DataFrame, omdb_responses: DataFrame, transform: Callable[[DataFrame], DataFrame]
) -> dg.AssetCheckResult:
    """Whether the transform gives the same facts from responses that hold the whitelisted fields alone."""
    n_moved = facts.exceptAll(transform(silver.whitelisted_responses(omdb_responses))).count()
    return dg.AssetCheckResult(
        check_name=WHITELISTED,
        passed=not n_moved,
        description=f"{n_moved:,} rows hold what is not on the whitelist" if n_moved else None,
        metadata={"rows_moved": n_moved, "whitelist": ", ".join(silver.OMDB_WHITELIST)},
    )

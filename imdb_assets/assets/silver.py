"""The silver assets: movies, people, credits, alternative titles, series, episodes and other entities, one row each."""

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.materialization.checked_commit import Checked, Writing
from imdb_assets.materialization.dataset_checks import has_unique_keys
from imdb_assets.materialization.optional_tables import rows_so_far
from imdb_assets.materialization.row_checks import (
    orphans_result,
    orphans_spec,
    principals_result,
    unchanged_rows_result,
    unread_result,
)
from imdb_assets.materialization.row_losses import losses_spec
from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.materialization.votes import votes_chart
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.tables.bronze import NAME_BASICS, TITLE_AKAS, TITLE_BASICS, TITLE_EPISODE, TITLE_RATINGS
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
from imdb_assets.transforms import omdb, silver
from imdb_assets.transforms.omdb_facts import OMDB_WHITELIST

ACCOUNTED_FOR = "every_principal_is_accounted_for"
WHITELISTED = "only_whitelisted_fields_reach_silver"
READ = "every_value_is_read"
SERIES_ARE_KNOWN = "series_of_episodes_are_known"


@table_asset(MOVIES, check_specs=[losses_spec(MOVIES)])
def silver_movies(bronze_title_basics: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> Checked:
    is_unique = has_unique_keys(delta, TITLE_BASICS)
    rows = silver.movies(bronze_title_basics, is_unique=is_unique)
    return Checked(rows, with_repeats=rows if is_unique else silver.movie_rows(bronze_title_basics))


@table_asset(RATINGS, check_specs=[losses_spec(RATINGS)])
def silver_ratings(bronze_title_ratings: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> Checked:
    is_unique = has_unique_keys(delta, TITLE_RATINGS)
    rows = silver.ratings(bronze_title_ratings, is_unique=is_unique)
    chart = votes_chart(silver.votes(rows).toArrow().to_pandas())
    repeats = rows if is_unique else silver.rating_rows(bronze_title_ratings)
    return Checked(rows, with_repeats=repeats, metadata={"votes": chart})


@table_asset(RATING_HISTORY, writing=Writing.MERGE_ROWS)
def silver_rating_history(silver_ratings: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> DataFrame:
    return silver.rating_changes(silver_ratings, rows_so_far(delta, RATING_HISTORY, like=silver_ratings))


@table_asset(PEOPLE, check_specs=[losses_spec(PEOPLE)])
def silver_people(bronze_name_basics: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> Checked:
    is_unique = has_unique_keys(delta, NAME_BASICS)
    rows = silver.people(bronze_name_basics, is_unique=is_unique)
    return Checked(rows, with_repeats=rows if is_unique else bronze_name_basics)


@table_asset(
    CREDITS,
    check_specs=[
        losses_spec(CREDITS),
        dg.AssetCheckSpec(
            ACCOUNTED_FOR,
            asset=CREDITS.asset_name,
            description="Each principal of a movie has a credit, a category without credits, or repeats another row.",
        ),
    ],
)
def silver_credits(
    bronze_title_basics: DataFrame, bronze_title_principals: DataFrame, bronze_title_crew: DataFrame
) -> Checked:
    def accounted(credits: DataFrame) -> list[dg.AssetCheckResult]:
        counts = silver.principals_accounted(bronze_title_basics, bronze_title_principals, credits)
        return [principals_result(ACCOUNTED_FOR, counts)]

    rows = silver.credits(bronze_title_basics, bronze_title_principals, bronze_title_crew)
    return Checked(rows, written_checks=accounted)


@table_asset(OUTSIDE_CREDITS, check_specs=[losses_spec(OUTSIDE_CREDITS)])
def silver_outside_credits(
    bronze_title_basics: DataFrame,
    bronze_title_principals: DataFrame,
    bronze_title_crew: DataFrame,
    silver_ratings: DataFrame,
) -> DataFrame:
    return silver.outside_credits(bronze_title_basics, bronze_title_principals, bronze_title_crew, silver_ratings)


@table_asset(TITLE_NAMES, check_specs=[losses_spec(TITLE_NAMES)])
def silver_title_names(bronze_title_akas: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> Checked:
    is_unique = has_unique_keys(delta, TITLE_AKAS)
    rows = silver.title_names(bronze_title_akas, is_unique=is_unique)
    return Checked(rows, with_repeats=rows if is_unique else silver.title_name_rows(bronze_title_akas))


@table_asset(SERIES, check_specs=[losses_spec(SERIES)])
def silver_series(bronze_title_basics: DataFrame, delta: dg.ResourceParam[DeltaLake]) -> Checked:
    is_unique = has_unique_keys(delta, TITLE_BASICS)
    rows = silver.series(bronze_title_basics, is_unique=is_unique)
    return Checked(rows, with_repeats=rows if is_unique else silver.series_rows(bronze_title_basics))


@table_asset(
    EPISODES,
    check_specs=[
        losses_spec(EPISODES),
        orphans_spec(
            SERIES_ARE_KNOWN, asset=EPISODES.asset_name, description="Each episode's series is in silver_series"
        ),
    ],
)
def silver_episodes(
    bronze_title_episode: DataFrame,
    bronze_title_basics: DataFrame,
    silver_series: DataFrame,
    delta: dg.ResourceParam[DeltaLake],
) -> Checked:
    def known(episodes: DataFrame) -> list[dg.AssetCheckResult]:
        named = episodes.select(F.col("series_tconst").alias("tconst"))
        return [orphans_result(SERIES_ARE_KNOWN, named, silver_series.select("tconst"))]

    is_unique = has_unique_keys(delta, TITLE_EPISODE, TITLE_BASICS)
    rows = silver.episodes(bronze_title_episode, bronze_title_basics, is_unique=is_unique)
    repeats = rows if is_unique else silver.episode_rows(bronze_title_episode)
    return Checked(rows, written_checks=known, with_repeats=repeats)


@table_asset(
    OMDB_FACTS,
    check_specs=[
        dg.AssetCheckSpec(
            WHITELISTED,
            asset=OMDB_FACTS.asset_name,
            blocking=True,
            description="The facts stay the same when all fields that are not on the whitelist are removed from OMDb's "
            f"responses, such as ratings, votes and awards. The whitelist: {', '.join(OMDB_WHITELIST)}.",
        ),
        dg.AssetCheckSpec(
            READ,
            asset=OMDB_FACTS.asset_name,
            description="Each country, language, genre and certificate is in its vocabulary, and each runtime and date "
            "can be read. Unknown words stay as they are, other values become null.",
        ),
    ],
)
def silver_omdb_facts(bronze_omdb_responses: DataFrame) -> Checked:
    read = omdb.read_responses(bronze_omdb_responses).persist()
    facts, unread = omdb.facts(read), omdb.unread_values(read)
    from_whitelist = omdb.facts(omdb.read_responses(omdb.whitelisted_responses(bronze_omdb_responses)))
    return Checked(
        facts, checks=[unchanged_rows_result(WHITELISTED, facts, from_whitelist), unread_result(READ, unread)]
    )

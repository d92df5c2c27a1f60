"""Bronze to silver: typed rows with the platform's column names, one per movie, person, credit and so on.

If a dataset has several rows with one key, the row with the greatest values is kept. Columns are compared in the order
of their names, and null is the lowest value. The same snapshot therefore always produces the same table. `is_unique`
states that the datasets have no repeated keys, which the task that reads a dataset finds out on the way.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables import silver
from imdb_assets.tables.bronze_rules import AKA_SEPARATOR
from imdb_assets.vocabulary.roles import ROLE_OF_CATEGORY
from imdb_assets.vocabulary.title_types import KIND_OF_TYPE, MINI_SERIES, MOVIE, SERIES_TYPES

LOWEST_RATING, HIGHEST_RATING = 1, 10
# The highest vote band starts at 10 to the power of 4 votes.
HIGHEST_BAND_POWER = 4
# At most this many groups of keys are broadcast, however many keys are repeated.
_KEY_GROUPS = 2**20
# A JSON array of one name without escapes, as most are. Parsing JSON is many times slower than cutting the name out.
_ONE_PLAIN_NAME = r'^\["[^"\\\x00-\x1F]*"\]\z'


def movie_rows(title_basics: DataFrame) -> DataFrame:
    """Keep the rows of movies; a movie may have several."""
    return title_basics.where(F.col("titleType") == MOVIE)


def movies(title_basics: DataFrame, *, is_unique: bool = False) -> DataFrame:
    """Keep movies, one row each."""
    return _one_row_each(movie_rows(title_basics), "tconst", is_unique=is_unique, are_few=True).select(
        "tconst",
        F.col("primaryTitle").alias("primary_title"),
        F.col("originalTitle").alias("original_title"),
        _is_true("isAdult").alias("is_adult"),
        F.col("startYear").alias("release_year"),
        F.col("runtimeMinutes").alias("runtime_minutes"),
        _list("genres").alias("genres"),
    )


def rating_rows(title_ratings: DataFrame) -> DataFrame:
    """Keep the rows with a valid rating and number of votes; a title may have several."""
    return title_ratings.where(F.col("averageRating").between(LOWEST_RATING, HIGHEST_RATING) & (F.col("numVotes") >= 0))


def ratings(title_ratings: DataFrame, *, is_unique: bool = False) -> DataFrame:
    """Keep valid ratings with their number of votes, one row per title."""
    return _one_row_each(rating_rows(title_ratings), "tconst", is_unique=is_unique).select(
        "tconst",
        F.col("averageRating").alias("average_rating"),
        F.col("numVotes").alias("n_votes"),
        F.col("snapshotDate").alias("snapshot_date"),
    )


def votes(silver_ratings: DataFrame) -> DataFrame:
    """Count rated titles per vote band."""
    by_band = silver_ratings.groupBy(vote_band(F.col("n_votes")).alias("least_votes"))
    return by_band.agg(F.count("*").alias("n_titles")).orderBy("least_votes")


def vote_band(n_votes: Column) -> Column:
    """Return the lower bound of the vote band: 0, 1, 10, 100, 1,000 or 10,000."""
    power = F.least(F.floor(F.log10(n_votes)), F.lit(HIGHEST_BAND_POWER))
    return F.when(n_votes > 0, F.pow(F.lit(10), power)).otherwise(0).cast("int")


def rating_changes(silver_ratings: DataFrame, silver_rating_history: DataFrame) -> DataFrame:
    """Keep the ratings of new titles and those that differ from the title's latest row from an earlier snapshot."""
    current = silver_ratings.select("tconst", F.col("snapshot_date").alias("current_snapshot"))
    earlier = silver_rating_history.join(current, on="tconst", how="inner").where(
        F.col("snapshot_date") < F.col("current_snapshot")
    )
    latest = earlier.groupBy("tconst").agg(
        F.max_by(F.struct("average_rating", "n_votes"), "snapshot_date").alias("latest")
    )
    same = F.struct("average_rating", "n_votes").eqNullSafe(F.col("latest"))
    joined = silver_ratings.join(latest, on="tconst", how="left").where(~same)
    return joined.select(*silver_ratings.columns)


def people(name_basics: DataFrame, *, is_unique: bool = False) -> DataFrame:
    """Return one row per person, with professions and known titles as arrays."""
    return _one_row_each(name_basics, "nconst", is_unique=is_unique).select(
        "nconst",
        F.col("primaryName").alias("primary_name"),
        F.col("birthYear").alias("birth_year"),
        F.col("deathYear").alias("death_year"),
        _list("primaryProfession").alias("professions"),
        _list("knownForTitles").alias("known_for_tconsts"),
    )


def credits(title_basics: DataFrame, title_principals: DataFrame, title_crew: DataFrame) -> DataFrame:
    """Combine the principals with the directors and writers of crew; each person has each role of a movie once.

    If both list a credit, the row from principals is kept. Cast is ordered as in principals; directors and writers are
    ordered as in crew, followed by those in principals alone.
    """
    of_movies = (_restrict_to_movies(rows, title_basics) for rows in (title_principals, title_crew))
    return _billed(_credit_rows(*of_movies))


def outside_credits(
    title_basics: DataFrame, title_principals: DataFrame, title_crew: DataFrame, silver_ratings: DataFrame
) -> DataFrame:
    """Credit each person once per rated title outside movies, in any role."""
    outside_movies = title_basics.where(F.col("titleType").isin(*KIND_OF_TYPE))
    with_rating = outside_movies.join(silver_ratings.select("tconst"), on="tconst", how="left_semi")
    titles = _one_row_each(with_rating, "tconst", are_few=True).where(F.col("startYear").isNotNull())
    rated = titles.join(silver_ratings, on="tconst", how="inner").select(
        "tconst",
        _renamed(F.col("titleType"), KIND_OF_TYPE).alias("kind"),
        F.col("startYear").alias("start_year"),
        "average_rating",
        "n_votes",
    )
    of_rated = (rows.join(F.broadcast(rated), on="tconst", how="left_semi") for rows in (title_principals, title_crew))
    credited = _credit_rows(*of_rated).select("tconst", "nconst").distinct()
    return credited.join(F.broadcast(rated), on="tconst", how="inner").select(*silver.OUTSIDE_CREDITS.column_names)


def principals_accounted(title_basics: DataFrame, title_principals: DataFrame, movie_credits: DataFrame) -> DataFrame:
    """Count the principals of movies: all, credited, in categories without a role, and repeated; one row."""
    role = _renamed(F.col("category"), ROLE_OF_CATEGORY).alias("role")
    of_movies = _restrict_to_movies(title_principals, title_basics)
    by_credit = of_movies.groupBy("tconst", "nconst", role).agg(F.count("*").alias("n"))
    has_role = F.col("role").isNotNull()
    principals = by_credit.agg(
        F.coalesce(F.sum("n"), F.lit(0)).alias("principals"),
        F.coalesce(F.sum(F.when(~has_role, F.col("n"))), F.lit(0)).alias("of_other_categories"),
        F.coalesce(F.sum(F.when(has_role, F.col("n") - 1)), F.lit(0)).alias("repeated"),
    )
    credited = movie_credits.agg(F.count("category").alias("credited"))
    return principals.join(credited, how="cross")


def title_name_rows(title_akas: DataFrame) -> DataFrame:
    """Keep the rows with a position; a position of a title may have several."""
    return title_akas.where(F.col("ordering").isNotNull())


def title_names(title_akas: DataFrame, *, is_unique: bool = False) -> DataFrame:
    """Keep the alternative titles, one row per title and position."""
    return _one_row_each(title_name_rows(title_akas), "titleId", "ordering", is_unique=is_unique).select(
        F.col("titleId").alias("tconst"),
        "ordering",
        "title",
        "region",
        "language",
        _list("types", AKA_SEPARATOR).alias("types"),
        _list("attributes", AKA_SEPARATOR).alias("attributes"),
        _is_true("isOriginalTitle").alias("is_original_title"),
    )


def series_rows(title_basics: DataFrame) -> DataFrame:
    """Keep the rows of series and mini-series; a series may have several."""
    return title_basics.where(F.col("titleType").isin(*SERIES_TYPES))


def series(title_basics: DataFrame, *, is_unique: bool = False) -> DataFrame:
    """Keep series and mini-series, one row each."""
    return _one_row_each(series_rows(title_basics), "tconst", is_unique=is_unique, are_few=True).select(
        "tconst",
        F.col("primaryTitle").alias("primary_title"),
        F.col("originalTitle").alias("original_title"),
        (F.col("titleType") == MINI_SERIES).alias("is_mini_series"),
        _is_true("isAdult").alias("is_adult"),
        F.col("startYear").alias("start_year"),
        F.col("endYear").alias("end_year"),
        F.col("runtimeMinutes").alias("runtime_minutes"),
        _list("genres").alias("genres"),
    )


def episode_rows(title_episode: DataFrame) -> DataFrame:
    """Keep the rows with a series id; an episode may have several."""
    return title_episode.where(F.col("parentTconst").isNotNull())


def episodes(title_episode: DataFrame, title_basics: DataFrame, *, is_unique: bool = False) -> DataFrame:
    """Keep the episodes with a series id, with title, year and runtime where `title.basics` has them."""
    with_series = _one_row_each(episode_rows(title_episode), "tconst", is_unique=is_unique)
    titles = _one_row_each(title_basics, "tconst", is_unique=is_unique).select(
        "tconst", "primaryTitle", "startYear", "runtimeMinutes"
    )
    return with_series.join(titles, on="tconst", how="left").select(
        "tconst",
        F.col("parentTconst").alias("series_tconst"),
        F.col("seasonNumber").alias("season_number"),
        F.col("episodeNumber").alias("episode_number"),
        F.col("primaryTitle").alias("primary_title"),
        F.col("startYear").alias("release_year"),
        F.col("runtimeMinutes").alias("runtime_minutes"),
    )


def _restrict_to_movies(rows: DataFrame, title_basics: DataFrame) -> DataFrame:
    return rows.join(F.broadcast(movie_rows(title_basics).select("tconst")), on="tconst", how="left_semi")


def _one_row_each(rows: DataFrame, *key: str, is_unique: bool = False, are_few: bool = False) -> DataFrame:
    """Keep the greatest row of each key.

    Keys are hardly ever repeated. Only hashes of the keys are shuffled to find those that are, and only their rows are
    sorted. If two keys have the same hash, their rows are sorted too, each among the rows of its own key.

    Args:
        rows: The rows.
        key: Names of the key columns.
        is_unique: Whether no key is repeated, so that nothing has to be looked for.
        are_few: Whether the rows are a small part of those that have to be read. Then all of them are sorted, because
            they are read once instead of three times.
    """
    if is_unique:
        return rows
    if are_few:
        return _greatest_row_each(rows, *key)
    key_group = F.pmod("key_hash", F.lit(_KEY_GROUPS)).alias("key_group")
    hashed = rows.withColumn("key_hash", F.xxhash64(*key))
    repeated = hashed.groupBy("key_hash").count().where(F.col("count") > 1).select(key_group).distinct()
    grouped = rows.withColumn("key_group", F.pmod(F.xxhash64(*key), F.lit(_KEY_GROUPS)))
    single, several = (
        grouped.join(F.broadcast(repeated), on="key_group", how=how).select(*rows.columns)
        for how in ("left_anti", "left_semi")
    )
    return single.union(_greatest_row_each(several, *key))


def _greatest_row_each(rows: DataFrame, *key: str) -> DataFrame:
    others = sorted(set(rows.columns) - set(key))
    greatest = Window.partitionBy(*key).orderBy(*(F.desc_nulls_last(name) for name in others))
    return rows.withColumn("rank", F.row_number().over(greatest)).where(F.col("rank") == 1).drop("rank")


def _crew(title_crew: DataFrame) -> DataFrame:
    lists = F.create_map(F.lit("director"), _list("directors"), F.lit("writer"), _list("writers"))
    by_role = _one_row_each(title_crew, "tconst", are_few=True).select(
        "tconst", F.explode(lists).alias("role", "nconsts")
    )
    return by_role.select("tconst", "role", F.posexplode("nconsts").alias("position", "nconst"))


def _credit_rows(title_principals: DataFrame, title_crew: DataFrame) -> DataFrame:
    """List the credits of some titles. A person and role may repeat, within and across the two sources."""
    from_principals = title_principals.select(
        "tconst",
        "nconst",
        _renamed(F.col("category"), ROLE_OF_CATEGORY).alias("role"),
        F.col("ordering").alias("position"),
        "category",
        "job",
        _characters("characters").alias("characters"),
        F.lit(True).alias("is_principal"),  # noqa: FBT003 - F.lit takes a positional value
    ).where(F.col("role").isNotNull())
    from_crew = _crew(title_crew).withColumn("is_principal", F.lit(False))  # noqa: FBT003 - as above
    return from_crew.unionByName(from_principals, allowMissingColumns=True)


def _billed(rows: DataFrame) -> DataFrame:
    crew_position = F.when(~F.col("is_principal"), F.col("position"))
    ties = [F.asc_nulls_last(name) for name in ("category", "job", "characters")]
    preference = Window.partitionBy("tconst", "role", "nconst").orderBy(F.desc("is_principal"), "position", *ties)
    # The same order for all columns of a person, so that the rows are sorted once for all of them.
    person = preference.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    billing = Window.partitionBy("tconst", "role").orderBy("is_principal_only", "first_position", "nconst")
    return (
        # One shuffle serves both windows.
        rows.repartition("tconst", "role")
        .select(
            "*",
            F.row_number().over(preference).alias("rank"),
            F.min("is_principal").over(person).alias("is_principal_only"),
            F.min(crew_position).over(person).alias("first_crew_position"),
            F.min("position").over(person).alias("least_position"),
        )
        .where(F.col("rank") == 1)
        # Position in crew if the person is listed there, else in principals.
        .withColumn("first_position", F.coalesce("first_crew_position", "least_position"))
        .withColumn("billing_order", F.row_number().over(billing))
        .select(*silver.CREDITS.column_names)
    )


def _renamed(value: Column, names: Mapping[str, str]) -> Column:
    renamed = F.lit(None).cast("string")
    for name, new_name in names.items():
        renamed = F.when(value == name, new_name).otherwise(renamed)
    return renamed


def _characters(name: str) -> Column:
    # A JSON array of names. Text that is not an array is the name of a single character.
    listed = F.from_json(F.col(name), "array<string>")
    parsed = F.coalesce(F.when(F.size(listed) > 0, listed), F.when(~F.col(name).startswith("["), F.array(name)))
    without_brackets = F.substring(name, 3, F.length(name) - 4)
    return F.when(F.col(name).rlike(_ONE_PLAIN_NAME), F.array(without_brackets)).otherwise(parsed)


def _list(name: str, separator: str = ",") -> Column:
    return F.split(F.nullif(F.col(name), F.lit("")), separator)


def _is_true(name: str) -> Column:
    return F.col(name) == 1

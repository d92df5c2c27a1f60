"""Silver to gold: facts known before release and the people index. Histories are in `history.py`."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.transforms.silver import vote_band
from imdb_assets.vocabulary.roles import ROLE_LISTS, ROLES

_N_KNOWN_MOVIES = 3


def movie_features(
    silver_movies: DataFrame, silver_ratings: DataFrame, silver_credits: DataFrame, silver_omdb_facts: DataFrame
) -> DataFrame:
    """Describe each movie with a release year in the columns of a draft, together with its target."""
    facts = silver_omdb_facts.select(
        "tconst",
        "plot",
        F.get("languages", F.lit(0)).alias("language"),
        F.get("countries", F.lit(0)).alias("country"),
        "certificate",
        F.col("runtime_minutes").alias("omdb_runtime_minutes"),
    )
    joined = reduce(
        lambda left, right: left.join(right, on="tconst", how="left"),
        [facts, silver_ratings, _people_in_order(silver_credits)],
        silver_movies.where(F.col("release_year").isNotNull()),
    )
    empty = F.array().cast("array<string>")
    return joined.select(
        "tconst",
        F.col("primary_title").alias("title"),
        "original_title",
        "release_year",
        F.coalesce("runtime_minutes", "omdb_runtime_minutes").cast("double").alias("runtime_minutes"),
        F.coalesce("genres", empty).alias("genres"),
        "plot",
        "language",
        "country",
        "certificate",
        *(F.coalesce(column, empty).alias(column) for column in ROLE_LISTS.values()),
        F.col("average_rating").alias("target_rating"),
        "n_votes",
        "snapshot_date",
    )


def omdb_coverage(gold_movie_features: DataFrame) -> DataFrame:
    """Count films per vote band, and among them those with a plot, a language and a certificate from OMDb."""
    return (
        gold_movie_features.groupBy(vote_band(F.coalesce("n_votes", F.lit(0))).alias("least_votes"))
        .agg(
            F.count("*").alias("n_films"), *(F.count(name).alias(name) for name in ("plot", "language", "certificate"))
        )
        .orderBy("least_votes")
    )


def people_index(
    silver_people: DataFrame, silver_credits: DataFrame, silver_movies: DataFrame, silver_ratings: DataFrame
) -> DataFrame:
    """List the people with a movie credit, with the facts that distinguish people of the same name."""
    movies = silver_movies.join(silver_ratings, on="tconst", how="left").select(
        "tconst",
        F.col("average_rating").isNotNull().alias("is_rated"),
        F.coalesce("n_votes", F.lit(0)).alias("n_votes"),
        F.concat(
            F.coalesce("primary_title", "tconst"),
            F.coalesce(F.concat(F.lit(" ("), F.col("release_year"), F.lit(")")), F.lit("")),
        ).alias("label"),
    )
    has_role = {role: F.bool_or(F.col("role") == role).alias(role) for role in sorted(ROLES)}
    # One shuffle by person serves both aggregations and the window. After the window, the rows are sorted by person.
    by_movie = silver_credits.repartition("nconst").groupBy("nconst", "tconst").agg(*has_role.values())
    most_votes = Window.partitionBy("nconst").orderBy(F.desc("n_votes"), "tconst")
    ranked = by_movie.join(F.broadcast(movies), on="tconst", how="inner").withColumn(
        "rank", F.row_number().over(most_votes)
    )
    roles = [F.when(F.bool_or(role), role) for role in has_role]
    known_movies = [F.max(F.when(F.col("rank") == rank, F.col("label"))) for rank in range(1, _N_KNOWN_MOVIES + 1)]
    careers = ranked.groupBy("nconst").agg(
        F.array_compact(F.array(*roles)).alias("roles"),
        F.count("*").cast("int").alias("n_movies"),
        F.count_if("is_rated").cast("int").alias("n_rated_movies"),
        F.array_compact(F.array(*known_movies)).alias("known_movies"),
    )
    return careers.join(silver_people, on="nconst", how="left").select(
        "nconst",
        F.coalesce("primary_name", "nconst").alias("name"),
        "birth_year",
        "professions",
        "roles",
        "n_movies",
        "n_rated_movies",
        "known_movies",
    )


def scrambled(gold_movie_features: DataFrame, *, from_year: int, seed: int) -> DataFrame:
    """Scramble the ratings and votes of films from `from_year` on and drop some of those films.

    The leak audit compares the features before and after: those of films up to that year must not change.

    Args:
        gold_movie_features: Rows of the table.
        from_year: First release year that is scrambled.
        seed: Determines the new values, together with the title id.
    """
    is_later = F.col("release_year") >= from_year
    return _scrambled(gold_movie_features, is_later, rating="target_rating", seed=seed)


def scrambled_outside(silver_outside_credits: DataFrame, *, from_year: int, seed: int) -> DataFrame:
    """Scramble titles outside movies that start in `from_year` or later; all credits of a title change together."""
    is_later = F.col("start_year") >= from_year
    return _scrambled(silver_outside_credits, is_later, rating="average_rating", seed=seed)


def _people_in_order(silver_credits: DataFrame) -> DataFrame:
    person = F.struct("billing_order", "nconst")
    # Nulls are not collected.
    in_role = {column: F.collect_list(F.when(F.col("role") == role, person)) for role, column in ROLE_LISTS.items()}
    in_order = [F.array_sort(people).getField("nconst").alias(column) for column, people in in_role.items()]
    return silver_credits.groupBy("tconst").agg(*in_order)


def _scrambled(titles: DataFrame, is_later: Column, *, rating: str, seed: int) -> DataFrame:
    random_bits = F.xxhash64("tconst", F.lit(seed))
    random_rating = F.lit(1.0) + F.pmod(random_bits, F.lit(91)) / 10
    random_votes = F.lit(5) + F.pmod(F.shiftright(random_bits, 8), F.lit(100_000))
    is_kept = ~is_later | (F.pmod(F.shiftright(random_bits, 24), F.lit(4)) != 0)
    return titles.where(is_kept).withColumns(
        {
            rating: F.when(is_later, random_rating).otherwise(F.col(rating)),
            "n_votes": F.when(is_later, random_votes.cast("int")).otherwise(F.col("n_votes")),
        }
    )

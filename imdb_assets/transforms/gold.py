"""How silver becomes gold: facts known before release, and people's history as of each year."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables.features import EFFECT_DECAY_YEARS, ROLE_LISTS, VOTE_NOISE
from imdb_assets.transforms.silver import vote_band

_EPOCH_YEAR = 1950
_KNOWN_MOVIES = 3


def movie_features(
    silver_movies: DataFrame, silver_ratings: DataFrame, silver_credits: DataFrame, silver_omdb_facts: DataFrame
) -> DataFrame:
    """Describe each movie with a release year in the columns of a draft, the target beside it."""
    people = [
        _people_in_order(silver_credits.where(F.col("role") == role), column) for role, column in ROLE_LISTS.items()
    ]
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
        [facts, silver_ratings, *people],
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
        F.col("n_votes").alias("target_n_votes"),
        "snapshot_date",
    )


def omdb_coverage(gold_movie_features: DataFrame) -> DataFrame:
    """Films by votes (none, 1, 10, 100, 1,000, 10,000 and more), and how many of them have which of OMDb's facts."""
    return (
        gold_movie_features.groupBy(vote_band(F.coalesce("target_n_votes", F.lit(0))).alias("least_votes"))
        .agg(
            F.count("*").alias("n_films"), *(F.count(name).alias(name) for name in ("plot", "language", "certificate"))
        )
        .orderBy("least_votes")
    )


def _people_in_order(credits: DataFrame, column: str) -> DataFrame:
    in_order = F.array_sort(F.collect_list(F.struct("billing_order", "nconst")))
    return credits.groupBy("tconst").agg(in_order.getField("nconst").alias(column))


def person_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    """Sum up, per person and role, the rated films of strictly earlier years; one row per year with a film.

    A row serves release years from `from_year`, the year after those films, until the person's next row.
    """
    films = gold_movie_features.where(F.col("target_rating").isNotNull()).join(
        gold_baseline_ratings, on="tconst", how="inner"
    )
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / F.greatest(F.col("target_n_votes"), F.lit(1)))
    films = films.select(
        "tconst",
        *ROLE_LISTS.values(),
        F.col("release_year").alias("year"),
        # IMDb gives one decimal: whole tenths add up to the same sum in any order.
        F.round(F.col("target_rating") * 10).cast("long").alias("tenths"),
        F.col("target_n_votes").cast("long").alias("votes"),
        weight.alias("weight"),
        (weight * (F.col("target_rating") - F.col("baseline_rating_with_language"))).alias("weighted_effect"),
    )
    return _as_of_each_year(_films_of_each_year(_credits_in_roles(films)))


def _credits_in_roles(films: DataFrame) -> DataFrame:
    facts = ["tconst", "year", "tenths", "votes", "weight", "weighted_effect"]
    in_roles = [
        films.select(*facts, F.lit(role).alias("role"), F.explode(column).alias("nconst"))
        for role, column in ROLE_LISTS.items()
    ]
    anyone = films.select(
        *facts,
        F.lit("all").alias("role"),
        F.explode(F.array_union("directors", F.array_union("writers", "cast"))).alias("nconst"),
    )
    return reduce(DataFrame.unionByName, [*in_roles, anyone])


def _films_of_each_year(credits: DataFrame) -> DataFrame:
    return credits.groupBy("nconst", "role", "year").agg(
        F.count("*").alias("n"),
        F.sum("weight").alias("w"),
        F.sum("weighted_effect").alias("we"),
        F.sum("tenths").alias("tenths"),
        F.sum(F.col("tenths") * F.col("tenths")).alias("tenths_squared"),
        F.sum("votes").alias("votes"),
        F.sum(F.col("votes") * F.col("tenths")).alias("vote_tenths"),
        F.max("tenths").alias("best"),
        F.min("tenths").alias("worst"),
    )


def _as_of_each_year(by_year: DataFrame) -> DataFrame:
    so_far = (
        Window.partitionBy("nconst", "role").orderBy("year").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    )

    def total(column: Column) -> Column:
        return F.sum(column).over(so_far)

    from_year = F.col("year") + 1
    growth = F.exp((F.col("year") - _EPOCH_YEAR) / F.lit(EFFECT_DECAY_YEARS))
    fading = F.exp((F.lit(_EPOCH_YEAR) - from_year) / F.lit(EFFECT_DECAY_YEARS))
    n_films = total(F.col("n"))
    mean_tenths = total(F.col("tenths")) / n_films
    variance = F.greatest(total(F.col("tenths_squared")) / n_films - mean_tenths * mean_tenths, F.lit(0.0))
    return by_year.select(
        "nconst",
        "role",
        from_year.cast("int").alias("from_year"),
        n_films.cast("int").alias("n_films"),
        F.col("n").cast("int").alias("n_films_last_year"),
        F.min("year").over(so_far).alias("debut_year"),
        F.col("year").alias("last_film_year"),
        F.round(total(F.col("w")), 9).alias("sum_weight"),
        F.round(total(F.col("we")), 9).alias("sum_weighted_effect"),
        F.round(total(F.col("w") * growth) * fading, 9).alias("decayed_sum_weight"),
        F.round(total(F.col("we") * growth) * fading, 9).alias("decayed_sum_weighted_effect"),
        F.round("w", 9).alias("last_sum_weight"),
        F.round("we", 9).alias("last_sum_weighted_effect"),
        F.round(mean_tenths / 10, 9).alias("mean_rating"),
        F.round(
            F.coalesce(F.try_divide(total(F.col("vote_tenths")), total(F.col("votes"))), mean_tenths) / 10, 9
        ).alias("vote_weighted_rating"),
        (F.max("best").over(so_far) / 10).alias("best_rating"),
        (F.min("worst").over(so_far) / 10).alias("worst_rating"),
        F.round(F.sqrt(variance) / 10, 9).alias("rating_spread"),
        F.round(total(F.col("votes")) / n_films, 9).alias("mean_votes"),
    )


def people_index(
    silver_people: DataFrame, silver_credits: DataFrame, silver_movies: DataFrame, silver_ratings: DataFrame
) -> DataFrame:
    """List everybody with a movie credit, with what tells homonyms apart."""
    movies = silver_movies.join(silver_ratings, on="tconst", how="left").select(
        "tconst",
        F.col("average_rating").isNotNull().alias("is_rated"),
        F.struct(
            # Sorted ascending: most votes first, then by id.
            (-F.coalesce("n_votes", F.lit(0))).alias("order"),
            "tconst",
            F.concat(
                F.coalesce("primary_title", "tconst"),
                F.coalesce(F.concat(F.lit(" ("), F.col("release_year"), F.lit(")")), F.lit("")),
            ).alias("label"),
        ).alias("movie"),
    )
    credits = silver_credits.join(movies, on="tconst", how="inner")
    careers = (
        credits.groupBy("nconst", "tconst")
        .agg(
            F.collect_set("role").alias("roles"), F.first("is_rated").alias("is_rated"), F.first("movie").alias("movie")
        )
        .groupBy("nconst")
        .agg(
            F.array_sort(F.array_distinct(F.flatten(F.collect_list("roles")))).alias("roles"),
            F.count("*").cast("int").alias("n_movies"),
            F.count_if("is_rated").cast("int").alias("n_rated_movies"),
            F.slice(F.array_sort(F.collect_list("movie")), 1, _KNOWN_MOVIES).getField("label").alias("known_movies"),
        )
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
    """Change ratings, votes and presence of the films of `from_year` and later, by chance that follows from the seed.

    What is known before a film of that year must not move: the leak audit compares.
    """
    chance = F.xxhash64("tconst", F.lit(seed))
    is_later = F.col("release_year") >= from_year
    rating = F.lit(1.0) + F.pmod(chance, F.lit(91)) / 10
    votes = F.lit(5) + F.pmod(F.shiftright(chance, 8), F.lit(100_000))
    stays = ~is_later | (F.pmod(F.shiftright(chance, 24), F.lit(4)) != 0)
    return gold_movie_features.where(stays).withColumns(
        {
            "target_rating": F.when(is_later, rating).otherwise(F.col("target_rating")),
            "target_n_votes": F.when(is_later, votes.cast("int")).otherwise(F.col("target_n_votes")),
        }
    )

"""Histories as of each year: statistics of rated films from strictly earlier years.

All histories are computed in the same way: rated films are credited to a key (a person in a role, a pair and so on) and
accumulated from year to year.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables.history import (
    ANYBODY,
    FRANCHISE_HISTORY,
    OUTSIDE_HISTORY,
    PAIR_HISTORY,
    PERSON_GENRE_HISTORY,
    PERSON_HISTORY,
)
from imdb_assets.vocabulary.effect_estimation import (
    DEFAULT_OUTSIDE_RATING,
    EFFECT_DECAY_YEARS,
    MINIMUM_OUTSIDE_TITLES,
    VOTE_NOISE,
)
from imdb_assets.vocabulary.roles import PAIRED_CAST, ROLE_LISTS
from imdb_assets.vocabulary.title_stems import CAPITALS, SEPARATORS, SEQUEL, SHORTEST_STEM, SMALL_LETTERS, SUBTITLE

# Weights that decay with age are accumulated as weights that grow from this year on, and scaled back for each row.
_EPOCH_YEAR = 1950
_FILM_FACTS = ("year", "tenths", "votes", "weight", "weighted_effect", "baseline")
_ACCUMULATED = (
    "weight", "weighted_effect", "growing_weight", "growing_weighted_effect", "baseline", "tenths", "tenths_squared",
    "votes", "vote_tenths",
)  # fmt: skip
_OF_LAST_YEAR = ("weight", "weighted_effect", "tenths")


def person_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    """Accumulate the rated films of each person and role; one row per year with a film.

    A row is valid for release years from `from_year`, the year after those films, until the person's next row.
    """
    films = _rated_films(gold_movie_features, gold_baseline_ratings)
    lists = {role: F.col(column) for role, column in ROLE_LISTS.items()} | {"all": _people()}
    return _as_of_each_year(_listed(films, lists, name="role", person="nconst"), "nconst", "role")


def person_genre_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    """Accumulate the rated films of each person, in any role, and genre."""
    films = _rated_films(gold_movie_features, gold_baseline_ratings)
    in_genres = films.select(
        *_FILM_FACTS, _people().alias("people"), F.explode(F.array_distinct("genres")).alias("genre")
    )
    credits = in_genres.select(*_FILM_FACTS, "genre", F.explode("people").alias("nconst"))
    return _as_of_each_year(credits, "nconst", "genre")


def pair_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    """Accumulate the rated films that a director and a writer, or a director and a billed actor, made together."""
    films = _rated_films(gold_movie_features, gold_baseline_ratings)
    directed = films.select("*", F.explode("directors").alias("nconst"))
    partners = {"writer": F.col("writers"), "cast": _paired_cast()}
    credits = _listed(directed, partners, "nconst", name="partner_role", person="partner_nconst")
    pairs = credits.where(F.col("nconst") != F.col("partner_nconst"))
    return _as_of_each_year(pairs, "nconst", "partner_nconst", "partner_role")


def franchise_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    """Accumulate the rated films of each title stem and person, as director, writer or billed actor.

    Titles without a stem are left out. Each film of a stem also counts once for `ANYBODY`.
    """
    films = _rated_films(gold_movie_features, gold_baseline_ratings).withColumn("title_stem", title_stem("title"))
    people = F.array_union("directors", F.array_union("writers", F.array_append(_paired_cast(), ANYBODY)))
    credits = films.where(F.col("title_stem").isNotNull()).select(
        *_FILM_FACTS, "title_stem", F.explode(people).alias("nconst")
    )
    return _as_of_each_year(credits, "title_stem", "nconst")


def outside_history(silver_outside_credits: DataFrame) -> DataFrame:
    """Accumulate rated titles outside movies per person and kind; the baseline is the kind's earlier mean rating."""
    baseline = F.broadcast(_outside_baseline(silver_outside_credits))
    credits = silver_outside_credits.join(baseline, on=["kind", "start_year"], how="inner")
    facts = _film_facts(F.col("start_year"), F.col("average_rating"), F.col("n_votes"), F.col("kind_rating"))
    return _as_of_each_year(credits.select("nconst", "kind", *facts), "nconst", "kind")


def histories(
    gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame, silver_outside_credits: DataFrame
) -> dict[str, DataFrame]:
    """Compute all history tables, keyed by asset name."""
    return {
        PERSON_HISTORY.asset_name: person_history(gold_movie_features, gold_baseline_ratings),
        PERSON_GENRE_HISTORY.asset_name: person_genre_history(gold_movie_features, gold_baseline_ratings),
        PAIR_HISTORY.asset_name: pair_history(gold_movie_features, gold_baseline_ratings),
        FRANCHISE_HISTORY.asset_name: franchise_history(gold_movie_features, gold_baseline_ratings),
        OUTSIDE_HISTORY.asset_name: outside_history(silver_outside_credits),
    }


def title_stem(title: str) -> Column:
    """Compute the same stem as `vocabulary.title_stems.title_stem`, for a column of titles."""
    main = F.regexp_replace(F.translate(title, CAPITALS, SMALL_LETTERS), SUBTITLE, "")
    stem = F.regexp_replace(F.trim(F.regexp_replace(main, SEPARATORS, " ")), SEQUEL, "")
    return F.when(F.length(stem) >= SHORTEST_STEM, stem)


def _rated_films(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    films = gold_movie_features.where(F.col("target_rating").isNotNull())
    return films.join(gold_baseline_ratings, on="tconst", how="inner").select(
        "title",
        "genres",
        *ROLE_LISTS.values(),
        *_film_facts(
            F.col("release_year"),
            F.col("target_rating"),
            F.col("n_votes"),
            F.col("baseline_rating_with_language"),
        ),
    )


def _film_facts(year: Column, rating: Column, n_votes: Column, baseline: Column) -> list[Column]:
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / F.greatest(n_votes, F.lit(1)))
    return [
        year.alias("year"),
        # IMDb publishes one decimal. Sums of whole tenths are the same in any order.
        F.round(rating * 10).cast("long").alias("tenths"),
        F.coalesce(n_votes, F.lit(0)).cast("long").alias("votes"),
        weight.alias("weight"),
        (weight * (rating - baseline)).alias("weighted_effect"),
        baseline.alias("baseline"),
    ]


def _people() -> Column:
    return F.array_union("directors", F.array_union("writers", "cast"))


def _paired_cast() -> Column:
    return F.slice("cast", 1, PAIRED_CAST)


def _listed(films: DataFrame, lists: Mapping[str, Column], *columns: str, name: str, person: str) -> DataFrame:
    """Return one row per film and member of each list, with the name of the list."""
    named = F.create_map(*(part for key, people in lists.items() for part in (F.lit(key), people)))
    return films.select(*_FILM_FACTS, *columns, F.explode(named).alias(name, "people")).select(
        *_FILM_FACTS, *columns, name, F.explode("people").alias(person)
    )


def _outside_baseline(silver_outside_credits: DataFrame) -> DataFrame:
    """Compute the mean rating of earlier titles of each kind, for each year with a title."""
    tenths = F.round(F.col("average_rating") * 10).cast("long")
    titles = silver_outside_credits.select("tconst", "kind", "start_year", tenths.alias("tenths")).distinct()
    by_year = titles.groupBy("kind", "start_year").agg(F.count("*").alias("n"), F.sum("tenths").alias("tenths"))
    before = Window.partitionBy("kind").orderBy("start_year").rowsBetween(Window.unboundedPreceding, -1)
    n, total = F.sum("n").over(before), F.sum("tenths").over(before)
    rating = F.when(n >= MINIMUM_OUTSIDE_TITLES, total / n / 10).otherwise(DEFAULT_OUTSIDE_RATING)
    return by_year.select("kind", "start_year", rating.alias("kind_rating"))


def _as_of_each_year(credits: DataFrame, *key: str) -> DataFrame:
    """Turn credits into statistics of each key up to and including each year, valid from the year after."""
    n_films, tenths, votes = F.col("total_n"), F.col("total_tenths"), F.col("total_votes")
    mean_tenths = tenths / n_films
    fading = F.exp((_EPOCH_YEAR - 1 - F.col("year")) / F.lit(EFFECT_DECAY_YEARS))
    return _totals_of_each_year(credits, *key).select(
        *key,
        (F.col("year") + 1).alias("from_year"),
        n_films.cast("int").alias("n_films"),
        F.col("last_n").cast("int").alias("n_films_last_year"),
        "debut_year",
        F.col("year").alias("last_film_year"),
        _nine_digits(F.col("total_weight")).alias("sum_weight"),
        _nine_digits(F.col("total_weighted_effect")).alias("sum_weighted_effect"),
        _nine_digits(F.col("total_growing_weight") * fading).alias("decayed_sum_weight"),
        _nine_digits(F.col("total_growing_weighted_effect") * fading).alias("decayed_sum_weighted_effect"),
        _nine_digits(F.col("last_weight")).alias("last_sum_weight"),
        _nine_digits(F.col("last_weighted_effect")).alias("last_sum_weighted_effect"),
        _nine_digits(mean_tenths / 10).alias("mean_rating"),
        _nine_digits(F.col("last_tenths") / F.col("last_n") / 10).alias("last_year_rating"),
        _nine_digits(F.col("total_baseline") / n_films).alias("mean_baseline"),
        _nine_digits(F.when(votes > 0, F.col("total_vote_tenths") / votes).otherwise(mean_tenths) / 10).alias(
            "vote_weighted_rating"
        ),
        (F.col("best") / 10).alias("best_rating"),
        (F.col("worst") / 10).alias("worst_rating"),
        # Computed from whole numbers, so that equal ratings have a spread of exactly 0.
        _nine_digits(F.sqrt(F.col("total_tenths_squared") * n_films - tenths * tenths) / n_films / 10).alias(
            "rating_spread"
        ),
        _nine_digits(votes / n_films).alias("mean_votes"),
    )


def _totals_of_each_year(credits: DataFrame, *key: str) -> DataFrame:
    """Add up the films of each key up to each year with a film, and those of that year: `last_` and the column."""
    growth = F.exp((F.col("year") - _EPOCH_YEAR) / F.lit(EFFECT_DECAY_YEARS))
    # Few keys have several films in a year. Sorting all films once and keeping the last one of each year is faster than
    # aggregating them by year first. Hashes are compared faster than ids, which begin with the same letters and digits.
    by_year = Window.partitionBy(F.xxhash64(*key), *key).orderBy("year")
    up_to_film = by_year.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    of_year = by_year.rangeBetween(Window.currentRow, Window.currentRow)
    films = credits.repartition(*key).select(
        "*",
        (F.col("weight") * growth).alias("growing_weight"),
        (F.col("weighted_effect") * growth).alias("growing_weighted_effect"),
        (F.col("tenths") * F.col("tenths")).alias("tenths_squared"),
        (F.col("votes") * F.col("tenths")).alias("vote_tenths"),
    )
    # Each total is computed once and named: Spark would evaluate the window again wherever its expression is repeated.
    totals = films.select(
        *key,
        "year",
        F.lead("year").over(by_year).alias("next_year"),
        F.count("*").over(up_to_film).alias("total_n"),
        F.count("*").over(of_year).alias("last_n"),
        *(F.sum(name).over(up_to_film).alias(f"total_{name}") for name in _ACCUMULATED),
        *(F.sum(name).over(of_year).alias(f"last_{name}") for name in _OF_LAST_YEAR),
        F.min("year").over(up_to_film).alias("debut_year"),
        F.max("tenths").over(up_to_film).alias("best"),
        F.min("tenths").over(up_to_film).alias("worst"),
    )
    return totals.where(F.col("next_year").isNull() | (F.col("next_year") != F.col("year")))


def _nine_digits(value: Column) -> Column:
    # The last digits of a sum depend on the order of its rows. Spark's `round` is many times slower.
    return F.rint(value * F.lit(1e9)) / F.lit(1e9)

"""From IMDb's and OMDb's rows to things under our names, one row each.

Where a dataset has several rows of one key, one is kept: that with the greatest values, the columns compared in the
order of their names and an absent value being the least. So the same snapshot always gives the same table.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from imdb_assets.tables import silver

MOVIE = "movie"
SERIES_TYPES = ("tvSeries", "tvMiniSeries")
ROLE_OF_CATEGORY = {"director": "director", "writer": "writer", "actor": "cast", "actress": "cast", "self": "cast"}
# Titles outside movies, by what they are to a person's history; episodes count through their series.
KIND_OF_TYPE = {
    **dict.fromkeys(SERIES_TYPES, "series"),
    "short": "short",
    **dict.fromkeys(("tvMovie", "video", "tvSpecial"), "tv_movie"),
}
LOWEST_RATING, HIGHEST_RATING = 1, 10
# The highest vote band is that of 10,000 and more.
MOST_DIGITS = 4
# What a credit has from principals alone.
PRINCIPAL_ONLY = {"category": "string", "job": "string", "characters": "array<string>"}
# title.akas joins several types or attributes of one name by this character.
AKA_SEPARATOR = "\x02"
OMDB_ABSENT = "N/A"
# What OMDb knows before a film's release; its ratings, votes, awards and takings come after.
OMDB_WHITELIST = ("Plot", "Language", "Country", "Rated", "Runtime", "Genre", "Released", "Production")
OMDB_FIELDS = ("Response", *OMDB_WHITELIST)


def movie_rows(title_basics: DataFrame) -> DataFrame:
    """The rows of feature films; of one film there may be several."""
    return title_basics.where(F.col("titleType") == MOVIE)


def movies(title_basics: DataFrame) -> DataFrame:
    """Keep feature films."""
    return _one_row_each(movie_rows(title_basics), "tconst").select(
        "tconst",
        F.col("primaryTitle").alias("primary_title"),
        F.col("originalTitle").alias("original_title"),
        _is_one("isAdult").alias("is_adult"),
        F.col("startYear").alias("release_year"),
        F.col("runtimeMinutes").alias("runtime_minutes"),
        _list("genres").alias("genres"),
    )


def rating_rows(title_ratings: DataFrame) -> DataFrame:
    """The rows that can be a rating; of one title there may be several."""
    return title_ratings.where(F.col("averageRating").between(LOWEST_RATING, HIGHEST_RATING) & (F.col("numVotes") >= 0))


def ratings(title_ratings: DataFrame) -> DataFrame:
    """Keep ratings that can be one, with the votes behind them."""
    return _one_row_each(rating_rows(title_ratings), "tconst").select(
        "tconst",
        F.col("averageRating").alias("average_rating"),
        F.col("numVotes").alias("n_votes"),
        F.col("snapshotDate").alias("snapshot_date"),
    )


def votes(silver_ratings: DataFrame) -> DataFrame:
    """Titles by their votes."""
    by_band = silver_ratings.groupBy(vote_band(F.col("n_votes")).alias("least_votes"))
    return by_band.agg(F.count("*").alias("n_titles")).orderBy("least_votes")


def vote_band(n_votes: Column) -> Column:
    """The least number of votes of the band that a title is in: 0, 1, 10, 100, 1,000, or 10,000 and more."""
    power = F.least(F.floor(F.log10(n_votes)), F.lit(MOST_DIGITS))
    return F.when(n_votes > 0, F.pow(F.lit(10), power)).otherwise(0).cast("int")


def rating_changes(silver_ratings: DataFrame, silver_rating_history: DataFrame) -> DataFrame:
    """Keep the ratings that differ from the title's latest row of an earlier snapshot, and those of new titles."""
    now = silver_ratings.select("tconst", F.col("snapshot_date").alias("now"))
    before = silver_rating_history.join(now, on="tconst", how="inner").where(F.col("snapshot_date") < F.col("now"))
    latest = before.groupBy("tconst").agg(
        F.max_by(F.struct("average_rating", "n_votes"), "snapshot_date").alias("latest")
    )
    same = F.struct("average_rating", "n_votes").eqNullSafe(F.col("latest"))
    joined = silver_ratings.join(latest, on="tconst", how="left").where(~same)
    return joined.select(*silver_ratings.columns)


def people(name_basics: DataFrame) -> DataFrame:
    """People, with their lists as lists."""
    return _one_row_each(name_basics, "nconst").select(
        "nconst",
        F.col("primaryName").alias("primary_name"),
        F.col("birthYear").alias("birth_year"),
        F.col("deathYear").alias("death_year"),
        _list("primaryProfession").alias("professions"),
        _list("knownForTitles").alias("known_for_tconsts"),
    )


def credits(title_basics: DataFrame, title_principals: DataFrame, title_crew: DataFrame) -> DataFrame:
    """Unite the directors and writers of crew with the principals; each person once in each role of a movie.

    A principal's row wins. Cast is billed in the order of principals, directors and writers in that of crew first.
    """
    movie_ids = title_basics.where(F.col("titleType") == MOVIE).select("tconst")
    return _billed(_credit_rows(title_principals, title_crew).join(movie_ids, on="tconst", how="left_semi"))


def outside_credits(
    title_basics: DataFrame, title_principals: DataFrame, title_crew: DataFrame, silver_ratings: DataFrame
) -> DataFrame:
    """Credit each person once with each rated title of a kind outside movies, whatever the roles."""
    of_a_kind = title_basics.where(F.col("titleType").isin(*KIND_OF_TYPE))
    titles = _one_row_each(of_a_kind, "tconst").where(F.col("startYear").isNotNull())
    rated = titles.join(silver_ratings, on="tconst", how="inner").select(
        "tconst",
        _renamed(F.col("titleType"), KIND_OF_TYPE).alias("kind"),
        F.col("startYear").alias("start_year"),
        "average_rating",
        "n_votes",
    )
    credited = _credit_rows(title_principals, title_crew).select("tconst", "nconst")
    return credited.join(rated, on="tconst", how="inner").select(*silver.OUTSIDE_CREDITS.column_names).distinct()


def principals_accounted(title_basics: DataFrame, title_principals: DataFrame, movie_credits: DataFrame) -> DataFrame:
    """One row: the principals of movies, and of these the credited, those of other categories, and the repeated."""
    movie_ids = title_basics.where(F.col("titleType") == MOVIE).select("tconst")
    of_movies = title_principals.join(movie_ids, on="tconst", how="left_semi")
    by_credit = of_movies.groupBy("tconst", "nconst", _role(F.col("category")).alias("role")).agg(
        F.count("*").alias("n")
    )
    has_role = F.col("role").isNotNull()
    principals = by_credit.agg(
        F.coalesce(F.sum("n"), F.lit(0)).alias("principals"),
        F.coalesce(F.sum(F.when(~has_role, F.col("n"))), F.lit(0)).alias("of_other_categories"),
        F.coalesce(F.sum(F.when(has_role, F.col("n") - 1)), F.lit(0)).alias("repeated"),
    )
    credited = movie_credits.agg(F.count("category").alias("credited"))
    return principals.join(credited, how="cross")


def title_name_rows(title_akas: DataFrame) -> DataFrame:
    """The rows with a place among the title's names; of one place there may be several."""
    return title_akas.where(F.col("ordering").isNotNull())


def title_names(title_akas: DataFrame) -> DataFrame:
    """The names a title goes by."""
    return _one_row_each(title_name_rows(title_akas), "titleId", "ordering").select(
        F.col("titleId").alias("tconst"),
        "ordering",
        "title",
        "region",
        "language",
        _list("types", AKA_SEPARATOR).alias("types"),
        _list("attributes", AKA_SEPARATOR).alias("attributes"),
        _is_one("isOriginalTitle").alias("is_original_title"),
    )


def series_rows(title_basics: DataFrame) -> DataFrame:
    """The rows of series and mini-series; of one series there may be several."""
    return title_basics.where(F.col("titleType").isin(*SERIES_TYPES))


def series(title_basics: DataFrame) -> DataFrame:
    """Keep series and mini-series."""
    return _one_row_each(series_rows(title_basics), "tconst").select(
        "tconst",
        F.col("primaryTitle").alias("primary_title"),
        F.col("originalTitle").alias("original_title"),
        (F.col("titleType") == "tvMiniSeries").alias("is_mini_series"),
        _is_one("isAdult").alias("is_adult"),
        F.col("startYear").alias("start_year"),
        F.col("endYear").alias("end_year"),
        F.col("runtimeMinutes").alias("runtime_minutes"),
        _list("genres").alias("genres"),
    )


def episode_rows(title_episode: DataFrame) -> DataFrame:
    """The rows that name a series; of one episode there may be several."""
    return title_episode.where(F.col("parentTconst").isNotNull())


def episodes(title_episode: DataFrame, title_basics: DataFrame) -> DataFrame:
    """Episodes whose series is named, with what title.basics says of them where it knows them."""
    of_series = _one_row_each(episode_rows(title_episode), "tconst")
    titles = _one_row_each(title_basics, "tconst").select("tconst", "primaryTitle", "startYear", "runtimeMinutes")
    return of_series.join(titles, on="tconst", how="left").select(
        "tconst",
        F.col("parentTconst").alias("series_tconst"),
        F.col("seasonNumber").alias("season_number"),
        F.col("episodeNumber").alias("episode_number"),
        F.col("primaryTitle").alias("primary_title"),
        F.col("startYear").alias("release_year"),
        F.col("runtimeMinutes").alias("runtime_minutes"),
    )


def omdb_facts(omdb_responses: DataFrame) -> DataFrame:
    """What OMDb knew of a title before its release; a response that says it has none gives no row."""
    schema = ", ".join(f"{name} STRING" for name in OMDB_FIELDS)
    said = omdb_responses.select("imdbID", F.from_json("response", schema).alias("said"))
    return said.where(F.col("said.Response") == "True").select(
        F.col("imdbID").alias("tconst"),
        _omdb("Plot").alias("plot"),
        _omdb_list("Language").alias("languages"),
        _omdb_list("Country").alias("countries"),
        _omdb("Rated").alias("certificate"),
        F.regexp_extract(_omdb("Runtime"), r"^(\d{1,6}) min$", 1).try_cast("int").alias("runtime_minutes"),
        _omdb_list("Genre").alias("genres"),
        F.try_to_timestamp(_omdb("Released"), F.lit("d MMM yyyy")).cast("date").alias("release_date"),
        _omdb("Production").alias("production"),
    )


def whitelisted_responses(omdb_responses: DataFrame) -> DataFrame:
    """The responses without the fields that are not on the whitelist."""
    fields = F.from_json("response", "map<string, string>")
    kept = F.map_filter(fields, lambda name, _: name.isin(*OMDB_FIELDS))
    return omdb_responses.select("imdbID", F.to_json(kept).alias("response"))


def _one_row_each(rows: DataFrame, *key: str) -> DataFrame:
    others = sorted(set(rows.columns) - set(key))
    greatest = Window.partitionBy(*key).orderBy(*(F.desc_nulls_last(name) for name in others))
    return rows.withColumn("place", F.row_number().over(greatest)).where(F.col("place") == 1).drop("place")


def _crew(title_crew: DataFrame) -> DataFrame:
    lists = F.create_map(F.lit("director"), _list("directors"), F.lit("writer"), _list("writers"))
    by_role = _one_row_each(title_crew, "tconst").select("tconst", F.explode(lists).alias("role", "nconsts"))
    return by_role.select("tconst", "role", F.posexplode("nconsts").alias("place", "nconst"))


def _credit_rows(title_principals: DataFrame, title_crew: DataFrame) -> DataFrame:
    """The credits of titles of any type, a person in a role as often as principals and crew name it."""
    from_principals = title_principals.select(
        "tconst",
        "nconst",
        _role(F.col("category")).alias("role"),
        F.col("ordering").alias("place"),
        "category",
        "job",
        _characters("characters").alias("characters"),
    ).where(F.col("role").isNotNull())
    from_crew = _crew(title_crew).select(
        "tconst",
        "nconst",
        "role",
        "place",
        *(F.lit(None).cast(kind).alias(name) for name, kind in PRINCIPAL_ONLY.items()),
    )
    return from_crew.withColumn("is_principal", F.lit(False)).unionByName(  # noqa: FBT003 - Spark takes it so
        from_principals.withColumn("is_principal", F.lit(True))  # noqa: FBT003 - Spark takes it so
    )


def _billed(rows: DataFrame) -> DataFrame:
    person = Window.partitionBy("tconst", "role", "nconst")
    in_crew = F.when(~F.col("is_principal"), F.col("place"))
    each_once = person.orderBy(F.desc("is_principal"), "place", *_order_of_equals())
    billing = Window.partitionBy("tconst", "role").orderBy("is_principal_only", "first_place", "nconst")
    return (
        rows.withColumn("is_principal_only", F.min("is_principal").over(person))
        # In the list of crew where it is there, else among the principals.
        .withColumn("first_place", F.coalesce(F.min(in_crew).over(person), F.min("place").over(person)))
        .withColumn("rank", F.row_number().over(each_once))
        .where(F.col("rank") == 1)
        .withColumn("billing_order", F.row_number().over(billing))
        .select(*silver.CREDITS.column_names)
    )


def _order_of_equals() -> list[Column]:
    return [F.asc_nulls_last(name) for name in ("category", "job", "characters")]


def _role(category: Column) -> Column:
    return _renamed(category, ROLE_OF_CATEGORY)


def _renamed(value: Column, names: Mapping[str, str]) -> Column:
    renamed = F.lit(None).cast("string")
    for name, new_name in names.items():
        renamed = F.when(value == name, new_name).otherwise(renamed)
    return renamed


def _characters(name: str) -> Column:
    # The list is JSON; where it is not, the text itself is the one character.
    listed = F.from_json(F.col(name), "array<string>")
    return F.coalesce(F.when(F.size(listed) > 0, listed), F.when(~F.col(name).startswith("["), F.array(name)))


def _list(name: str, separator: str = ",") -> Column:
    return F.split(F.nullif(F.col(name), F.lit("")), separator)


def _is_one(name: str) -> Column:
    return F.col(name) == 1


def _omdb(field: str) -> Column:
    text = F.trim(F.col(f"said.{field}"))
    return F.when(~text.isin("", OMDB_ABSENT), text)


def _omdb_list(field: str) -> Column:
    return F.split(_omdb(field), r",\s*")

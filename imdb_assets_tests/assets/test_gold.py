import math

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from imdb_assets.assets.gold import COVERED, scrambled_world, world
from imdb_assets.materialization.votes import coverage_result
from imdb_assets.rating_model.evaluation.leak_audit import compare_features, world_features
from imdb_assets.rating_model.evaluation.leaky_history import leaky_person_history
from imdb_assets.rating_model.features.as_of_baseline import Baseline, baseline_coefficients
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.tables.gold import MOVIE_FEATURES
from imdb_assets.tables.silver import OUTSIDE_CREDITS
from imdb_assets.transforms import gold
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.champion import only_people
from imdb_assets_tests.support.films import invented_films

FILMS = invented_films(2500)
CUT_YEARS = (2012, 2020)
# Enough titles for the kind to have its own mean as baseline, by people who also make films.
OUTSIDE_ROWS = [
    (f"tt9{number:06d}", f"nm{number % 150 + 1:07d}", "series", 1995 + number % 28, 5.0 + number % 40 / 10, 100)
    for number in range(300)
]


@pytest.fixture(scope="module")
def films(spark: SparkSession) -> DataFrame:
    columns = list(MOVIE_FEATURES.column_names)
    rows = [
        tuple(None if isinstance(value, float) and math.isnan(value) else value for value in row)
        for row in FILMS[columns].itertuples(index=False)
    ]
    return spark.createDataFrame(rows, MOVIE_FEATURES.ddl).persist()


@pytest.fixture(scope="module")
def outside(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(OUTSIDE_ROWS, OUTSIDE_CREDITS.ddl).persist()


def leaky_features(films: pd.DataFrame) -> pd.DataFrame:
    """The leaky twin's features: the same featurizer with averages over all films of each person."""
    baseline = Baseline(baseline_coefficients(films))
    rating = pd.Series(baseline.rate(films, "with_language"), index=films.index)
    return features(films, only_people(leaky_person_history(films, rating), baseline)).set_index(films["tconst"])


@pytest.mark.slow
@pytest.mark.parametrize("cut_year", CUT_YEARS)
def test_no_feature_depends_on_the_future(films: DataFrame, outside: DataFrame, cut_year: int) -> None:
    real, scrambled = world(films, outside), scrambled_world(films, outside, from_year=cut_year)
    audit = compare_features(world_features(real), world_features(scrambled), cut_year=cut_year)
    assert dict(audit.leaking) == {}
    assert audit.n_films > 1000


@pytest.mark.slow
def test_the_audit_detects_the_leaky_twin(films: DataFrame, outside: DataFrame) -> None:
    scrambled = scrambled_world(films, outside, from_year=2015)
    audit = compare_features(leaky_features(FILMS), leaky_features(scrambled.movie_features), cut_year=2015)
    assert not audit.passed
    assert {"director_effect_mean", "director_rating_mean", "director_best_rating_max"} <= set(audit.leaking)
    assert set(audit.leaking) <= set(FEATURE_NAMES)


@pytest.mark.slow
def test_coverage_is_by_votes_and_warns_if_films_with_many_votes_lack_plots(spark: SparkSession) -> None:
    films = [(None, None), (5, "p"), (999, None), (1000, None), (20_000, None), (2_000_000, "p")]
    rows = spark.createDataFrame([(f"tt{n}", *film) for n, film in enumerate(films)], "t string, v int, p string")
    absent = [F.lit(None).cast(c.type).alias(c.name) for c in MOVIE_FEATURES.columns
              if c.name not in {"tconst", "plot", "n_votes"}]  # fmt: skip
    movie_features = rows.select(
        F.col("t").alias("tconst"), F.col("p").alias("plot"), F.col("v").alias("n_votes"), *absent
    )
    bands = gold.omdb_coverage(movie_features).toArrow().to_pandas()
    result = coverage_result(COVERED, bands, many_votes=1000, minimum=0.5)
    assert not result.passed
    assert result.metadata["share"].value == pytest.approx(1 / 3, abs=1e-4)
    assert "OMDB_API_KEY" in (result.description or "")
    assert "data:image/png" in str(result.metadata["coverage"].value)

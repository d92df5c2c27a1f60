import math

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.materialization.leak_check import audit_leaks, features_as_of, own_target_moves_text_score
from imdb_assets.rating_model.evaluation.leaky_history import undated_history
from imdb_assets.rating_model.features.as_of_baseline import Baseline, baseline_coefficients
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.tables.gold import MOVIE_FEATURES
from imdb_assets.tables.silver import OUTSIDE_CREDITS
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.champion import only_people
from imdb_assets_tests.support.films import invented_films

FILMS = invented_films(2500)
CUT_YEARS = (2012, 2020)
# Enough titles of a kind that its own mean is the baseline, by people who also make films.
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


def leaky_features(gold_movie_features: DataFrame, _outside: DataFrame) -> pd.DataFrame:
    """The leaky twin: the same featurizer, looking people up in averages over all their films."""
    facts = gold_movie_features.toArrow().to_pandas()
    baseline = Baseline(baseline_coefficients(facts))
    rating = pd.Series(baseline.rate(facts, "with_language"), index=facts.index)
    return features(facts, only_people(undated_history(facts, rating), baseline)).set_index(facts["tconst"])


@pytest.mark.slow
@pytest.mark.parametrize("cut_year", CUT_YEARS)
def test_no_feature_of_ours_sees_the_future(films: DataFrame, outside: DataFrame, cut_year: int) -> None:
    audit = audit_leaks(films, outside, features_as_of(films, outside), features_as_of, cut_year=cut_year)
    assert dict(audit.leaking) == {}
    assert audit.n_films > 1000


@pytest.mark.slow
def test_the_audit_catches_the_leaky_twin(films: DataFrame, outside: DataFrame) -> None:
    audit = audit_leaks(films, outside, leaky_features(films, outside), leaky_features, cut_year=2015)
    assert not audit.passed
    assert {"director_effect_mean", "director_rating_mean", "director_best_rating_max"} <= set(audit.leaking)
    assert set(audit.leaking) <= set(FEATURE_NAMES)


def test_no_films_own_target_moves_its_text_score() -> None:
    assert not own_target_moves_text_score(FILMS, seed=0)

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.conformal import fit_intervals
from imdb_assets.rating_model.training.splits import TooFewRatingsError, assign_splits, require_enough_films
from imdb_assets.vocabulary.features import FEATURE_NAMES

YEARS = pd.Series([2010, 2018, 2019, 2020, 2021, 2022, 2023])


def test_the_last_three_mature_years_test_and_the_year_before_validates() -> None:
    splits = assign_splits(YEARS, 2023, None)
    assert splits.tolist() == ["training", "validation", "test", "test", "test", "later", "later"]


def test_chosen_test_years_leave_later_films_out() -> None:
    assert assign_splits(YEARS, 2023, (2019, 2019)).tolist() == ["training", "validation", "test"] + ["later"] * 4


def test_too_few_films_are_refused_with_the_split_and_the_number() -> None:
    with pytest.raises(TooFewRatingsError, match="12 in the training years, at least 200"):
        require_enough_films(pd.Series(["training"] * 12))


def test_intervals_cover_the_share_they_name() -> None:
    rng = np.random.default_rng(0)
    n = 4000
    matrix = pd.DataFrame(0.0, index=range(n), columns=list(FEATURE_NAMES))
    matrix["director_debut_share"] = rng.random(n).round()
    ratings = rng.normal(6, 0.5, n)
    target = ratings + rng.normal(0, 0.4 + 0.4 * matrix["director_debut_share"].to_numpy())
    fitted = fit_intervals(matrix[:2000], ratings[:2000], target[:2000])
    bounds = fitted.bounds(matrix[2000:].reset_index(drop=True), ratings[2000:])
    inside = (target[2000:] >= bounds["low_80"]) & (target[2000:] <= bounds["high_80"])
    debut = matrix["director_debut_share"][2000:].to_numpy() > 0
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    assert inside[debut].mean() == pytest.approx(0.8, abs=0.05)

import pandas as pd
import pytest

from imdb_assets.rating_model.training.splits import (
    TooFewRatingsError,
    assign_splits,
    require_enough_films,
    require_trainable_films,
)

YEARS = pd.Series([2010, 2018, 2019, 2020, 2021, 2022, 2023])
ROWS = pd.DataFrame({"is_mature": [True, True], "release_year": [2010, 2011], "target_rating": [6.0, 7.0]})


def test_the_last_three_mature_years_test_and_the_year_before_validates() -> None:
    splits = assign_splits(YEARS, 2023, None)
    assert splits.tolist() == ["training", "validation", "test", "test", "test", "later", "later"]


def test_films_after_chosen_test_years_are_in_no_split() -> None:
    assert assign_splits(YEARS, 2023, (2019, 2019)).tolist() == ["training", "validation", "test"] + ["later"] * 4


def test_immature_films_are_never_tested_whatever_years_are_chosen() -> None:
    assert assign_splits(YEARS, 2023, (2021, 2023)).tolist()[-3:] == ["test", "later", "later"]
    assert assign_splits(YEARS, 1990, None).unique().tolist() == ["later"]
    assert assign_splits(YEARS.head(0), 2023, None).tolist() == []


def test_too_few_films_are_refused_with_the_split_and_the_number() -> None:
    with pytest.raises(TooFewRatingsError, match="12 in the training years, at least 200"):
        require_enough_films(pd.Series(["training"] * 12))
    require_enough_films(pd.Series(["training"] * 200 + ["validation"] * 30 + ["test"] * 30))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"is_mature": False}, "None of the 2 rated films is mature"),
        ({"release_year": 2010}, "All 2 mature rated films are from 2010"),
        ({"target_rating": 6.0}, "All 2 mature rated films have the rating 6.0"),
    ],
)
def test_films_without_variation_are_refused_with_the_cause(change: dict[str, object], message: str) -> None:
    require_trainable_films(ROWS)
    with pytest.raises(TooFewRatingsError, match=message):
        require_trainable_films(ROWS.assign(**change))

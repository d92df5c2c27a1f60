"""On which films a model is fitted and scored, and whether a feature sees the future: split and leak audit."""

import numpy as np
import pandas as pd

MATURE_AFTER_YEARS = 2
"""Ratings of younger films still fall: only films of release year <= snapshot year - 2 are scored."""
N_TEST_YEARS = 3
MINIMUM_SPLIT_FILMS = {"training": 200, "validation": 30, "test": 30}


class TooFewRatingsError(ValueError):
    """There are not enough rated films to train or score a model; the text says which and how many."""


def assign_splits(release_years: pd.Series, snapshot_year: int, test_years: tuple[int, int] | None) -> pd.Series:
    """Name each rated film's split by its year: the year before the test years validates, earlier ones train.

    Films after the test years, and films that are not mature, are `later`.

    :param release_years: of the rated films.
    :param test_years: first and last; None takes the last three mature years that have rated films.
    """
    mature = release_years <= snapshot_year - MATURE_AFTER_YEARS
    if test_years is None:
        years = sorted(release_years[mature].unique())[-N_TEST_YEARS:]
        test_years = (int(years[0]), int(years[-1])) if years else (snapshot_year, snapshot_year)
    first, last = test_years
    names = np.select(
        [~mature | (release_years > last), release_years >= first, release_years == first - 1],
        ["later", "test", "validation"],
        default="training",
    )
    return pd.Series(names, index=release_years.index)


def require_something_to_learn(training_set: pd.DataFrame) -> None:
    """Refuse films of which none is mature, all are of one year, or all have one rating.

    :param training_set: rows of `gold_training_set`.
    :raises TooFewRatingsError: saying which, and what to do.
    """
    stays = "The tables are complete, and the champion stays."
    mature = training_set[training_set["is_mature"].to_numpy(bool)]
    if len(training_set) and mature.empty:
        raise TooFewRatingsError(
            f"None of the {len(training_set):,} rated films is mature: ratings of films younger than "
            f"{MATURE_AFTER_YEARS} years still move; load older films, or a later snapshot. {stays}"
        )
    if _is_constant(mature["release_year"]):
        raise TooFewRatingsError(
            f"All {len(mature):,} mature rated films are of {int(mature['release_year'].iloc[0])}: a model learns from "
            f"earlier years and is tested on later ones; load more years. {stays}"
        )
    if _is_constant(mature["target_rating"]):
        raise TooFewRatingsError(
            f"All {len(mature):,} mature rated films have the rating {mature['target_rating'].iloc[0]}: there is "
            f"nothing to learn; look at the ratings dataset. {stays}"
        )


def _is_constant(values: pd.Series) -> bool:
    return len(values) > 0 and bool((values == values.iloc[0]).all())


def require_enough_films(splits: pd.Series) -> None:
    """Refuse to train on too little.

    :raises TooFewRatingsError: naming the split, its films and the minimum.
    """
    for split, minimum in MINIMUM_SPLIT_FILMS.items():
        found = int((splits == split).sum())
        if found < minimum:
            message = (
                f"Too few rated films to train a rating model: {found} in the {split} years, at least {minimum} are "
                "needed; load more titles, or choose other TEST_YEARS. The tables are complete, and the champion stays."
            )
            raise TooFewRatingsError(message)

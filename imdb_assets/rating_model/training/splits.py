"""The split by year into training, validation and test films, and the refusal of insufficient training data."""

import numpy as np
import pandas as pd

MATURE_AFTER_YEARS = 2
"""Ratings of younger films are still falling: only films with release year <= snapshot year - 2 are evaluated."""
N_TEST_YEARS = 3
MINIMUM_SPLIT_FILMS = {"training": 200, "validation": 30, "test": 30}
_UNCHANGED = "The tables are complete and the champion is unchanged."


class TooFewRatingsError(ValueError):
    """The rated films are insufficient to train or evaluate a model; the message names the cause and the fix."""


def assign_splits(release_years: pd.Series, snapshot_year: int, test_years: tuple[int, int] | None) -> pd.Series:
    """Assign a split to each rated film: the year before the test years is for validation, earlier years for training.

    Films after the test years, and films that are not mature, are `later`.

    Args:
        release_years: Integer release years of the rated films.
        snapshot_year: Year of the IMDb snapshot.
        test_years: First and last test year; None for the last three mature years that have rated films.

    Returns:
        `training`, `validation`, `test` or `later`, with the index of `release_years`.
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


def require_trainable_films(training_set: pd.DataFrame) -> None:
    """Refuse films that are all immature, all from one year or all of one rating.

    Args:
        training_set: Rows of `gold_training_set`.

    Raises:
        TooFewRatingsError: A split has too few films. The message contains the cause and the fix.
    """
    mature = training_set[training_set["is_mature"].to_numpy(bool)]
    if len(training_set) and mature.empty:
        raise TooFewRatingsError(
            f"None of the {len(training_set):,} rated films is mature: ratings of films younger than "
            f"{MATURE_AFTER_YEARS} years still change. Load older films or a later snapshot. {_UNCHANGED}"
        )
    if _is_constant(mature["release_year"]):
        raise TooFewRatingsError(
            f"All {len(mature):,} mature rated films are from {int(mature['release_year'].iloc[0])}: a model is "
            f"trained on earlier years and tested on later ones. Load more years. {_UNCHANGED}"
        )
    if _is_constant(mature["target_rating"]):
        raise TooFewRatingsError(
            f"All {len(mature):,} mature rated films have the rating {mature['target_rating'].iloc[0]}: the training "
            f"data is insufficient. Check the title.ratings dataset. {_UNCHANGED}"
        )


def _is_constant(values: pd.Series) -> bool:
    return len(values) > 0 and bool((values == values.iloc[0]).all())


def require_enough_films(splits: pd.Series) -> None:
    """Refuse splits with fewer films than `MINIMUM_SPLIT_FILMS`.

    Args:
        splits: The split of each film, as returned by `assign_splits`.

    Raises:
        TooFewRatingsError: With the split, its number of films and the minimum.
    """
    for split, minimum in MINIMUM_SPLIT_FILMS.items():
        n_films = int((splits == split).sum())
        if n_films < minimum:
            raise TooFewRatingsError(
                f"Too few rated films to train a rating model: {n_films} in the {split} years, at least {minimum} are "
                f"needed. Load more titles or choose other TEST_YEARS. {_UNCHANGED}"
            )

"""The films that models are evaluated on, selected from the training set."""

import pandas as pd

from imdb_assets.rating_model.training.rated_films import RatedMovies, rated_movies
from imdb_assets.rating_model.training.splits import TooFewRatingsError


def mature_films(training_set: pd.DataFrame, movie_features: pd.DataFrame) -> RatedMovies:
    """Select the mature rated films.

    Args:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features`.

    Returns:
        Films ordered by tconst.
    """
    mature = training_set[training_set["is_mature"].to_numpy(bool)].sort_values("tconst", ignore_index=True)
    return rated_movies(mature, movie_features)


def range_of_test_years(training_set: pd.DataFrame) -> tuple[int, int]:
    """Return the first and last release year of the test films.

    Args:
        training_set: Rows of `gold_training_set`.

    Returns:
        First and last year.

    Raises:
        TooFewRatingsError: There are no test films.
    """
    years = training_set.loc[training_set["split"] == "test", "release_year"]
    if years.empty:
        raise TooFewRatingsError("There are no test films. Choose other TEST_YEARS.")
    return int(years.min()), int(years.max())

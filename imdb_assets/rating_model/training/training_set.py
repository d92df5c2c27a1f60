"""The training set: the features of all rated films, with target, votes and split."""

import pandas as pd

from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.splits import MATURE_AFTER_YEARS, assign_splits


def training_set(movie_features: pd.DataFrame, history: History, *, test_years: tuple[int, int] | None) -> pd.DataFrame:
    """Build the rows of `gold_training_set`.

    Args:
        movie_features: Rows of `gold_movie_features`; films without a rating are dropped.
        history: The histories and the as-of baseline.
        test_years: First and last test year; None for the last three mature years that have rated films.

    Returns:
        One row per rated film, by tconst: `FEATURE_NAMES` and `target_rating` float64, `tconst`, `n_votes` int64,
        `is_mature`, `split`.
    """
    rated = movie_features[movie_features["target_rating"].notna()].sort_values("tconst", ignore_index=True)
    years = rated["release_year"].astype("int64")
    snapshot_year = max((day.year for day in rated["snapshot_date"]), default=0)
    return features(rated, history).assign(
        tconst=rated["tconst"],
        target_rating=rated["target_rating"],
        n_votes=rated["n_votes"].astype("int64"),
        is_mature=years <= snapshot_year - MATURE_AFTER_YEARS,
        split=assign_splits(years, snapshot_year, test_years),
    )

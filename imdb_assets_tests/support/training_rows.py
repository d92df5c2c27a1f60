"""Rows of `gold_training_set` whose features are drawn alike in every year, for tests of what moves."""

import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import FEATURE_NAMES

N_A_YEAR = 600
LEARNED, TESTED = range(2005, 2021), range(2021, 2024)


def unmoved_rows(*, seed: int = 0, newest: int = 2025) -> pd.DataFrame:
    """As many films in each year, of which only the year itself tells when they were made."""
    rng = np.random.default_rng(seed)
    years = np.repeat(np.arange(LEARNED.start, newest + 1), N_A_YEAR).astype("float64")
    rows = pd.DataFrame({name: rng.normal(0, 1, len(years)) for name in FEATURE_NAMES})
    rows["genre_drama"] = (rng.random(len(years)) < 0.5).astype("float64")
    rows["genre_western"] = (rng.random(len(years)) < 0.02).astype("float64")
    return rows.assign(
        tconst=[f"tt{number:07d}" for number in range(len(years))],
        release_year=years,
        target_rating=6.0,
        n_votes=100,
        is_mature=years < TESTED.stop,
        split=np.select(
            [years < LEARNED.stop - 1, years < LEARNED.stop, years < TESTED.stop],
            ["training", "validation", "test"],
            default="later",
        ),
    )

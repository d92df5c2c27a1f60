"""Importance by permutation: how much the error grows when a group of features is shuffled among the test films."""

import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.vocabulary.features import GROUPS

N_REPEATS = 3


def permutation_importance(model: FittedModel, films: RatedMovies, *, audience: str, seed: int) -> pd.DataFrame:
    """Shuffle each group of features among films and measure the RMSE (Breiman 2001, doi:10.1023/A:1010933404324).

    The features of a group are shuffled together. Groups that say the same, such as directors and team, hide each
    other, so a small number does not mean that the facts are worthless.

    Args:
        model: The model.
        films: Films that it was not fitted on, of the audience.
        audience: The audience to rate them for.
        seed: Seed of the permutations.

    Returns:
        Columns `group` and `rmse_increase` (rating points, the mean of three permutations), largest first.
    """
    rng = np.random.default_rng(seed)
    rating, booster = model.audiences[audience], model.booster_for(audience)
    inputs, absent = model.film_inputs(films), model.tree_points_of_absence(films.present, rating.trees)
    names = booster.feature_name()

    def rmse(values: np.ndarray) -> float:
        predicted = rating.calibration.apply(np.asarray(booster.predict(values)) + absent)
        return float(np.sqrt(np.mean((predicted - films.target_rating) ** 2)))

    before, rows = rmse(inputs), []
    for group in dict.fromkeys(GROUPS[name] for name in names):
        columns = [column for column, name in enumerate(names) if GROUPS[name] == group]
        increases = []
        for _ in range(N_REPEATS):
            shuffled = inputs.copy()
            shuffled[:, columns] = inputs[rng.permutation(len(inputs))][:, columns]
            increases.append(rmse(shuffled) - before)
        rows.append({"group": group, "rmse_increase": float(np.mean(increases))})
    return pd.DataFrame(rows).sort_values("rmse_increase", ascending=False, ignore_index=True)

"""The missingness check: a model that sees only which facts are absent must know nothing."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.fit import Prepared
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.vocabulary.features import BLOCKS, NEUTRAL_VALUES

MOST_GAIN = 0.005
"""So much RMSE, rating points, may missingness alone gain over the as-of ridge."""
N_ROUNDS = 100


@dataclass(frozen=True)
class MissingnessGain:
    """RMSE of the as-of ridge and of the ridge corrected by what is absent, on later films."""

    n_films: int
    ridge_rmse: float
    missingness_rmse: float

    @property
    def gain(self) -> float:
        """Rating points of RMSE."""
        return self.ridge_rmse - self.missingness_rmse

    @property
    def passed(self) -> bool:
        """Whether absence tells next to nothing."""
        return self.gain <= MOST_GAIN


def missingness_gain(prepared: Prepared, later: RatedMovies, recipe: Recipe) -> MissingnessGain:
    """Fit trees on which blocks hold their neutral values, as the model itself sees them, to the ridge's residual."""
    absent = absent_blocks(prepared.inputs)
    films = prepared.films
    data = lgb.Dataset(absent.astype("float64"), films.residual, weight=films.weight(recipe.vote_cap))
    booster = lgb.train(tree_parameters(recipe), data, N_ROUNDS)
    correction = np.asarray(booster.predict(absent_blocks(prepared.inputs_of(later)).astype("float64")))
    # What the ridge misses on average is no news about absence.
    correction = correction - np.average(correction)
    residual = later.residual - later.residual.mean()
    return MissingnessGain(
        n_films=len(residual),
        ridge_rmse=float(np.sqrt((residual**2).mean())),
        missingness_rmse=float(np.sqrt(((residual - correction) ** 2).mean())),
    )


def absent_blocks(inputs: pd.DataFrame) -> pd.DataFrame:
    """Which blocks of features are at their neutral values: a boolean column per block."""
    blocks: dict[str, list[str]] = {}
    for name in map(str, inputs):
        blocks.setdefault(BLOCKS[name], []).append(name)
    return pd.DataFrame(
        {
            block: (inputs[names] == [NEUTRAL_VALUES[name] for name in names]).all(axis=1)
            for block, names in blocks.items()
        }
    )

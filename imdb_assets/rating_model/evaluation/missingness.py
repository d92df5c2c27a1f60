"""The missingness check: a model that sees only which facts are absent must not beat the as-of ridge."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.fit import Prepared
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.rating_model.training.tree_training import train_trees
from imdb_assets.vocabulary.features import BLOCKS, NEUTRAL_VALUES

MAXIMUM_GAIN = 0.005
"""RMSE, rating points, by which missingness alone may improve on the as-of ridge."""
N_ROUNDS = 100


@dataclass(frozen=True)
class MissingnessGain:
    """RMSE, rating points, of the as-of ridge and of the ridge corrected by the pattern of absent facts."""

    n_films: int
    ridge_rmse: float
    missingness_rmse: float

    @property
    def gain(self) -> float:
        """RMSE that the correction gains, rating points."""
        return self.ridge_rmse - self.missingness_rmse

    @property
    def passed(self) -> bool:
        """Whether the pattern of absent facts carries next to no information."""
        return self.gain <= MAXIMUM_GAIN

    @property
    def reason(self) -> str:
        """The result in one sentence."""
        return (
            f"The pattern of absent facts gains {self.gain:+.4f} RMSE over the as-of ridge's {self.ridge_rmse:.3f} on "
            f"{self.n_films:,} test films."
        )

    @property
    def numbers(self) -> dict[str, float]:
        """The findings by name."""
        return vars(self) | {"gain": self.gain}


def missingness_gain(prepared: Prepared, later: RatedMovies, recipe: Recipe) -> MissingnessGain:
    """Predict the ridge's residual with trees that see only which blocks have their neutral values.

    Args:
        prepared: Films to fit on, with the inputs that the rating model sees.
        later: Later films to evaluate on.
        recipe: Hyper-parameters of the trees.

    Returns:
        The RMSE on the later films without and with the correction.
    """
    absent = absent_blocks(prepared.inputs)
    films = prepared.films
    data = lgb.Dataset(absent.astype("float64"), films.residual, weight=films.weight(recipe.vote_cap))
    booster = train_trees(tree_parameters(recipe), data, N_ROUNDS)
    correction = np.asarray(booster.predict(absent_blocks(prepared.inputs_of(later)).astype("float64")))
    # The mean error of the ridge carries no information about absence.
    correction = correction - np.average(correction)
    residual = later.residual - later.residual.mean()
    return MissingnessGain(
        n_films=len(residual),
        ridge_rmse=float(np.sqrt((residual**2).mean())),
        missingness_rmse=float(np.sqrt(((residual - correction) ** 2).mean())),
    )


def absent_blocks(inputs: pd.DataFrame) -> pd.DataFrame:
    """Find the blocks whose features all have their neutral values.

    Args:
        inputs: float64 inputs of the trees, one row per film.

    Returns:
        bool, one row per film, one column per block.
    """
    blocks: dict[str, list[str]] = {}
    for name in map(str, inputs):
        blocks.setdefault(BLOCKS[name], []).append(name)
    return pd.DataFrame(
        {
            block: (inputs[names] == [NEUTRAL_VALUES[name] for name in names]).all(axis=1)
            for block, names in blocks.items()
        }
    )

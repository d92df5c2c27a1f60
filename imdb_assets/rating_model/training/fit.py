"""Fits the rating model: LightGBM on features and out-of-fold text scores, with absent facts made neutral."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.fit_text_scores import fit_text_scorer, out_of_fold_scores
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.rating_model.training.text_scores import TextScorer, score_counts
from imdb_assets.rating_model.training.tree_training import train_trees
from imdb_assets.rating_model.training.weightings import BY_VOTES, WEIGHTINGS
from imdb_assets.vocabulary.features import BLOCKS, MODEL_COLUMNS, NEUTRAL_VALUES


@dataclass(frozen=True)
class Prepared:
    """Films prepared for growing trees.

    Attributes:
        films: The films.
        inputs: float64 inputs of the trees, one row per film.
        scorers: Text scorers fitted on all of the films, to score the texts of later films.
    """

    films: RatedMovies
    inputs: pd.DataFrame
    scorers: Mapping[str, TextScorer]

    def inputs_of(self, films: RatedMovies) -> pd.DataFrame:
        """Return the same inputs for later films, one row per film."""
        return films.matrix.assign(**score_counts(self.scorers, films.counts))[list(self.inputs)]


def prepare(films: RatedMovies, recipe: Recipe, *, columns: Sequence[str] = MODEL_COLUMNS) -> Prepared:
    """Fit the text scorers, score the films themselves out of fold, and make absent facts neutral.

    Args:
        films: The training films.
        recipe: Determines the masks.
        columns: The features to use.

    Returns:
        The prepared films.
    """
    counts = {name: parts for name, parts in films.counts.items() if name in columns}
    evidence = (films.residual, films.certainty)
    scorers = {name: fit_text_scorer(name, parts, *evidence) for name, parts in counts.items()}
    scores = {name: out_of_fold_scores(name, parts, *evidence, films.tconsts) for name, parts in counts.items()}
    inputs = neutralise_absence(films.matrix.assign(**scores)[list(columns)], films.present, recipe)
    return Prepared(films, inputs, {name: scorer for name, scorer in scorers.items() if scorer is not None})


def grow(
    prepared: Prepared,
    recipe: Recipe,
    *,
    weighting: str = BY_VOTES,
    validation: RatedMovies | None = None,
    n_rounds: int | None = None,
    callbacks: Sequence[Any] = (),
) -> lgb.Booster:
    """Grow the trees of one weighting on prepared films.

    Args:
        prepared: The training films.
        recipe: Parameters of the trees.
        weighting: How films are weighted, one of `WEIGHTINGS`.
        validation: Later films that decide when to stop. Without them, all rounds are run.
        n_rounds: The number of trees, at most; by default the recipe's.
        callbacks: Further LightGBM callbacks.

    Returns:
        The trees.
    """
    films = prepared.films
    weight = films.weight(recipe.vote_cap, weighting)
    data = lgb.Dataset(prepared.inputs, films.target_rating, weight=weight, free_raw_data=False)
    valid_sets = []
    if validation is not None:
        weight = validation.weight(recipe.vote_cap, weighting)
        inputs = prepared.inputs_of(validation)
        valid_sets = [lgb.Dataset(inputs, validation.target_rating, weight=weight, reference=data)]
        callbacks = [lgb.early_stopping(recipe.patience, verbose=False), *callbacks]
    return train_trees(
        tree_parameters(recipe), data, n_rounds or recipe.n_rounds, valid_sets=valid_sets, callbacks=callbacks
    )


def grow_all(
    prepared: Prepared,
    recipe: Recipe,
    *,
    validation: RatedMovies | None = None,
    n_rounds: Mapping[str, int] | None = None,
) -> FittedModel:
    """Grow the trees of every weighting on prepared films.

    Args:
        prepared: The training films.
        recipe: Parameters of the trees.
        validation: Later films that decide when to stop. Without them, all rounds are run.
        n_rounds: The number of trees by weighting, at most; by default the recipe's.

    Returns:
        The model, not calibrated.
    """
    limits = n_rounds or dict.fromkeys(WEIGHTINGS, recipe.n_rounds)
    boosters = {
        weighting: grow(prepared, recipe, weighting=weighting, validation=validation, n_rounds=limits[weighting])
        for weighting in WEIGHTINGS
    }
    return FittedModel(boosters=boosters, texts=prepared.scorers)


def fit(
    training: RatedMovies,
    recipe: Recipe,
    *,
    validation: RatedMovies | None = None,
    n_rounds: Mapping[str, int] | None = None,
    columns: Sequence[str] = MODEL_COLUMNS,
) -> FittedModel:
    """Prepare films and grow all trees on them; see `prepare` and `grow_all`.

    Args:
        training: The training films.
        recipe: Hyper-parameters of the model.
        validation: Later films that decide when to stop. Without them, all rounds are run.
        n_rounds: The number of trees by weighting, at most; by default the recipe's.
        columns: The features to use.

    Returns:
        The model, not calibrated.
    """
    return grow_all(prepare(training, recipe, columns=columns), recipe, validation=validation, n_rounds=n_rounds)


def neutralise_absence(inputs: pd.DataFrame, present: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """Remove the information in absence: fill absent blocks with a random film's facts, then mask blocks at random.

    Films with many votes have more complete data, so a missing fact reveals how popular a film became. Afterwards,
    neutral values occur at random, and the trees learn the average effect of an absent fact.

    Args:
        inputs: float64 inputs of the trees, one row per film, index from 0.
        present: bool, as returned by `present_blocks`, one row per film.
        recipe: `masked_share` and `seed`.

    Returns:
        A copy of `inputs` with the replaced values.
    """
    rng = np.random.default_rng(recipe.seed)
    inputs = inputs.copy()
    for block in present:
        names = [name for name in map(str, inputs) if BLOCKS[name] == block]
        known = present[block].to_numpy(bool)
        if names and known.any():
            donors = rng.choice(np.flatnonzero(known), size=int((~known).sum()))
            inputs.loc[~known, names] = inputs.loc[donors, names].to_numpy()
        masked = rng.random(len(inputs)) < recipe.masked_share
        inputs.loc[masked, names] = [NEUTRAL_VALUES[name] for name in names]
    return inputs

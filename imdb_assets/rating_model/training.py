"""Fitting the rating model: LightGBM on features and text score, with absence made neutral.

No MLflow, no Dagster: arrays in, fitted things out.
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features import present_blocks
from imdb_assets.rating_model.text import TEXT_SCORE, TextScorer, fit_text_scorer, out_of_fold_scores, plot_counts
from imdb_assets.tables.features import FEATURE_NAMES, FEATURES

MODEL_COLUMNS: tuple[str, ...] = (*FEATURE_NAMES, TEXT_SCORE)
_BLOCKS = {feature.name: feature.block for feature in FEATURES} | {TEXT_SCORE: "plot"}
_NEUTRAL = {feature.name: feature.neutral for feature in FEATURES} | {TEXT_SCORE: 0.0}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How the rating model is fitted; the defaults were chosen on validation years."""

    learning_rate: float = 0.03
    num_leaves: int = 24
    min_child_samples: int = 40
    bagging_fraction: float = 0.7
    feature_fraction: float = 0.3
    lambda_l2: float = 5.0
    n_rounds: int = 1500
    patience: int = 75
    vote_cap: int = 2000
    masked_share: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class RatedMovies:
    """Rows to fit or score on, all of one length and order."""

    tconsts: pd.Series
    matrix: pd.DataFrame
    plots: pd.Series
    present: pd.DataFrame
    target: np.ndarray
    votes: np.ndarray

    def where(self, mask: np.ndarray) -> "RatedMovies":
        """The rows of a boolean mask."""
        return RatedMovies(
            self.tconsts[mask].reset_index(drop=True),
            self.matrix[mask].reset_index(drop=True),
            self.plots[mask].reset_index(drop=True),
            self.present[mask].reset_index(drop=True),
            self.target[mask],
            self.votes[mask],
        )

    def weight(self, vote_cap: int) -> np.ndarray:
        """A film weighs as many votes as it has, up to a cap."""
        return np.minimum(self.votes, vote_cap).astype("float64")

    @property
    def residual(self) -> np.ndarray:
        """Rating minus as-of baseline, rating points."""
        return self.target - self.matrix["baseline_rating_with_language"].to_numpy()


def rated_movies(training_set: pd.DataFrame, movie_features: pd.DataFrame) -> RatedMovies:
    """Put rows of `gold_training_set` and their facts of `gold_movie_features` side by side."""
    facts = movie_features.set_index("tconst").loc[training_set["tconst"]].reset_index(drop=True)
    return RatedMovies(
        tconsts=training_set["tconst"].reset_index(drop=True),
        matrix=training_set[list(FEATURE_NAMES)].astype("float64").reset_index(drop=True),
        plots=facts["plot"],
        present=present_blocks(facts),
        target=training_set["target_rating"].to_numpy("float64"),
        votes=training_set["target_n_votes"].to_numpy("int64"),
    )


@dataclass(frozen=True)
class FittedModel:
    """A fitted rating model: trees and, where plots taught something, a text scorer."""

    booster: lgb.Booster
    text: TextScorer | None

    def predict(self, matrix: pd.DataFrame, plots: pd.Series) -> np.ndarray:
        """Rating to expect per row, 1 to 10.

        :param matrix: columns `FEATURE_NAMES`.
        :param plots: plot texts, as long as `matrix`; None where absent.
        """
        inputs = matrix[list(FEATURE_NAMES)].assign(**{TEXT_SCORE: text_scores(self.text, plots)})
        return np.clip(np.asarray(self.booster.predict(inputs[list(MODEL_COLUMNS)])), 1.0, 10.0)


def text_scores(scorer: TextScorer | None, plots: pd.Series) -> np.ndarray:
    """Text score per plot, each different plot looked at once."""
    codes, different = pd.factorize(plots.fillna(""))
    if scorer is None or not len(different):
        return np.zeros(len(plots))
    return scorer.score(plot_counts(different))[codes]


def fit(
    training: RatedMovies, recipe: Recipe, *, validation: RatedMovies | None = None, n_rounds: int | None = None
) -> FittedModel:
    """Fit text scorer and trees.

    :param validation: later films that decide when to stop; without them exactly `n_rounds` trees are grown.
    """
    weight = training.weight(recipe.vote_cap)
    counts = plot_counts(training.plots)
    scorer = fit_text_scorer(counts, training.residual, weight)
    inputs = training.matrix.assign(
        **{TEXT_SCORE: out_of_fold_scores(counts, training.residual, weight, training.tconsts)}
    )
    inputs = neutralise_absence(inputs[list(MODEL_COLUMNS)], training.present, recipe)
    data = lgb.Dataset(inputs, training.target, weight=weight, free_raw_data=False)
    callbacks: list = []
    valid_sets = []
    if validation is not None:
        scores = text_scores(scorer, validation.plots)
        held_out = validation.matrix.assign(**{TEXT_SCORE: scores})[list(MODEL_COLUMNS)]
        valid_sets = [
            lgb.Dataset(held_out, validation.target, weight=validation.weight(recipe.vote_cap), reference=data)
        ]
        callbacks = [lgb.early_stopping(recipe.patience, verbose=False)]
    booster = lgb.train(
        _parameters(recipe), data, n_rounds or recipe.n_rounds, valid_sets=valid_sets, callbacks=callbacks
    )
    return FittedModel(booster=booster, text=scorer)


def _parameters(recipe: Recipe) -> dict[str, object]:
    return {
        "objective": "regression",
        "metric": "rmse",
        "learning_rate": recipe.learning_rate,
        "num_leaves": recipe.num_leaves,
        "min_child_samples": recipe.min_child_samples,
        "bagging_fraction": recipe.bagging_fraction,
        "bagging_freq": 1,
        "feature_fraction": recipe.feature_fraction,
        "lambda_l2": recipe.lambda_l2,
        "seed": recipe.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def neutralise_absence(inputs: pd.DataFrame, present: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """Make absence say nothing: give absent blocks a random film's facts, then blank blocks at random.

    Films with many votes have more complete data, so what is missing tells how popular a film became. After this
    a neutral value occurs only where chance put it, and the trees learn what is true of films on average.
    """
    rng = np.random.default_rng(recipe.seed)
    inputs = inputs.copy()
    for block in present:
        names = [name for name in map(str, inputs) if _BLOCKS[name] == block]
        known = present[block].to_numpy(bool)
        if known.any():
            donors = rng.choice(np.flatnonzero(known), size=int((~known).sum()))
            inputs.loc[~known, names] = inputs.loc[donors, names].to_numpy()
        masked = rng.random(len(inputs)) < recipe.masked_share
        inputs.loc[masked, names] = [_NEUTRAL[name] for name in names]
    return inputs

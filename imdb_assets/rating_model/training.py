"""Fitting the rating model: LightGBM on features and text scores, with absence made neutral.

No MLflow, no Dagster: arrays in, fitted things out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features import present_blocks
from imdb_assets.rating_model.text import (
    Counts,
    TextScorer,
    fit_text_scorer,
    out_of_fold_scores,
    score_texts,
    text_counts,
)
from imdb_assets.tables.features import FEATURE_NAMES, FEATURES, TEXT_FEATURES, VOTE_NOISE

_ALL = (*FEATURES, *TEXT_FEATURES)
MODEL_COLUMNS: tuple[str, ...] = tuple(feature.name for feature in _ALL)
GROUPS = {feature.name: feature.group for feature in _ALL}
BLOCKS = {feature.name: feature.block for feature in _ALL}
NEUTRAL_VALUES = {feature.name: feature.neutral for feature in _ALL}
_FEW = 100
_TEXT_COLUMNS = ("title", "original_title", "plot")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How the rating model is fitted; the defaults were chosen on validation years.

    Trees are extremely randomised (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1): one random threshold per feature
    and split, which on this data is worth 0.006 RMSE.
    """

    learning_rate: float = 0.03
    num_leaves: int = 32
    min_child_samples: int = 40
    bagging_fraction: float = 0.7
    feature_fraction: float = 0.5
    lambda_l2: float = 5.0
    extra_trees: bool = True
    n_rounds: int = 2000
    patience: int = 75
    vote_cap: int = 2000
    masked_share: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class RatedMovies:
    """Rows to fit or score on, all of one length and order; `counts` are those of `text_counts`."""

    tconsts: pd.Series
    matrix: pd.DataFrame
    texts: pd.DataFrame
    counts: Mapping[str, Counts]
    present: pd.DataFrame
    target: np.ndarray
    votes: np.ndarray

    def where(self, mask: np.ndarray) -> "RatedMovies":
        """The rows of a boolean mask."""
        return RatedMovies(
            self.tconsts[mask].reset_index(drop=True),
            self.matrix[mask].reset_index(drop=True),
            self.texts[mask].reset_index(drop=True),
            {name: [part[mask] for part in parts] for name, parts in self.counts.items()},
            self.present[mask].reset_index(drop=True),
            self.target[mask],
            self.votes[mask],
        )

    def with_matrix(self, matrix: pd.DataFrame) -> "RatedMovies":
        """The same films with other features."""
        return replace(self, matrix=matrix)

    @property
    def years(self) -> np.ndarray:
        """Release years."""
        return self.matrix["release_year"].to_numpy("int64")

    def weight(self, vote_cap: int) -> np.ndarray:
        """A film weighs as many votes as it has, up to a cap."""
        return np.minimum(self.votes, vote_cap).astype("float64")

    @property
    def certainty(self) -> np.ndarray:
        """Inverse variance of a rating with so many votes (see `VOTE_NOISE`)."""
        return 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / np.maximum(self.votes, 1))

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
        texts=facts[list(_TEXT_COLUMNS)],
        counts=text_counts(facts),
        present=present_blocks(facts),
        target=training_set["target_rating"].to_numpy("float64"),
        votes=training_set["target_n_votes"].to_numpy("int64"),
    )


@dataclass(frozen=True)
class Calibration:
    """A line from the trees' rating to the expected one, measured on held-out films."""

    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, ratings: np.ndarray) -> np.ndarray:
        """Calibrated ratings, 1 to 10."""
        return np.clip(self.intercept + self.slope * ratings, 1.0, 10.0)


@dataclass(frozen=True)
class FittedModel:
    """A fitted rating model: trees, scorers where texts taught something, and a calibration."""

    booster: lgb.Booster
    texts: Mapping[str, TextScorer]
    calibration: Calibration = Calibration()

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Rating to expect per row, 1 to 10.

        :param matrix: columns `FEATURE_NAMES`.
        :param drafts: `title`, `original_title` and `plot`, a row per row of `matrix`; None where absent.
        """
        return self.rate(self.inputs(matrix, drafts))

    def predict_films(self, films: RatedMovies) -> np.ndarray:
        """The same for films whose texts are counted already."""
        return self.rate(self._inputs(films.matrix, _scores(self.texts, films)))

    def contributions(self, inputs: np.ndarray) -> tuple[pd.DataFrame, float]:
        """What each feature adds to the average rating, calibrated (TreeSHAP); before ratings are cut to 1 to 10.

        :return: rating points, a row per row of `inputs` and a column per feature; and the average rating.
        """
        found = np.asarray(self.booster.predict(inputs, pred_contrib=True))
        points = pd.DataFrame(self.calibration.slope * found[:, :-1], columns=self._names)
        return points, self.calibration.intercept + self.calibration.slope * float(found[0, -1])

    def inputs(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """What the trees are given: a row per row of `matrix`, a column per name of `booster.feature_name()`."""
        return self._inputs(matrix, score_texts(self.texts, drafts))

    def rate(self, inputs: np.ndarray) -> np.ndarray:
        """Rating to expect per row of `inputs`, 1 to 10."""
        # Of few rows the trees are done before threads have started.
        threads: dict[str, Any] = {"num_threads": 1} if len(inputs) < _FEW else {}
        return self.calibration.apply(np.asarray(self.booster.predict(inputs, **threads)))

    def _inputs(self, matrix: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        names = self._names
        places = matrix.columns.get_indexer(pd.Index(names))
        if lacking := [name for name, place in zip(names, places, strict=True) if place < 0 and name not in scores]:
            raise KeyError(f"The trees want features that the matrix lacks: {', '.join(lacking)}.")
        # The places of text scores, which are no columns of the matrix, are filled below.
        inputs = matrix.to_numpy("float64")[:, places]
        for name, values in scores.items():
            if name in names:
                inputs[:, names.index(name)] = values
        return inputs

    @cached_property
    def _names(self) -> list[str]:
        return self.booster.feature_name()


def _scores(scorers: Mapping[str, TextScorer], films: RatedMovies) -> dict[str, np.ndarray]:
    return {
        name: scorers[name].score(counts) if name in scorers else np.zeros(len(films.target))
        for name, counts in films.counts.items()
    }


@dataclass(frozen=True)
class Prepared:
    """Films made ready to grow trees on: their inputs, and the scorers that later films' texts are scored by."""

    films: RatedMovies
    inputs: pd.DataFrame
    scorers: Mapping[str, TextScorer]

    def inputs_of(self, films: RatedMovies) -> pd.DataFrame:
        """The same columns for later films."""
        return films.matrix.assign(**_scores(self.scorers, films))[list(self.inputs)]


def prepare(films: RatedMovies, recipe: Recipe, *, columns: Sequence[str] = MODEL_COLUMNS) -> Prepared:
    """Fit text scorers, score the films themselves out of fold, and make absence neutral.

    :param columns: the features to use.
    """
    counts = {name: parts for name, parts in films.counts.items() if name in columns}
    evidence = (films.residual, films.certainty)
    fitted = {name: fit_text_scorer(name, parts, *evidence) for name, parts in counts.items()}
    scores = {name: out_of_fold_scores(name, parts, *evidence, films.tconsts) for name, parts in counts.items()}
    inputs = neutralise_absence(films.matrix.assign(**scores)[list(columns)], films.present, recipe)
    return Prepared(films, inputs, {name: scorer for name, scorer in fitted.items() if scorer is not None})


def grow(
    prepared: Prepared,
    recipe: Recipe,
    *,
    validation: RatedMovies | None = None,
    n_rounds: int | None = None,
    callbacks: Sequence[Any] = (),
) -> FittedModel:
    """Grow the trees on prepared films.

    :param validation: later films that decide when to stop; without them exactly `n_rounds` trees are grown.
    """
    films = prepared.films
    data = lgb.Dataset(prepared.inputs, films.target, weight=films.weight(recipe.vote_cap), free_raw_data=False)
    valid_sets = []
    if validation is not None:
        weight = validation.weight(recipe.vote_cap)
        inputs = prepared.inputs_of(validation)
        valid_sets = [lgb.Dataset(inputs, validation.target, weight=weight, reference=data)]
        callbacks = [lgb.early_stopping(recipe.patience, verbose=False), *callbacks]
    booster = lgb.train(
        tree_parameters(recipe), data, n_rounds or recipe.n_rounds, valid_sets=valid_sets, callbacks=[*callbacks]
    )
    return FittedModel(booster=booster, texts=prepared.scorers)


def fit(
    training: RatedMovies,
    recipe: Recipe,
    *,
    validation: RatedMovies | None = None,
    n_rounds: int | None = None,
    columns: Sequence[str] = MODEL_COLUMNS,
) -> FittedModel:
    """Prepare films and grow the trees on them."""
    return grow(prepare(training, recipe, columns=columns), recipe, validation=validation, n_rounds=n_rounds)


def tree_parameters(recipe: Recipe) -> dict[str, object]:
    """The recipe in LightGBM's words."""
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
        "extra_trees": recipe.extra_trees,
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
        names = [name for name in map(str, inputs) if BLOCKS[name] == block]
        known = present[block].to_numpy(bool)
        if names and known.any():
            donors = rng.choice(np.flatnonzero(known), size=int((~known).sum()))
            inputs.loc[~known, names] = inputs.loc[donors, names].to_numpy()
        masked = rng.random(len(inputs)) < recipe.masked_share
        inputs.loc[masked, names] = [NEUTRAL_VALUES[name] for name in names]
    return inputs


def gain_by_feature(model: FittedModel) -> dict[str, float]:
    """The share of the trees' gain that each feature brings."""
    gain = np.asarray(model.booster.feature_importance("gain"), dtype="float64")
    return dict(zip(model.booster.feature_name(), (gain / max(float(gain.sum()), 1e-12)).tolist(), strict=True))


def gain_by_group(model: FittedModel) -> pd.DataFrame:
    """How much of the trees' gain each group of features brings: `group` and `share`, the greatest first."""
    gains = gain_by_feature(model)
    shares = pd.Series(list(gains.values()), index=[GROUPS[name] for name in gains])
    shares = shares.groupby(level=0).sum().sort_values(ascending=False)
    return pd.DataFrame({"group": shares.index, "share": shares.to_numpy()})

"""The leak audit: scramble the future, build everything again, and see what of the past moved."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame

from imdb_assets.rating_model.evaluation.leak_audit import LeakAudit, compare_features
from imdb_assets.rating_model.features.as_of_baseline import baseline_coefficients, baseline_ratings
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.fit_text_scores import N_FOLDS, film_folds, out_of_fold_scores
from imdb_assets.rating_model.training.text_scores import text_counts
from imdb_assets.transforms import gold
from imdb_assets.transforms.history import histories

BuildFeatures = Callable[[DataFrame, DataFrame], pd.DataFrame]
_AUDITED_PLOTS = 4000


def features_as_of(gold_movie_features: DataFrame, silver_outside_credits: DataFrame) -> pd.DataFrame:
    """Build all features of all movies from their facts alone, as the graph does; indexed by tconst."""
    facts = gold_movie_features.toArrow().to_pandas()
    coefficients = baseline_coefficients(facts)
    ratings = gold_movie_features.sparkSession.createDataFrame(baseline_ratings(facts, coefficients))
    tables = histories(gold_movie_features, ratings, silver_outside_credits)
    known = History.from_frames(
        {name: table.toArrow() for name, table in tables.items()} | {"gold_baseline_coefficients": coefficients}
    )
    return features(facts, known).set_index(facts["tconst"])


def audit_leaks(
    gold_movie_features: DataFrame,
    silver_outside_credits: DataFrame,
    before: pd.DataFrame,
    build: BuildFeatures,
    *,
    cut_year: int,
    seed: int = 0,
) -> LeakAudit:
    """Scramble ratings, votes and presence of films of `cut_year` and later; earlier films' features must stay.

    :param before: features that the audit is of, indexed by tconst.
    :param build: how they are built from `gold_movie_features` and `silver_outside_credits`.
    """
    after = build(
        gold.scrambled(gold_movie_features, from_year=cut_year, seed=seed),
        gold.scrambled_outside(silver_outside_credits, from_year=cut_year, seed=seed),
    )
    return compare_features(before, after, cut_year=cut_year)


def own_target_moves_text_score(facts: pd.DataFrame, *, seed: int) -> list[str]:
    """Name the text scores of which any of one fold moves when that fold's targets are scrambled."""
    rated = facts[facts["target_rating"].notna() & facts["plot"].notna()].sort_values("tconst")[:_AUDITED_PLOTS]
    if rated.empty:
        return []
    target = rated["target_rating"].to_numpy()
    weight = np.ones(len(rated))
    own = film_folds(rated["tconst"]) == seed % N_FOLDS
    scrambled = np.where(own, np.random.default_rng(seed).uniform(1, 10, len(rated)), target)
    moved = []
    for name, counts in text_counts(rated).items():
        before = out_of_fold_scores(name, counts, target - target.mean(), weight, rated["tconst"])
        after = out_of_fold_scores(name, counts, scrambled - target.mean(), weight, rated["tconst"])
        moved += [name] if np.any(before[own] != after[own]) else []
    return moved

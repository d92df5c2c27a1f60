"""The leak audit: ratings of the future are scrambled, and no feature of an earlier film may change.

Takes frames of the real and the scrambled world. Spark scrambles the ratings and computes the history tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from imdb_assets.rating_model.features.as_of_baseline import baseline_coefficients, baseline_ratings
from imdb_assets.rating_model.features.history import COEFFICIENTS, History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.fit_text_scores import N_FOLDS, film_folds, out_of_fold_scores
from imdb_assets.rating_model.training.text_scores import text_counts
from imdb_assets.vocabulary.features import FEATURE_NAMES

AUDIT_SEED = 0
TOLERANCE = 1e-6
_AUDITED_PLOTS = 4000
BuildHistories = Callable[[pd.DataFrame], Callable[[str], pa.Table]]
"""Takes rows of a world's `gold_baseline_ratings`. Its result builds a history table of that world, by asset name."""


@dataclass(frozen=True)
class World:
    """The films of a world and how to build their history.

    Attributes:
        movie_features: Rows of `gold_movie_features`.
        build_histories: Builds the history tables of these films.
    """

    movie_features: pd.DataFrame
    build_histories: BuildHistories


@dataclass(frozen=True)
class LeakAudit:
    """Features and text scores that changed although only the future was scrambled.

    Attributes:
        cut_year: First release year whose ratings, votes and rows were scrambled.
        n_films: Number of films compared.
        leaking: Number of films whose value changed, by feature.
        leaking_text_scores: Text scores that a film's own target changed.
        is_empty: Whether the training set has no films, so that nothing can leak.
    """

    cut_year: int
    n_films: int
    leaking: Mapping[str, int]
    leaking_text_scores: tuple[str, ...] = ()
    is_empty: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing changed, on films that could have changed."""
        return (self.n_films > 0 or self.is_empty) and not self.leaking and not self.leaking_text_scores

    @property
    def numbers(self) -> dict[str, object]:
        """The findings by name."""
        return {
            "cut_year": self.cut_year,
            "films_compared": self.n_films,
            "features_compared": len(FEATURE_NAMES),
            "films_moved_by_feature": dict(self.leaking),
            "text_scores_moved_by_their_own_target": list(self.leaking_text_scores),
        }

    @property
    def reason(self) -> str:
        """The result in one sentence."""
        leaks = ", ".join([*self.leaking, *self.leaking_text_scores])
        result = f"features that depend on the future: {leaks}" if leaks else "no feature changed"
        return f"{self.n_films:,} films up to {self.cut_year}: {result}"


def first_audited_year(training_set: pd.DataFrame) -> int:
    """Return the first test year; without test films the median release year, and 0 without films.

    Args:
        training_set: Rows of `gold_training_set`.
    """
    test = training_set.loc[training_set["split"] == "test", "release_year"]
    if len(test):
        return int(test.min())
    return int(training_set["release_year"].median()) if len(training_set) else 0


def audit_training_set(
    training_set: pd.DataFrame, movie_features: pd.DataFrame, scrambled: World, *, seed: int = AUDIT_SEED
) -> LeakAudit:
    """Compare a training set with features of the scrambled world, and test that own targets move no text score.

    Args:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features` of the real world.
        scrambled: The world in which films of `first_audited_year` and later have other ratings and votes, or no row.
        seed: Random seed for scrambled targets.

    Returns:
        The findings.
    """
    before = training_set.set_index("tconst")[list(FEATURE_NAMES)]
    audit = compare_features(before, world_features(scrambled), cut_year=first_audited_year(training_set))
    text_scores = text_scores_moved_by_own_target(movie_features, seed=seed)
    return replace(audit, leaking_text_scores=text_scores, is_empty=training_set.empty)


def world_features(world: World) -> pd.DataFrame:
    """Build all features of a world's films as the asset graph does.

    Args:
        world: Films and their history.

    Returns:
        Columns `FEATURE_NAMES`, indexed by tconst.
    """
    films = world.movie_features
    coefficients = baseline_coefficients(films)
    built = world.build_histories(baseline_ratings(films, coefficients))
    history = History.load(lambda name: coefficients if name == COEFFICIENTS else built(name))
    return features(films, history).set_index(films["tconst"])


def compare_features(
    before: pd.DataFrame, after: pd.DataFrame, *, cut_year: int, tolerance: float = TOLERANCE
) -> LeakAudit:
    """Count, per feature, the films of `cut_year` or earlier whose value changed.

    Args:
        before: Features of the real world, indexed by tconst, with `release_year` among them.
        after: The same features of a world whose ratings, votes and rows of `cut_year` and later were scrambled.
        cut_year: The last year to compare.
        tolerance: Largest difference that does not count as a change.

    Returns:
        The findings, without text scores.
    """
    shared = before.index[before["release_year"] <= cut_year].intersection(after.index)
    changed = (before.loc[shared] - after.loc[shared, before.columns]).abs() > tolerance
    counts = changed.sum()
    return LeakAudit(
        cut_year=cut_year,
        n_films=len(shared),
        leaking={str(name): int(count) for name, count in counts[counts > 0].items()},
    )


def text_scores_moved_by_own_target(movie_features: pd.DataFrame, *, seed: int = AUDIT_SEED) -> tuple[str, ...]:
    """Scramble the targets of one fold and return the names of the text scores that change within that fold.

    Args:
        movie_features: Rows of `gold_movie_features`.
        seed: Selects the fold, and is the seed of the scrambled targets.

    Returns:
        Names of text scores; empty if there are no rated films with a plot.
    """
    is_audited = movie_features["target_rating"].notna() & movie_features["plot"].notna()
    rated = movie_features[is_audited].sort_values("tconst")[:_AUDITED_PLOTS]
    if rated.empty:
        return ()
    target = rated["target_rating"].to_numpy()
    weight = np.ones(len(rated))
    own = film_folds(rated["tconst"]) == seed % N_FOLDS
    scrambled = np.where(own, np.random.default_rng(seed).uniform(1, 10, len(rated)), target)
    moved: list[str] = []
    for name, counts in text_counts(rated).items():
        before = out_of_fold_scores(name, counts, target - target.mean(), weight, rated["tconst"])
        after = out_of_fold_scores(name, counts, scrambled - target.mean(), weight, rated["tconst"])
        moved += [name] if np.any(before[own] != after[own]) else []
    return tuple(moved)

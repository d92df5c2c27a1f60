"""How good a model is, on which films, and whether it may answer: metrics, leaderboard, split, gate and leak audit."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from imdb_assets.rating_model.training import RatedMovies

MATURE_AFTER_YEARS = 2
"""Ratings of younger films still fall: only films of release year <= snapshot year - 2 are scored."""
POPULATIONS = {"votes_1000": 1000, "votes_100": 100, "all": 0}
N_TEST_YEARS = 3
N_BOOTSTRAP = 1000
MINIMUM_FILMS = {"training": 200, "validation": 30, "test": 30}


class TooFewRatingsError(ValueError):
    """There are not enough rated films to train or score a model; the text says which and how many."""


@dataclass(frozen=True)
class Metrics:
    """How predictions fare on one set of films."""

    n: int
    rmse: float
    rmse_low: float
    rmse_high: float
    mae: float
    r2: float | None
    spearman: float | None
    slope: float | None


def measure(target: np.ndarray, prediction: np.ndarray, *, seed: int = 0) -> Metrics:
    """Score predictions; the interval of the RMSE is the 95% percentile bootstrap over films (Efron 1979)."""
    error = target - prediction
    squared = error**2
    rng = np.random.default_rng(seed)
    resampled = [np.sqrt(squared[rng.integers(0, len(squared), len(squared))].mean()) for _ in range(N_BOOTSTRAP)]
    low, high = np.percentile(resampled, [2.5, 97.5])
    varies = target.std() > 1e-9
    predicts = prediction.std() > 1e-9
    return Metrics(
        n=len(target),
        rmse=float(np.sqrt(squared.mean())),
        rmse_low=float(low),
        rmse_high=float(high),
        mae=float(np.abs(error).mean()),
        r2=float(1 - squared.sum() / ((target - target.mean()) ** 2).sum()) if varies else None,
        spearman=float(np.asarray(spearmanr(target, prediction))[0]) if varies and predicts else None,
        slope=float(np.cov(target, prediction)[0, 1] / prediction.var(ddof=1)) if predicts else None,
    )


def leaderboard_rows(model: str, split: str, films: RatedMovies, prediction: np.ndarray) -> list[dict[str, object]]:
    """Rows of `gold_model_leaderboard` for one model on one split; populations of fewer than two films are left out."""
    rows = []
    for population, votes in POPULATIONS.items():
        counted = films.votes >= votes
        if counted.sum() > 1:
            metrics = measure(films.target[counted], prediction[counted])
            rows.append({"model": model, "population": population, "split": split, **asdict(metrics)})
    return rows


def assign_splits(release_years: pd.Series, snapshot_year: int, test_years: tuple[int, int] | None) -> pd.Series:
    """Name each rated film's split by its year: the year before the test years validates, earlier ones train.

    Films after the test years, and films that are not mature, are `later`.

    :param release_years: of the rated films.
    :param test_years: first and last; None takes the last three mature years that have rated films.
    """
    mature = release_years <= snapshot_year - MATURE_AFTER_YEARS
    if test_years is None:
        years = sorted(release_years[mature].unique())[-N_TEST_YEARS:]
        test_years = (int(years[0]), int(years[-1])) if years else (snapshot_year, snapshot_year)
    first, last = test_years
    names = np.select(
        [~mature | (release_years > last), release_years >= first, release_years == first - 1],
        ["later", "test", "validation"],
        default="training",
    )
    return pd.Series(names, index=release_years.index)


def require_enough_films(splits: pd.Series) -> None:
    """Refuse to train on too little.

    :raises TooFewRatingsError: naming the split, its films and the minimum.
    """
    for split, minimum in MINIMUM_FILMS.items():
        found = int((splits == split).sum())
        if found < minimum:
            message = (
                f"Too few rated films to train a rating model: {found} in the {split} years, at least {minimum} are "
                "needed; load more titles, or choose other TEST_YEARS. The tables are complete, and the champion stays."
            )
            raise TooFewRatingsError(message)


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate may become champion, and why."""

    passed: bool
    reason: str


def may_be_champion(leaderboard: pd.DataFrame, *, model: str = "lightgbm") -> Verdict:
    """Demand that a candidate beats the mean and is not worse than the as-of ridge, on the test films.

    The population with the most votes that holds at least 30 films decides.
    """
    test = leaderboard[(leaderboard["split"] == "test") & (leaderboard["n"] >= MINIMUM_FILMS["test"])]
    population = next((name for name in POPULATIONS if (test["population"] == name).any()), None)
    if population is None:
        return Verdict(passed=False, reason="No test population is large enough to judge by.")
    scored = test[test["population"] == population]
    rmse = dict(zip(scored["model"], scored["rmse"], strict=True))
    said = f"On the test films ({population}) the candidate's RMSE is {rmse[model]:.3f}"
    if rmse[model] >= rmse["mean"]:
        return Verdict(passed=False, reason=f"{said}, no better than the mean rating's {rmse['mean']:.3f}.")
    if rmse[model] > rmse["as_of_ridge"]:
        return Verdict(passed=False, reason=f"{said}, worse than the as-of ridge's {rmse['as_of_ridge']:.3f}.")
    beaten = f"the as-of ridge's is {rmse['as_of_ridge']:.3f}, the mean's {rmse['mean']:.3f}"
    return Verdict(passed=True, reason=f"{said}; {beaten}.")


@dataclass(frozen=True)
class LeakAudit:
    """What moved when the future was scrambled."""

    cut_year: int
    n_films: int
    leaking: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """True where films were compared and none of their features moved."""
        return self.n_films > 0 and not self.leaking


def compare_features(before: pd.DataFrame, after: pd.DataFrame, *, cut_year: int, tolerance: float = 1e-6) -> LeakAudit:
    """Count, per feature, the films of `cut_year` or earlier whose value moved.

    :param before: features as built from the real tables, indexed by tconst, `release_year` among them.
    :param after: the same from tables whose ratings, votes and rows of `cut_year` and later were scrambled.
    """
    shared = before.index[before["release_year"] <= cut_year].intersection(after.index)
    moved = (before.loc[shared] - after.loc[shared, before.columns]).abs() > tolerance
    counts = moved.sum()
    return LeakAudit(
        cut_year=cut_year,
        n_films=len(shared),
        leaking={str(name): int(count) for name, count in counts[counts > 0].items()},
    )

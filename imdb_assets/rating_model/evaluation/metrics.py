"""How good predictions are: metrics with bootstrap intervals, by population, and the difference of two models."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import spearmanr

from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, Predictions

N_BOOTSTRAP = 1000
_AT_ONCE = 50
_NO_SPREAD = 1e-9
_UNDEFINED = (None, None, None)


@dataclass(frozen=True)
class Metrics:
    """How predictions fare on one set of films; `_low` and `_high` are the ends of 95% bootstrap intervals.

    Null are r2 and spearman where targets do not vary, slope and spearman where predictions do not, and coverage
    and width where the model gives no interval.
    """

    n: int
    rmse: float
    rmse_low: float
    rmse_high: float
    mae: float
    r2: float | None
    r2_low: float | None
    r2_high: float | None
    spearman: float | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    bias: float
    coverage_80: float | None
    coverage_80_low: float | None
    coverage_80_high: float | None
    width_80: float | None
    coverage_90: float | None
    width_90: float | None


def measure(scored: Predictions, *, seed: int = 0) -> Metrics:
    """Score predictions; intervals are the 95% percentile bootstrap over films (Efron 1979)."""
    target, rating = scored.target_rating, scored.predicted_rating
    error = rating - target
    covered_80, width_80 = _coverage(scored, 80)
    covered_90, width_90 = _coverage(scored, 90)
    # Every metric with an interval follows from these means; centred, since variances are differences of them.
    y, p = target - target.mean(), rating - rating.mean()
    columns = np.column_stack([error**2, y, p, y**2, p * y, p**2, np.nan_to_num(covered_80)])
    means, resampled = columns.mean(axis=0), _resampled_means(columns, seed)
    varies, predicts = bool(target.std() > _NO_SPREAD), bool(rating.std() > _NO_SPREAD)
    rmse = _interval(_rmse(means), _rmse(resampled))
    r2 = _interval(_r2(means), _r2(resampled)) if varies else _UNDEFINED
    slope = _interval(_slope(means), _slope(resampled)) if predicts else _UNDEFINED
    coverage = _interval(means[6], resampled[:, 6]) if scored.bounds is not None else _UNDEFINED
    return Metrics(
        n=len(target),
        rmse=rmse[0], rmse_low=rmse[1], rmse_high=rmse[2],
        mae=float(np.abs(error).mean()),
        r2=r2[0], r2_low=r2[1], r2_high=r2[2],
        spearman=float(np.asarray(spearmanr(target, rating))[0]) if varies and predicts else None,
        slope=slope[0], slope_low=slope[1], slope_high=slope[2],
        bias=float(error.mean()),
        coverage_80=coverage[0], coverage_80_low=coverage[1], coverage_80_high=coverage[2],
        width_80=_mean(width_80),
        coverage_90=_mean(covered_90),
        width_90=_mean(width_90),
    )  # fmt: skip


def paired_rmse_difference(
    target: np.ndarray, first: np.ndarray, second: np.ndarray, seed: int = 0
) -> tuple[float, float, float]:
    """RMSE of the first predictions minus that of the second, and its 95% interval by bootstrap over the same films."""
    squared = np.column_stack([(first - target) ** 2, (second - target) ** 2])
    differences = np.sqrt(_resampled_means(squared, seed)) @ np.array([1.0, -1.0])
    one, other = np.sqrt(squared.mean(axis=0))
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(one - other), float(low), float(high)


def leaderboard_rows(model: str, split: str, scored: Predictions) -> list[dict[str, object]]:
    """Rows of `gold_model_leaderboard` for one model on one split, one per population of two films or more."""
    return [
        {"model": model, "population": population, "split": split, **asdict(measure(films))}
        for population, films in _populations(scored)
    ]


def backtest_rows(model: str, test_year: int, scored: Predictions) -> list[dict[str, object]]:
    """Rows of `gold_backtest` for one model on the films of one year, one per population of two films or more."""
    return [
        {"model": model, "test_year": test_year, "population": population, **asdict(measure(films))}
        for population, films in _populations(scored)
    ]


def ablation_rows(left_out: str, without: Predictions, full: Predictions) -> list[dict[str, object]]:
    """Rows of `gold_model_ablation`: the model without a group of features against the full one on the same films."""
    rows = []
    for population, films in _populations(without):
        difference, low, high = paired_rmse_difference(
            films.target_rating, films.predicted_rating, full.of_population(population).predicted_rating
        )
        rows.append(
            {
                "left_out": left_out,
                "population": population,
                "n": len(films.target_rating),
                "rmse": float(np.sqrt(((films.predicted_rating - films.target_rating) ** 2).mean())),
                "rmse_difference": difference,
                "rmse_difference_low": low,
                "rmse_difference_high": high,
            }
        )
    return rows


def _populations(scored: Predictions) -> list[tuple[str, Predictions]]:
    found = [(population, scored.of_population(population)) for population in POPULATIONS]
    return [(population, films) for population, films in found if len(films.target_rating) > 1]


def _resampled_means(columns: np.ndarray, seed: int) -> np.ndarray:
    """Means of the columns over films drawn with replacement, a row per resample.

    How often each film was drawn is all that a mean needs, so that a resample is a product of matrices.
    """
    rng, n = np.random.default_rng(seed), len(columns)
    means = np.empty((N_BOOTSTRAP, columns.shape[1]))
    drawn = np.empty((_AT_ONCE, n))
    for first in range(0, N_BOOTSTRAP, _AT_ONCE):
        for row in drawn:
            row[:] = np.bincount(rng.integers(0, n, n, dtype="int32"), minlength=n)
        means[first : first + _AT_ONCE] = drawn @ columns / n
    return means


def _rmse(means: np.ndarray) -> np.ndarray:
    return np.sqrt(means[..., 0])


def _r2(means: np.ndarray) -> np.ndarray:
    return 1 - _ratio(means[..., 0], means[..., 3] - means[..., 1] ** 2)


def _slope(means: np.ndarray) -> np.ndarray:
    return _ratio(means[..., 4] - means[..., 1] * means[..., 2], means[..., 5] - means[..., 2] ** 2)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    # A resample of few films may hold one film only, over and over: it has no spread and is left out.
    return np.where(below > _NO_SPREAD**2, above / np.where(below > _NO_SPREAD**2, below, 1.0), np.nan)


def _interval(value: np.ndarray, resampled: np.ndarray) -> tuple[float, float, float]:
    low, high = np.nanpercentile(resampled, [2.5, 97.5])
    return float(value), float(low), float(high)


def _coverage(scored: Predictions, level: int) -> tuple[np.ndarray, np.ndarray]:
    if scored.bounds is None:
        nothing = np.full(len(scored.target_rating), np.nan)
        return nothing, nothing
    low, high = (scored.bounds[f"{end}_{level}"].to_numpy() for end in ("low", "high"))
    return ((low <= scored.target_rating) & (scored.target_rating <= high)).astype("float64"), high - low


def _mean(values: np.ndarray) -> float | None:
    mean = float(values.mean())
    return None if np.isnan(mean) else mean

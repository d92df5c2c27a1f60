"""Metrics with bootstrap intervals, by population, and the paired difference of two models."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import spearmanr

from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, Predictions, Scored

N_BOOTSTRAP = 1000
_AT_ONCE = 50
_NO_SPREAD = 1e-9
_UNDEFINED = (None, None, None)


@dataclass(frozen=True)
class Metrics:
    """Metrics of predictions on one set of films; `_low` and `_high` are the ends of 95% bootstrap intervals.

    Errors and widths are in rating points, coverages are shares of films. None: r2 and spearman if the targets do not
    vary, slope and spearman if the predictions do not, coverage and width if the model gives no intervals.
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


def measure(predictions: Predictions, *, seed: int = 0) -> Metrics:
    """Compute the metrics of predictions; intervals are the 95% percentile bootstrap over films (Efron 1979).

    Args:
        predictions: At least one film.
        seed: Seed of the bootstrap.

    Returns:
        The metrics on all of these films.
    """
    target, rating = predictions.target_rating, predictions.predicted_rating
    error = rating - target
    covered_80, width_80 = _coverage(predictions, 80)
    covered_90, width_90 = _coverage(predictions, 90)
    # Every metric with an interval follows from these means. Centring keeps variances accurate.
    y, p = target - target.mean(), rating - rating.mean()
    columns = np.column_stack([error**2, y, p, y**2, p * y, p**2, np.nan_to_num(covered_80)])
    means, resampled = columns.mean(axis=0), _resampled_means(columns, seed)
    varies, predicts = bool(target.std() > _NO_SPREAD), bool(rating.std() > _NO_SPREAD)
    rmse = _interval(_rmse(means), _rmse(resampled))
    r2 = _interval(_r2(means), _r2(resampled)) if varies else _UNDEFINED
    slope = _interval(_slope(means), _slope(resampled)) if predicts else _UNDEFINED
    coverage = _interval(means[6], resampled[:, 6]) if predictions.bounds is not None else _UNDEFINED
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
    """Subtract the RMSE of the second predictions from that of the first, with a bootstrap over the same films.

    Args:
        target: Target ratings, float64 of shape (n_films,).
        first: Predicted ratings of the first model, same shape.
        second: Predicted ratings of the second model, same shape.
        seed: Seed of the bootstrap.

    Returns:
        The difference, and the lower and upper end of its 95% interval, rating points.
    """
    squared = np.column_stack([(first - target) ** 2, (second - target) ** 2])
    differences = np.sqrt(_resampled_means(squared, seed)) @ np.array([1.0, -1.0])
    first_rmse, second_rmse = np.sqrt(squared.mean(axis=0))
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(first_rmse - second_rmse), float(low), float(high)


def leaderboard_rows(model: str, split: str, predictions: Scored) -> list[dict[str, object]]:
    """Return rows of `gold_model_leaderboard`.

    Args:
        model: Name of the model.
        split: `validation` or `test`.
        predictions: Predictions of the model for the films of the split.

    Returns:
        One row per population with at least two films.
    """
    return [
        {"model": model, "population": population, "split": split, **asdict(measure(films))}
        for population, films in _populations(predictions)
    ]


def backtest_rows(model: str, test_year: int, predictions: Scored) -> list[dict[str, object]]:
    """Return rows of `gold_backtest` for the films of one year.

    Args:
        model: Name of the model.
        test_year: Release year of the films.
        predictions: Predictions of the model for these films.

    Returns:
        One row per population with at least two films.
    """
    return [
        {"model": model, "test_year": test_year, "population": population, **asdict(measure(films))}
        for population, films in _populations(predictions)
    ]


def ablation_rows(left_out: str, without: Scored, full: Scored) -> list[dict[str, object]]:
    """Return rows of `gold_model_ablation`: the model without a feature group compared with the full model.

    Args:
        left_out: Name of the group of features.
        without: Predictions of the model without the group.
        full: Predictions of the full model for the same films in the same order.

    Returns:
        One row per population with at least two films.
    """
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


def leak_tax_rows(forest: Predictions, leaky: Predictions, years: np.ndarray) -> list[dict[str, object]]:
    """Return rows of `gold_leak_tax`: the RMSE that the leaky TF-IDF forest gains, by release year of the films.

    Args:
        forest: Predictions of the TF-IDF forest.
        leaky: Predictions of its leaky twin for the same films in the same order.
        years: Release year of each film.

    Returns:
        One row per year and population with at least two films.
    """
    rows = []
    for year in np.unique(years):
        of_year = years == year
        for population, films in _populations(forest.where(of_year)):
            twin = leaky.where(of_year).of_population(population)
            tax, low, high = paired_rmse_difference(films.target_rating, films.predicted_rating, twin.predicted_rating)
            rows.append(
                {
                    "test_year": int(year),
                    "population": population,
                    "n": len(films.target_rating),
                    "leak_tax": tax,
                    "leak_tax_low": low,
                    "leak_tax_high": high,
                }
            )
    return rows


def _populations(predictions: Scored) -> list[tuple[str, Predictions]]:
    by_population = [(population, predictions.of_population(population)) for population in POPULATIONS]
    return [(population, films) for population, films in by_population if len(films.target_rating) > 1]


def _resampled_means(columns: np.ndarray, seed: int) -> np.ndarray:
    """Return the means of the columns over films drawn with replacement, one row per resample.

    A mean depends only on how often each film was drawn, so resampling is a matrix product.
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
    # A resample of few films may repeat a single film. It has no spread and is left out.
    return np.where(below > _NO_SPREAD**2, above / np.where(below > _NO_SPREAD**2, below, 1.0), np.nan)


def _interval(value: np.ndarray, resampled: np.ndarray) -> tuple[float, float, float]:
    low, high = np.nanpercentile(resampled, [2.5, 97.5])
    return float(value), float(low), float(high)


def _coverage(predictions: Predictions, level: int) -> tuple[np.ndarray, np.ndarray]:
    if predictions.bounds is None:
        undefined = np.full(len(predictions.target_rating), np.nan)
        return undefined, undefined
    low, high = (predictions.bounds[f"{end}_{level}"].to_numpy() for end in ("low", "high"))
    return ((low <= predictions.target_rating) & (predictions.target_rating <= high)).astype("float64"), high - low


def _mean(values: np.ndarray) -> float | None:
    mean = float(values.mean())
    return None if np.isnan(mean) else mean

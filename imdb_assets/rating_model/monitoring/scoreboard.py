"""Evaluates matured forecasts: their errors, and whether their prediction intervals were right."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from imdb_assets.rating_model.monitoring.forecasts import first_forecasts

COVERAGE_TOLERANCE = 0.05
"""Largest acceptable difference between the coverage of an interval and its level."""


@dataclass(frozen=True)
class ForecastEvaluation:
    """The evaluation of matured forecasts.

    Attributes:
        passed: Whether the coverage of no interval is significantly off its level.
        reason: The result in words.
        numbers: Number of films and forecasts, RMSE in rating points, and coverages as shares of films.
    """

    passed: bool
    reason: str
    numbers: dict[str, float]


def evaluate_forecasts(scoreboard: pd.DataFrame) -> ForecastEvaluation:
    """Evaluate the first forecast of each film.

    The evaluation fails if the 95% interval of a coverage (Clopper and Pearson 1934) lies wholly outside the level of
    the prediction interval plus or minus `COVERAGE_TOLERANCE`.

    Args:
        scoreboard: Rows of `gold_scoreboard`.

    Returns:
        The evaluation; it passes without rows.
    """
    first = first_forecasts(scoreboard)
    n_films = len(first)
    if not n_films:
        return ForecastEvaluation(passed=True, reason="No forecast has matured yet.", numbers={"films": 0})
    rmse = float(np.sqrt((first["error"] ** 2).mean()))
    numbers: dict[str, float] = {"films": n_films, "forecasts": len(scoreboard), "rmse": rmse}
    coverages, off_level = [], []
    for level in (80, 90):
        n_within = int(first[f"is_within_{level}"].sum())
        numbers |= {f"films_within_{level}": n_within, f"coverage_{level}": n_within / n_films}
        coverages.append(f"{n_within:,} ({n_within / n_films:.0%}) lie in the {level}% interval")
        possible = binomtest(n_within, n_films).proportion_ci(method="exact")
        if possible.high < level / 100 - COVERAGE_TOLERANCE or possible.low > level / 100 + COVERAGE_TOLERANCE:
            off_level.append(f"{level}%")
    reason = f"{n_films:,} films have matured with an RMSE of {rmse:.3f}; {' and '.join(coverages)}."
    if off_level:
        reason += f" The coverage of the {' and '.join(off_level)} intervals is off."
    return ForecastEvaluation(passed=not off_level, reason=reason, numbers=numbers)

"""Forecasts of films that have no rating yet, and how well those that have matured held."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from imdb_assets.rating_model.monitoring.forecasts import COVERAGE_BAND, first_forecasts


@dataclass(frozen=True)
class Score:
    """How forecasts held, each film counted once, by its first forecast."""

    passed: bool
    reason: str
    numbers: dict[str, float]


def score(scoreboard: pd.DataFrame) -> Score:
    """Say how forecasts held; they fail where an interval's coverage is surely off its level by more than 5 points.

    Surely: the 95% interval of the coverage (Clopper and Pearson 1934) lies wholly outside the band.

    :param scoreboard: rows of `gold_scoreboard`.
    """
    first = first_forecasts(scoreboard)
    n = len(first)
    if not n:
        return Score(passed=True, reason="No forecast has matured yet.", numbers={"films": 0})
    rmse = float(np.sqrt((first["error"] ** 2).mean()))
    numbers: dict[str, float] = {"films": n, "forecasts": len(scoreboard), "rmse": rmse}
    said, outside = [], []
    for level in (80, 90):
        n_within = int(first[f"is_within_{level}"].sum())
        numbers |= {f"films_within_{level}": n_within, f"coverage_{level}": n_within / n}
        said.append(f"{n_within:,} ({n_within / n:.0%}) lie in the {level}% interval")
        possible = binomtest(n_within, n).proportion_ci(method="exact")
        if possible.high < level / 100 - COVERAGE_BAND or possible.low > level / 100 + COVERAGE_BAND:
            outside.append(f"{level}%")
    reason = f"{n:,} films have matured: RMSE {rmse:.3f}; {' and '.join(said)}"
    verdict = f"; not what {' and '.join(outside)} should mean." if outside else "."
    return Score(passed=not outside, reason=reason + verdict, numbers=numbers)

"""Drift: how far the newest films' features have moved from those learned from, and whether errors have grown.

Frames in, numbers and sentences out.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.missingness import absent_blocks
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, Predictions
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS
from imdb_assets.vocabulary.features import FEATURE_NAMES, FEATURES

N_BINS = 10
DRIFTED_PSI = 0.25
"""A shift that wants action (Siddiqi 2006, "Credit Risk Scorecards"); 0.1 to 0.25 is one to watch."""
REFERENCE_YEARS = 10
LEAST_RECENT_FILMS = 500
"""By chance alone the index of 500 films in ten bins passes 0.06 once in a thousand times (Yurdakul 2018), and higher
where films share people; of 200 films it passed 0.25 in a world where nothing had changed."""
BLOCKS_OF_OMDB = frozenset({"language", "country", "certificate"})
"""How many films have these depends on what OMDb has been asked for: films without do not count in their features."""
CALENDAR_FEATURES = frozenset(feature.name for feature in FEATURES if feature.unit == "year")
"""Features that are larger in every later year by what they mean: that they drift is no news."""
MOST_GROWTH = 0.05
"""Rating points by which an error may exceed what was promised before it counts as grown."""


def population_stability_index(reference: np.ndarray, recent: np.ndarray, *, n_bins: int = N_BINS) -> float:
    """How far one sample's distribution has moved from another's (Siddiqi 2006).

    The sum over bins of (p - q) ln(p / q), p and q the shares of the recent and the reference sample in the bin: the
    Kullback-Leibler divergence of p from q plus that of q from p. Bins are the quantiles of the reference, the outer
    ones open; a value that holds several quantiles, as the 0 of a flag, is a bin of its own. Half a film is added to
    each bin of either sample, so that an empty bin makes the index large and not infinite.
    """
    cuts = _cuts(reference, n_bins)
    n = len(cuts) + 1
    p, q = (
        (np.bincount(np.searchsorted(cuts, sample, side="left"), minlength=n) + 0.5) / (len(sample) + 0.5 * n)
        for sample in (recent, reference)
    )
    return float(((p - q) * np.log(p / q)).sum())


def _cuts(reference: np.ndarray, n_bins: int) -> np.ndarray:
    """Upper ends of all bins but the last, each of which belongs to its bin."""
    values = np.unique(reference)
    if len(values) == 1:
        return np.array([np.nextafter(values[0], -np.inf), values[0]])
    if len(values) <= n_bins:
        return values[:-1]
    quantiles = np.quantile(reference, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    # A value that most films share is split off from what is below it, and the greatest from the rest.
    held = [value for value in np.unique(quantiles) if (quantiles == value).sum() > 1]
    below = [values[np.searchsorted(values, value) - 1] for value in held if value > values[0]]
    cuts = np.unique([*quantiles, *below])
    return cuts[cuts < values[-1]]


def feature_drift(training_set: pd.DataFrame) -> pd.DataFrame:
    """Rows of `gold_feature_drift`, made from those of `gold_training_set`.

    Recent are the rated films of the newest release year, mature or not, with as many years before it as it takes for
    `LEAST_RECENT_FILMS`; the reference are the earlier films of the last ten training and validation years. A feature
    of `BLOCKS_OF_OMDB` is compared among the films that have the fact, and not at all where too few recent ones do.
    """
    years = training_set["release_year"]
    recent_from = _recent_from(years)
    is_learned = training_set["split"].isin(["training", "validation"]) & (years < recent_from)
    last_learned = years[is_learned].max() if is_learned.any() else 0
    reference = training_set[is_learned & (years > last_learned - REFERENCE_YEARS)]
    recent = training_set[years >= recent_from]
    absent_of_old, absent_of_new = (absent_blocks(part[list(FEATURE_NAMES)]) for part in (reference, recent))
    rows = []
    for feature in FEATURES:
        old, new = (part[feature.name].to_numpy("float64") for part in (reference, recent))
        if feature.block in BLOCKS_OF_OMDB:
            old, new = old[~absent_of_old[feature.block]], new[~absent_of_new[feature.block]]
        exists = len(old) > 0 and len(new) >= min(LEAST_RECENT_FILMS, max(len(recent), 1))
        rows.append(
            {
                "feature": feature.name,
                "is_calendar": feature.name in CALENDAR_FEATURES,
                "psi": population_stability_index(old, new) if exists else None,
                "ks": float(np.asarray(ks_2samp(old, new, method="asymp"))[0]) if exists else None,
                "reference_mean": float(old.mean()) if len(old) else None,
                "recent_mean": float(new.mean()) if len(new) else None,
                "n_reference": len(old),
                "n_recent": len(new),
                "recent_from_year": int(recent_from) if len(new) else None,
            }
        )
    return pd.DataFrame(rows).astype({"recent_from_year": "Int32"})


def _recent_from(years: pd.Series) -> float:
    films = years.value_counts().sort_index(ascending=False).cumsum()
    enough = films.index[films >= LEAST_RECENT_FILMS]
    return float(enough[0]) if len(enough) else float(years.max()) if len(years) else 0.0


def drifted_features(drift: pd.DataFrame) -> pd.DataFrame:
    """Of the rows of `gold_feature_drift` those above `DRIFTED_PSI`, worst first; calendar features do not count."""
    counted = drift[~drift["is_calendar"] & (drift["psi"] > DRIFTED_PSI)]
    return counted.sort_values(["psi", "feature"], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True)
class ErrorGrowth:
    """Whether a model errs more than it promised, in numbers where there was something to measure."""

    passed: bool
    reason: str
    numbers: dict[str, float]


def error_growth(outcomes: pd.DataFrame, leaderboard: pd.DataFrame, *, measured_on: str) -> ErrorGrowth:
    """Hold the errors on films that a model has not seen against the test RMSE of its leaderboard.

    They have grown when the lower end of the 95% bootstrap interval of their RMSE lies above the promised RMSE by more
    than `MOST_GROWTH`. The population with the most votes that holds at least 30 of the films decides.

    :param outcomes: `target_rating`, `n_votes` and `predicted_rating`, a row per film.
    :param leaderboard: rows of `gold_model_leaderboard` of the model's run.
    :param measured_on: which films they are, in words.
    """
    is_promise = (leaderboard["model"] == "lightgbm") & (leaderboard["split"] == "test")
    promised = leaderboard[is_promise].set_index("population")["rmse"]
    for population, votes in POPULATIONS.items():
        films = outcomes[outcomes["n_votes"] >= votes]
        if population in promised and len(films) >= MINIMUM_SPLIT_FILMS["test"]:
            return _held_against(float(promised[population]), films, f"{measured_on} ({population})")
    return ErrorGrowth(passed=True, reason=f"Too few to measure by: {len(outcomes)} {measured_on}.", numbers={})


def _held_against(promised: float, films: pd.DataFrame, measured_on: str) -> ErrorGrowth:
    now = measure(
        Predictions(
            tconsts=pd.Series(films.index.astype(str)),
            target_rating=films["target_rating"].to_numpy("float64"),
            n_votes=np.zeros(len(films), dtype="int64"),
            predicted_rating=films["predicted_rating"].to_numpy("float64"),
            bounds=None,
        )
    )
    said = f"On {now.n:,} {measured_on} the RMSE is {now.rmse:.3f} ({now.rmse_low:.3f}-{now.rmse_high:.3f})"
    return ErrorGrowth(
        passed=now.rmse_low <= promised + MOST_GROWTH,
        reason=f"{said}; the champion's test years promised {promised:.3f}.",
        numbers={"rmse": now.rmse, "rmse_low": now.rmse_low, "rmse_high": now.rmse_high, "rmse_promised": promised,
                 "films": now.n},
    )  # fmt: skip

"""Feature drift: how far the features of the newest films have moved from those of the training films."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from imdb_assets.rating_model.evaluation.missingness import absent_blocks
from imdb_assets.vocabulary.features import FEATURE_NAMES, FEATURES

N_BINS = 10
DRIFTED_PSI = 0.25
"""A shift that requires action (Siddiqi 2006, "Credit Risk Scorecards"). A shift of 0.1 to 0.25 should be watched."""
REFERENCE_YEARS = 10
MINIMUM_RECENT_FILMS = 500
"""With 500 films in ten bins, the index exceeds 0.06 by chance once in a thousand times (Yurdakul 2018), and more often
where films share people. With 200 films it exceeded 0.25 in a world where nothing had changed."""
OMDB_BLOCKS = frozenset({"language", "country", "certificate"})
"""Blocks whose presence depends on which films OMDb has been queried for: films without the fact are not compared."""
CALENDAR_FEATURES = frozenset(feature.name for feature in FEATURES if feature.unit == "year")
"""Features that grow with the calendar, so that their drift is expected."""
_N_NAMED = 10


def population_stability_index(reference: np.ndarray, recent: np.ndarray, *, n_bins: int = N_BINS) -> float:
    """Measure how far a distribution has moved (Siddiqi 2006).

    The index is the sum over bins of (p - q) ln(p / q), where p and q are the shares of the recent and the reference
    sample in the bin: the Kullback-Leibler divergence of p from q plus that of q from p. Bins are quantiles of the
    reference with open outer bins. A value that covers several quantiles, such as the 0 of a flag, is a bin of its own.
    Half a film is added to each bin of both samples, so that an empty bin makes the index large but not infinite.

    Args:
        reference: Values of the reference sample, float64 of shape (n_reference,), at least one.
        recent: Values of the recent sample, float64 of shape (n_recent,), at least one.
        n_bins: Number of quantile bins.

    Returns:
        The index, without unit.
    """
    cuts = _cuts(reference, n_bins)
    n = len(cuts) + 1
    p, q = (
        (np.bincount(np.searchsorted(cuts, sample, side="left"), minlength=n) + 0.5) / (len(sample) + 0.5 * n)
        for sample in (recent, reference)
    )
    return float(((p - q) * np.log(p / q)).sum())


def _cuts(reference: np.ndarray, n_bins: int) -> np.ndarray:
    """Return the inclusive upper ends of all bins except the last."""
    values = np.unique(reference)
    if len(values) == 1:
        return np.array([np.nextafter(values[0], -np.inf), values[0]])
    if len(values) <= n_bins:
        return values[:-1]
    quantiles = np.quantile(reference, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    # A value that covers several quantiles gets its own bin, as does the largest value.
    repeated = [value for value in np.unique(quantiles) if (quantiles == value).sum() > 1]
    below = [values[np.searchsorted(values, value) - 1] for value in repeated if value > values[0]]
    cuts = np.unique([*quantiles, *below])
    return cuts[cuts < values[-1]]


def feature_drift(training_set: pd.DataFrame) -> pd.DataFrame:
    """Compare the features of recent films with those of reference films.

    Recent films are the rated films of the newest release years, mature or not: as few years as contain
    `MINIMUM_RECENT_FILMS`. Reference films are earlier films of the last ten training and validation years. A feature
    of `OMDB_BLOCKS` is compared on films that have the fact, and only if enough recent films have it.

    Args:
        training_set: Rows of `gold_training_set`.

    Returns:
        Rows of `gold_feature_drift`.
    """
    years = training_set["release_year"]
    recent_from = _recent_from(years)
    is_reference = training_set["split"].isin(["training", "validation"]) & (years < recent_from)
    last_reference_year = years[is_reference].max() if is_reference.any() else 0
    reference = training_set[is_reference & (years > last_reference_year - REFERENCE_YEARS)]
    recent = training_set[years >= recent_from]
    absent_reference, absent_recent = (absent_blocks(part[list(FEATURE_NAMES)]) for part in (reference, recent))
    rows = []
    for feature in FEATURES:
        old, new = (part[feature.name].to_numpy("float64") for part in (reference, recent))
        if feature.block in OMDB_BLOCKS:
            old, new = old[~absent_reference[feature.block]], new[~absent_recent[feature.block]]
        is_comparable = len(old) > 0 and len(new) >= min(MINIMUM_RECENT_FILMS, max(len(recent), 1))
        rows.append(
            {
                "feature": feature.name,
                "is_calendar": feature.name in CALENDAR_FEATURES,
                "psi": population_stability_index(old, new) if is_comparable else None,
                "ks": float(np.asarray(ks_2samp(old, new, method="asymp"))[0]) if is_comparable else None,
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
    enough = films.index[films >= MINIMUM_RECENT_FILMS]
    return float(enough[0]) if len(enough) else float(years.max()) if len(years) else 0.0


def drifted_features(drift: pd.DataFrame) -> pd.DataFrame:
    """Select the features with an index above `DRIFTED_PSI`, the largest first; calendar features are excluded.

    Args:
        drift: Rows of `gold_feature_drift`.
    """
    drifted = drift[~drift["is_calendar"] & (drift["psi"] > DRIFTED_PSI)]
    return drifted.sort_values(["psi", "feature"], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True)
class DriftVerdict:
    """The number of drifted features, and the features that moved most.

    Attributes:
        passed: Whether no feature has drifted.
        reason: The result in words.
        n_drifted: Number of drifted features.
        most_moved: Index by feature, the largest first, of at most ten features.
    """

    passed: bool
    reason: str
    n_drifted: int
    most_moved: dict[str, float]

    @property
    def numbers(self) -> dict[str, object]:
        """The findings by name."""
        worst = {name: round(psi, 4) for name, psi in self.most_moved.items()}
        return {"features_drifted": self.n_drifted, "worst": worst}


def judge_drift(drift: pd.DataFrame) -> DriftVerdict:
    """Count the drifted features.

    Args:
        drift: Rows of `gold_feature_drift`.

    Returns:
        The verdict; it passes if no feature could be compared.
    """
    drifted = drifted_features(drift)
    compared = drift[~drift["is_calendar"]].dropna(subset=["psi"])
    most_moved = compared.sort_values(["psi", "feature"], ascending=[False, True])[:_N_NAMED]
    films = f"{drift['n_recent'].max():,} recent films compared with {drift['n_reference'].max():,} training films"
    names = ", ".join(f"{row['feature']} {row['psi']:.2f}" for row in drifted[:_N_NAMED].to_dict("records"))
    count = f"{len(drifted)} of {len(compared)} features are above {DRIFTED_PSI}" if len(compared) else "too few films"
    return DriftVerdict(
        passed=drifted.empty,
        reason=f"{films}: {count}{f': {names}. A training learns from the recent films' if names else ''}.",
        n_drifted=len(drifted),
        most_moved={str(name): float(psi) for name, psi in zip(most_moved["feature"], most_moved["psi"], strict=True)},
    )

"""The comparison of two predictions: the chance that one film is rated above the other."""

from scipy.stats import norm

from imdb_assets.rating_model.serving.prediction import Prediction

MIN_CHANCE = 0.6
"""Two predictions are distinguishable if one film is above the other with at least this probability."""
# Half the width of the central 80% interval of a standard normal distribution.
_HALF_WIDTH_80 = float(norm.ppf(0.9))


def chance_above(first: Prediction, second: Prediction) -> float:
    """Estimate the probability that the second film will be rated above the first.

    The 80% intervals are treated as those of independent normal errors. Errors that the two films share would make the
    comparison more certain, but their size is unknown.

    Args:
        first: The prediction of the first film.
        second: The prediction of the second film.

    Returns:
        A probability, 0 to 1; 0.5 if both intervals are empty.
    """
    spread = sum((_sigma(prediction) ** 2 for prediction in (first, second)), 0.0) ** 0.5
    return float(norm.cdf((second.rating - first.rating) / spread)) if spread else 0.5


def is_distinguishable(first: Prediction, second: Prediction) -> bool:
    """Return whether one film is above the other with a probability of at least `MIN_CHANCE`."""
    chance = chance_above(first, second)
    return max(chance, 1 - chance) >= MIN_CHANCE


def _sigma(prediction: Prediction) -> float:
    return (prediction.high_80 - prediction.low_80) / (2 * _HALF_WIDTH_80)

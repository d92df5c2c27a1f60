"""Two answers beside each other: how often the second film would end up above the first."""

from scipy.stats import norm

from imdb_assets.rating_model.serving.rating_model import Prediction

LEAST_CHANCE = 0.6
"""Below it, either way, two ratings differ by less than the model can tell."""
_HALF_WIDTH_80 = float(norm.ppf(0.9))


def chance_above(first: Prediction, second: Prediction) -> float:
    """The chance that the second film ends up rated above the first.

    The 80% intervals are read as those of normal errors, of two films that have nothing more in common than the drafts
    say: what both share beyond that would make the model surer, and is not known.
    """
    spread = sum((_sigma(one) ** 2 for one in (first, second)), 0.0) ** 0.5
    return float(norm.cdf((second.rating - first.rating) / spread)) if spread else 0.5


def can_tell(first: Prediction, second: Prediction) -> bool:
    """Whether the difference is more than a toss of a coin."""
    chance = chance_above(first, second)
    return max(chance, 1 - chance) >= LEAST_CHANCE


def _sigma(prediction: Prediction) -> float:
    return (prediction.high_80 - prediction.low_80) / (2 * _HALF_WIDTH_80)

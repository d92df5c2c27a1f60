"""Constants for estimating effects: how far the films of a person lie above the as-of baseline.

`VOTE_NOISE`, `EFFECT_SHRINKAGE` and `EFFECT_DECAY_YEARS` were fitted by empirical Bayes on 98,163 films. They are
choices of this project, not taken from a paper.
"""

VOTE_NOISE = (0.55, 4.5)
"""Residual variance of a film's rating, 0.55 + 4.5 / votes, in squared rating points. A film's weight is its inverse."""

EFFECT_SHRINKAGE = 1.57
"""Prior weight of an effect, which is sum(w r) / (sum(w) + 1.57)."""

EFFECT_DECAY_YEARS = 6.0
"""Years in which the weight of a film in a decayed effect falls by a factor of e."""

DEFAULT_OUTSIDE_RATING = 6.8
"""Baseline of titles outside movies while fewer than `MINIMUM_OUTSIDE_TITLES` earlier titles of the kind are rated."""

MINIMUM_OUTSIDE_TITLES = 50

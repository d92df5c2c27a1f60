"""What the model is given: each feature once, with its meaning and why it is known before release."""

VOTE_NOISE = (0.55, 4.5)
"""Variance of a film's rating about its people's effect: 0.55 + 4.5 / votes; its inverse is the film's weight.

This and the next two were fitted by empirical Bayes on 98,163 films; a choice of this project, not of a paper.
"""


EFFECT_SHRINKAGE = 1.57
"""Prior weight of a person's effect: sum(w r) / (sum(w) + 1.57)."""


EFFECT_DECAY_YEARS = 6.0
"""A film's weight in the decayed effect falls by e in this many years."""


OUTSIDE_RATING = 6.8
"""The mean rating of outside titles that is declared where fewer than `LEAST_OUTSIDE_TITLES` earlier ones are rated."""


LEAST_OUTSIDE_TITLES = 50

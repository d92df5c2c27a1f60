"""The number of IMDb votes that separates widely seen films from the rest."""

MANY_VOTES = 1000
"""Films with at least this many votes are the default audience and the population that decides promotion.

OMDb is asked about them first, and most films that users ask about are among them.
"""

"""Audiences: how widely a film is meant to be seen, as the least number of IMDb votes that it is expected to reach.

Films of few, some and many votes are rated differently for the same facts, so each audience has its own rating.
"""

from imdb_assets.vocabulary.votes import MANY_VOTES

LEAST_VOTES = {"1000": MANY_VOTES, "100": 100, "any": 0}
"""The least number of votes of each audience's films, the widest audience first. IMDb rates films from 5 votes on."""
DEFAULT_AUDIENCE = "1000"
"""The audience of a draft that does not name one."""
POPULATION_OF = {"1000": "votes_1000", "100": "votes_100", "any": "all"}
"""The films that each audience's ratings are measured on, as tables of metrics call them."""
AUDIENCE_OF = {population: audience for audience, population in POPULATION_OF.items()}
"""The audience that each population is predicted for."""
AUDIENCE_WORDS = {
    "1000": "Wide release: 1,000 votes or more",
    "100": "Limited release: 100 votes or more",
    "any": "Unknown: any film with a rating",
}
"""The audiences in a film maker's words, short enough for a narrow column."""
DISTRIBUTION_QUESTION = "How widely will it be seen?"


def audience_of_votes(n_votes: int) -> str:
    """Return the widest audience that a film with this many votes belongs to."""
    return next(audience for audience, least in LEAST_VOTES.items() if n_votes >= least)

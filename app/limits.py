"""Limits of a draft in the app, shared by the form, links and scenarios."""

FIRST_YEAR, LAST_YEAR = 1900, 2100
SHORTEST_MINUTES, LONGEST_MINUTES = 1, 1000
MOST_GENRES = 3
"""IMDb lists at most three genres of a title."""
MOST_TITLE_CHARACTERS = 200

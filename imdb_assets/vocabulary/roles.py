"""What the model is given: each feature once, with its meaning and why it is known before release."""

ROLES = ("director", "writer", "cast")


ROLE_LISTS = {"director": "directors", "writer": "writers", "cast": "cast"}
"""Column of a draft that lists the people of each role."""


PAIRED_CAST = 5
"""So many of the cast, in billing order, make pairs with the directors and belong to a franchise."""

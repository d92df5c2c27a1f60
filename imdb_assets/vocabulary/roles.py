"""Roles in a movie: which IMDb categories they cover and which draft columns list the people.

A new role also needs its features in `features`, a field in `features/draft.py`, a column in `tables/gold.py`, its
histories in `transforms/history.py`, its words in `serving/`, an axis in `scenarios/space.py` and
`scenarios/kernel_inputs.py`, and fields in `app/`: search for `writers`.
"""

ROLES = ("director", "writer", "cast")

ROLE_LISTS = {"director": "directors", "writer": "writers", "cast": "cast"}
"""Draft column that lists the people in each role."""

ROLE_OF_CATEGORY = {"director": "director", "writer": "writer", "actor": "cast", "actress": "cast", "self": "cast"}
"""Role of each `category` in `title.principals`. Other categories, such as composer, have no role."""

CATEGORIES = (
    *ROLE_OF_CATEGORY, "archive_footage", "archive_sound", "casting_director", "cinematographer", "composer", "editor",
    "producer", "production_designer",
)  # fmt: skip
"""Every `category` that IMDb uses. Another one is dropped and reported until it is added here."""

PAIRED_CAST = 5
"""Number of cast members, in billing order, who form pairs with the directors and belong to a franchise."""

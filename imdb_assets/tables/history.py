"""The history tables of gold: what was known before a year, from rated films of strictly earlier years.

All have the same shape: whom it is of, the first release year that a row serves, and the same statistics. A row is valid
from its year until the next row of the same key, so any release year, past or future, finds its state.
"""

from imdb_assets.tables.table import Column, Table

NCONST = Column(name="nconst", type="string", comment="IMDb person id: `nm` and digits.", nullable=False)
FROM_YEAR = Column(name="from_year", type="int", comment="First release year that the row serves.", nullable=False)
ANYBODY = "anybody"
"""Stands for the person in the franchise history of all films of a title stem, whoever made them."""
STATISTIC_COLUMNS = (
    Column(name="n_films", type="int", comment="Rated films of earlier years.", nullable=False),
    Column(name="n_films_last_year", type="int", comment="Rated films of the latest of those years.", nullable=False),
    Column(name="debut_year", type="int", comment="Year of the first rated film.", nullable=False),
    Column(
        name="last_film_year", type="int", comment="Year of the latest rated film before from_year.", nullable=False
    ),
    Column(
        name="sum_weight", type="double", comment="Sum of w = 1 / (0.55 + 4.5 / votes) over the films.", nullable=False
    ),
    Column(
        name="sum_weighted_effect", type="double", comment="Sum of w times (rating - as-of baseline).", nullable=False
    ),
    Column(
        name="decayed_sum_weight",
        type="double",
        comment="Sum of w fading by exp(-age / 6 years), age at from_year.",
        nullable=False,
    ),
    Column(
        name="decayed_sum_weighted_effect",
        type="double",
        comment="The same sum times (rating - as-of baseline).",
        nullable=False,
    ),
    Column(name="last_sum_weight", type="double", comment="Sum of w over the films of last_film_year.", nullable=False),
    Column(
        name="last_sum_weighted_effect",
        type="double",
        comment="The same sum times (rating - as-of baseline).",
        nullable=False,
    ),
    Column(name="mean_rating", type="double", comment="Mean rating of the films.", nullable=False),
    Column(
        name="last_year_rating", type="double", comment="Mean rating of the films of last_film_year.", nullable=False
    ),
    Column(
        name="mean_baseline",
        type="double",
        comment="Mean of the films' as-of baseline: what kind of films they are.",
        nullable=False,
    ),
    Column(
        name="vote_weighted_rating", type="double", comment="Mean rating, each vote weighing alike.", nullable=False
    ),
    Column(name="best_rating", type="double", comment="Highest rating of the films.", nullable=False),
    Column(name="worst_rating", type="double", comment="Lowest rating of the films.", nullable=False),
    Column(
        name="rating_spread",
        type="double",
        comment="Standard deviation of the ratings (population); 0 for one film.",
        nullable=False,
    ),
    Column(name="mean_votes", type="double", comment="Mean votes of the films.", nullable=False),
)


def _history(name: str, *key: Column, of: str) -> Table:
    return Table(
        layer="gold",
        name=name,
        description=f"What was known of {of} before a year, from rated films of strictly earlier years; "
        "a row is valid from its year until the next row of the same key.",
        primary_key=(*(column.name for column in key), FROM_YEAR.name),
        columns=(*key, FROM_YEAR, *STATISTIC_COLUMNS),
    )


PERSON_HISTORY = _history(
    "person_history",
    NCONST,
    Column(name="role", type="string", comment="director, writer, cast, or all.", nullable=False),
    of="a person in a role",
)
PERSON_GENRE_HISTORY = _history(
    "person_genre_history",
    NCONST,
    Column(
        name="genre", type="string", comment="IMDb genre of the films; a film counts in each of its.", nullable=False
    ),
    of="a person, in whatever role, in a genre",
)
PAIR_HISTORY = _history(
    "pair_history",
    Column(name="nconst", type="string", comment="IMDb person id of the director.", nullable=False),
    Column(name="partner_nconst", type="string", comment="IMDb person id of the partner.", nullable=False),
    Column(
        name="partner_role",
        type="string",
        comment="What the partner is: writer, or cast (the first five).",
        nullable=False,
    ),
    of="a director together with a writer or a billed actor",
)
FRANCHISE_HISTORY = _history(
    "franchise_history",
    Column(
        name="title_stem",
        type="string",
        comment="The title without subtitle and sequel number, as tables/titles.py makes it.",
        nullable=False,
    ),
    NCONST,
    of="a person's films of one title stem, as director, writer or one of the first five of the cast,",
)
OUTSIDE_HISTORY = _history(
    "outside_history",
    NCONST,
    Column(
        name="kind",
        type="string",
        comment="series, short, or tv_movie: what the `films` of the other columns are here; "
        "their baseline is the mean rating of the kind's titles of strictly earlier years.",
        nullable=False,
    ),
    of="a person outside movies",
)
HISTORIES = (PERSON_HISTORY, PERSON_GENRE_HISTORY, PAIR_HISTORY, FRANCHISE_HISTORY, OUTSIDE_HISTORY)

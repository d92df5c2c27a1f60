"""The history tables of gold: statistics of rated films from strictly earlier years.

All share one shape: a key, the first release year for which a row is valid, and the same statistics. A row is valid from
its year until the next row with the same key, so any release year, past or future, can be looked up.
"""

from imdb_assets.tables.shared_columns import NCONST
from imdb_assets.tables.table import Column, Table

FROM_YEAR = Column(
    name="from_year", type="int", comment="First release year for which the row is valid.", nullable=False
)
ANYBODY = "anybody"
"""Value of `nconst` in `franchise_history` for the films of a title stem by any person."""
STATISTIC_COLUMNS = (
    Column(name="n_films", type="int", comment="Number of rated films from earlier years.", nullable=False),
    Column(name="n_films_last_year", type="int", comment="Number of rated films in last_film_year.", nullable=False),
    Column(name="debut_year", type="int", comment="Year of the first rated film.", nullable=False),
    Column(
        name="last_film_year", type="int", comment="Year of the latest rated film before from_year.", nullable=False
    ),
    Column(
        name="sum_weight",
        type="double",
        comment="Sum of the weights w = 1 / (0.55 + 4.5 / votes) of the films.",
        nullable=False,
    ),
    Column(name="sum_weighted_effect", type="double", comment="Sum of w * (rating - as-of baseline).", nullable=False),
    Column(
        name="decayed_sum_weight",
        type="double",
        comment="Sum of w * exp(-age / 6 years), with the age at from_year.",
        nullable=False,
    ),
    Column(
        name="decayed_sum_weighted_effect",
        type="double",
        comment="Sum of w * exp(-age / 6 years) * (rating - as-of baseline).",
        nullable=False,
    ),
    Column(name="last_sum_weight", type="double", comment="Sum of w over the films of last_film_year.", nullable=False),
    Column(
        name="last_sum_weighted_effect",
        type="double",
        comment="Sum of w * (rating - as-of baseline) over the films of last_film_year.",
        nullable=False,
    ),
    Column(name="mean_rating", type="double", comment="Mean rating of the films.", nullable=False),
    Column(
        name="last_year_rating", type="double", comment="Mean rating of the films of last_film_year.", nullable=False
    ),
    Column(
        name="mean_baseline",
        type="double",
        comment="Mean as-of baseline of the films.",
        nullable=False,
    ),
    Column(name="vote_weighted_rating", type="double", comment="Mean rating, weighted by votes.", nullable=False),
    Column(name="best_rating", type="double", comment="Highest rating of the films.", nullable=False),
    Column(name="worst_rating", type="double", comment="Lowest rating of the films.", nullable=False),
    Column(
        name="rating_spread",
        type="double",
        comment="Population standard deviation of the ratings; 0 for one film.",
        nullable=False,
    ),
    Column(name="mean_votes", type="double", comment="Mean votes of the films.", nullable=False),
)


def _history(name: str, *key: Column, subject: str) -> Table:
    return Table(
        layer="gold",
        name=name,
        description=f"History of {subject}: statistics of rated films from years strictly before from_year. "
        "A row is valid from its year until the next row with the same key.",
        primary_key=(*(column.name for column in key), FROM_YEAR.name),
        columns=(*key, FROM_YEAR, *STATISTIC_COLUMNS),
    )


PERSON_HISTORY = _history(
    "person_history",
    NCONST,
    Column(name="role", type="string", comment="director, writer, cast or all.", nullable=False),
    subject="a person in a role",
)
PERSON_GENRE_HISTORY = _history(
    "person_genre_history",
    NCONST,
    Column(
        name="genre",
        type="string",
        comment="IMDb genre of the films; a film counts in each of its genres.",
        nullable=False,
    ),
    subject="a person in a genre, in any role",
)
PAIR_HISTORY = _history(
    "pair_history",
    Column(name="nconst", type="string", comment="IMDb person id of the director.", nullable=False),
    Column(name="partner_nconst", type="string", comment="IMDb person id of the partner.", nullable=False),
    Column(
        name="partner_role",
        type="string",
        comment="Role of the partner: writer, or cast (the first five).",
        nullable=False,
    ),
    subject="a director together with a writer or a billed actor",
)
FRANCHISE_HISTORY = _history(
    "franchise_history",
    Column(
        name="title_stem",
        type="string",
        comment="Title without subtitle and sequel number; see vocabulary/title_stems.py.",
        nullable=False,
    ),
    NCONST,
    subject="a person and a title stem, as director, writer or one of the first five cast members",
)
OUTSIDE_HISTORY = _history(
    "outside_history",
    NCONST,
    Column(
        name="kind",
        type="string",
        comment="series, short or tv_movie. The other columns count titles of this kind as `films`; their baseline is "
        "the mean rating of titles of the kind from strictly earlier years.",
        nullable=False,
    ),
    subject="a person outside movies",
)
HISTORIES = (PERSON_HISTORY, PERSON_GENRE_HISTORY, PAIR_HISTORY, FRANCHISE_HISTORY, OUTSIDE_HISTORY)

"""The gold tables: features and targets; histories are declared in `history.py`, how models fare in `evaluation.py`.

Only facts known before release may become features; targets are named `target_`.
"""

from imdb_assets.tables import evaluation
from imdb_assets.tables.history import HISTORIES, NCONST
from imdb_assets.tables.monitoring import MONITORING
from imdb_assets.tables.table import Column, Table
from imdb_assets.vocabulary.features import FEATURES

TCONST = Column(name="tconst", type="string", comment="IMDb title id: `tt` and digits.", nullable=False)
RELEASE_YEAR = Column(name="release_year", type="int", comment="Year of first release.", nullable=False)
TARGET_RATING = Column(
    name="target_rating",
    type="double",
    comment="Average rating today, 1 to 10: the target.",
    check="target_rating BETWEEN 1 AND 10",
)
TARGET_VOTES = Column(
    name="n_votes", type="int", comment="Votes behind the target; weighs and selects, never a feature."
)

MOVIE_FEATURES = Table(
    layer="gold",
    name="movie_features",
    description="Each movie as its maker could have described it before release, in the columns of a draft, with the target kept apart.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="title", type="string", comment="The title."),
        Column(name="original_title", type="string", comment="The title in the original language."),
        RELEASE_YEAR,
        Column(name="runtime_minutes", type="double", comment="Running time, minutes."),
        Column(name="genres", type="array<string>", comment="IMDb genres; empty where none is known."),
        Column(name="plot", type="string", comment="Plot in a few sentences, from OMDb."),
        Column(name="language", type="string", comment="Main language, from OMDb."),
        Column(name="country", type="string", comment="Main country, from OMDb."),
        Column(name="certificate", type="string", comment="Age certificate, from OMDb."),
        Column(
            name="directors", type="array<string>", comment="Ids of the directors, in order; empty where none is known."
        ),
        Column(
            name="writers", type="array<string>", comment="Ids of the writers, in order; empty where none is known."
        ),
        Column(
            name="cast", type="array<string>", comment="Ids of the cast, in billing order; empty where none is known."
        ),
        TARGET_RATING,
        TARGET_VOTES,
        Column(name="snapshot_date", type="date", comment="Date of the snapshot of the ratings."),
    ),
)

BASELINE_COEFFICIENTS = Table(
    layer="gold",
    name="baseline_coefficients",
    description="Coefficients of the as-of ridge of each year, fitted on the ten years before it.",
    primary_key=("baseline", "year", "term"),
    columns=(
        Column(name="baseline", type="string", comment="without_language or with_language.", nullable=False),
        Column(name="year", type="int", comment="Release year that the coefficients serve.", nullable=False),
        Column(
            name="term",
            type="string",
            comment="What the coefficient multiplies; `intercept` is the constant.",
            nullable=False,
        ),
        Column(name="coefficient", type="double", comment="Rating points per unit of the term.", nullable=False),
        Column(
            name="neutral_value",
            type="double",
            comment="The term's mean where it is known: stands in where absent.",
            nullable=False,
        ),
        Column(
            name="n_films",
            type="int",
            comment="Films the year's ridge was fitted on; 0 for the declared constant.",
            nullable=False,
        ),
    ),
)

BASELINE_RATINGS = Table(
    layer="gold",
    name="baseline_ratings",
    description="The as-of ridge's rating of each movie: what genres, length and year alone let expect.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="baseline_rating", type="double", comment="Without language, rating points.", nullable=False),
        Column(
            name="baseline_rating_with_language", type="double", comment="With language, rating points.", nullable=False
        ),
    ),
)

TRAINING_SET = Table(
    layer="gold",
    name="training_set",
    description="The matrix without text: one row per rated movie, every feature as of its release year, with target and split.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        # A feature may share its name with a fact of the movie: release_year is the model's own, as a number.
        *(
            Column(name=feature.name, type="double", comment=f"{feature.comment} [{feature.unit}]", nullable=False)
            for feature in FEATURES
        ),
        TARGET_RATING,
        TARGET_VOTES,
        Column(
            name="is_mature",
            type="boolean",
            comment="Release year at least two years before the snapshot's.",
            nullable=False,
        ),
        Column(
            name="split", type="string", comment="training, validation, test, or later (not scored).", nullable=False
        ),
    ),
)

PEOPLE_INDEX = Table(
    layer="gold",
    name="people_index",
    description="Everybody with a movie credit, as the draft form finds them.",
    primary_key=("nconst",),
    columns=(
        NCONST,
        Column(
            name="name",
            type="string",
            comment="The name the person is credited by; the id where none is known.",
            nullable=False,
        ),
        Column(name="birth_year", type="int", comment="Year of birth."),
        Column(name="professions", type="array<string>", comment="Up to three professions."),
        Column(name="roles", type="array<string>", comment="Roles the person has movie credits in.", nullable=False),
        Column(name="n_movies", type="int", comment="Movies with a credit.", nullable=False),
        Column(name="n_rated_movies", type="int", comment="Of these, rated ones.", nullable=False),
        Column(
            name="known_movies",
            type="array<string>",
            comment="Up to three movies with the most votes, as `Title (year)`.",
            nullable=False,
        ),
    ),
)

TABLES = (
    MOVIE_FEATURES,
    BASELINE_COEFFICIENTS,
    BASELINE_RATINGS,
    *HISTORIES,
    TRAINING_SET,
    PEOPLE_INDEX,
    *evaluation.TABLES,
    *MONITORING,
)

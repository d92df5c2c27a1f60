"""The gold tables with features and the training target.

Only facts known before release may become features. The other gold tables are declared in `history.py`,
`evaluation.py` and `monitoring.py`.
"""

from imdb_assets.tables import evaluation
from imdb_assets.tables.history import HISTORIES
from imdb_assets.tables.monitoring import MONITORING
from imdb_assets.tables.shared_columns import NCONST, RELEASE_YEAR, TCONST
from imdb_assets.tables.table import Column, Table
from imdb_assets.vocabulary.features import FEATURES

TARGET_RATING = Column(
    name="target_rating",
    type="double",
    comment="Training target: the average rating in the snapshot, 1 to 10.",
    check="target_rating BETWEEN 1 AND 10",
)
N_VOTES = Column(
    name="n_votes", type="int", comment="Number of votes; used to weight and select films, never as a feature."
)

MOVIE_FEATURES = Table(
    layer="gold",
    name="movie_features",
    description="Facts known before release, in the columns of a draft, with the target; one row per movie with a release year.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="title", type="string", comment="The title."),
        Column(name="original_title", type="string", comment="The title in the original language."),
        RELEASE_YEAR,
        Column(name="runtime_minutes", type="double", comment="Running time, minutes."),
        Column(name="genres", type="array<string>", comment="IMDb genres; empty if unknown."),
        Column(name="plot", type="string", comment="Plot in a few sentences, from OMDb."),
        Column(name="language", type="string", comment="Main language, from OMDb."),
        Column(name="country", type="string", comment="Main country, from OMDb."),
        Column(name="certificate", type="string", comment="Age certificate, from OMDb."),
        Column(
            name="directors", type="array<string>", comment="Person ids of the directors, in order; empty if unknown."
        ),
        Column(name="writers", type="array<string>", comment="Person ids of the writers, in order; empty if unknown."),
        Column(
            name="cast", type="array<string>", comment="Person ids of the cast, in billing order; empty if unknown."
        ),
        TARGET_RATING,
        N_VOTES,
        Column(
            name="snapshot_date",
            type="date",
            comment="Date of the snapshot that contains the rating; null for unrated movies.",
        ),
    ),
)

BASELINE_COEFFICIENTS = Table(
    layer="gold",
    name="baseline_coefficients",
    description="Coefficients of the as-of ridge of each year, fitted on the ten years before it.",
    primary_key=("baseline", "year", "term"),
    columns=(
        Column(name="baseline", type="string", comment="without_language or with_language.", nullable=False),
        Column(name="year", type="int", comment="Release year to which the coefficients apply.", nullable=False),
        Column(
            name="term",
            type="string",
            comment="Term that the coefficient multiplies; `intercept` is the constant.",
            nullable=False,
        ),
        Column(name="coefficient", type="double", comment="Rating points per unit of the term.", nullable=False),
        Column(
            name="neutral_value",
            type="double",
            comment="Mean of the term over films where it is known; replaces absent values.",
            nullable=False,
        ),
        Column(
            name="n_films",
            type="int",
            comment="Number of films the ridge was fitted on; 0 for the declared constant.",
            nullable=False,
        ),
    ),
)

BASELINE_RATINGS = Table(
    layer="gold",
    name="baseline_ratings",
    description="Rating predicted by the as-of ridge from genres, runtime and year alone; one row per movie.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(
            name="baseline_rating", type="double", comment="Prediction without language, rating points.", nullable=False
        ),
        Column(
            name="baseline_rating_with_language",
            type="double",
            comment="Prediction with language, rating points.",
            nullable=False,
        ),
    ),
)

TRAINING_SET = Table(
    layer="gold",
    name="training_set",
    description="The model's matrix without text scores: every feature as of the release year, with target and split; one row per rated movie.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        # release_year comes from FEATURES: here it is a double, as every column of the matrix.
        *(
            Column(name=feature.name, type="double", comment=f"{feature.comment} [{feature.unit}]", nullable=False)
            for feature in FEATURES
        ),
        TARGET_RATING,
        N_VOTES,
        Column(
            name="is_mature",
            type="boolean",
            comment="Whether the release year is at least two years before the snapshot.",
            nullable=False,
        ),
        Column(
            name="split", type="string", comment="training, validation, test or later (not scored).", nullable=False
        ),
    ),
)

PEOPLE_INDEX = Table(
    layer="gold",
    name="people_index",
    description="People with a movie credit, for the people search; one row per person.",
    primary_key=("nconst",),
    columns=(
        NCONST,
        Column(
            name="name",
            type="string",
            comment="Name under which the person is credited; the id if unknown.",
            nullable=False,
        ),
        Column(name="birth_year", type="int", comment="Year of birth."),
        Column(name="professions", type="array<string>", comment="Up to three professions."),
        Column(
            name="roles", type="array<string>", comment="Roles in which the person has movie credits.", nullable=False
        ),
        Column(name="n_movies", type="int", comment="Number of movies with a credit.", nullable=False),
        Column(name="n_rated_movies", type="int", comment="Number of rated movies among them.", nullable=False),
        Column(
            name="known_movies",
            type="array<string>",
            comment="The person's three movies with the most votes, as `Title (year)`.",
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

"""The gold tables: features, history as of each year, and how the models fare.

Only facts known before release may become features; targets are named `target_`.
"""

from imdb_assets.tables.features import FEATURES
from imdb_assets.tables.monitoring import MONITORING
from imdb_assets.tables.table import Column, Table

TCONST = Column(name="tconst", type="string", comment="IMDb title id: `tt` and digits.", nullable=False)
NCONST = Column(name="nconst", type="string", comment="IMDb person id: `nm` and digits.", nullable=False)
RELEASE_YEAR = Column(name="release_year", type="int", comment="Year of first release.", nullable=False)
TARGET_RATING = Column(
    name="target_rating",
    type="double",
    comment="Average rating today, 1 to 10: the target.",
    check="target_rating BETWEEN 1 AND 10",
)
TARGET_VOTES = Column(
    name="target_n_votes", type="int", comment="Votes behind the target; weighs and selects, never a feature."
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

PERSON_HISTORY = Table(
    layer="gold",
    name="person_history",
    description="What was known of a person in a role before a year, from rated films of strictly earlier years; "
    "a row is valid from its year until the person's next row.",
    primary_key=("nconst", "role", "from_year"),
    columns=(
        NCONST,
        Column(name="role", type="string", comment="director, writer, cast, or all.", nullable=False),
        Column(name="from_year", type="int", comment="First release year that the row serves.", nullable=False),
        Column(name="n_films", type="int", comment="Rated films of earlier years.", nullable=False),
        Column(
            name="n_films_last_year", type="int", comment="Rated films of the latest of those years.", nullable=False
        ),
        Column(name="debut_year", type="int", comment="Year of the first rated film.", nullable=False),
        Column(
            name="last_film_year", type="int", comment="Year of the latest rated film before from_year.", nullable=False
        ),
        Column(
            name="sum_weight",
            type="double",
            comment="Sum of w = 1 / (0.55 + 4.5 / votes) over the films.",
            nullable=False,
        ),
        Column(
            name="sum_weighted_effect",
            type="double",
            comment="Sum of w times (rating - as-of baseline).",
            nullable=False,
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
        Column(
            name="last_sum_weight", type="double", comment="Sum of w over the films of last_film_year.", nullable=False
        ),
        Column(
            name="last_sum_weighted_effect",
            type="double",
            comment="The same sum times (rating - as-of baseline).",
            nullable=False,
        ),
        Column(name="mean_rating", type="double", comment="Mean rating of the films.", nullable=False),
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
        *(feature.column for feature in FEATURES),
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

MODEL_LEADERBOARD = Table(
    layer="gold",
    name="model_leaderboard",
    description="How the candidate and every baseline fare on the same films.",
    primary_key=("model", "population", "split"),
    columns=(
        Column(name="model", type="string", comment="Name of the model or baseline.", nullable=False),
        Column(
            name="population",
            type="string",
            comment="Films that are scored: votes_1000, votes_100 (that many votes or more), or all.",
            nullable=False,
        ),
        Column(name="split", type="string", comment="validation or test.", nullable=False),
        Column(name="n", type="int", comment="Number of films.", nullable=False),
        Column(name="rmse", type="double", comment="Root mean squared error, rating points.", nullable=False),
        Column(
            name="rmse_low", type="double", comment="Lower end of the 95% bootstrap interval of rmse.", nullable=False
        ),
        Column(
            name="rmse_high", type="double", comment="Upper end of the 95% bootstrap interval of rmse.", nullable=False
        ),
        Column(name="mae", type="double", comment="Mean absolute error, rating points.", nullable=False),
        Column(name="r2", type="double", comment="Coefficient of determination; null where the targets do not vary."),
        Column(name="spearman", type="double", comment="Spearman's rank correlation; null where it is not defined."),
        Column(
            name="slope",
            type="double",
            comment="Slope of target on prediction (1 is calibrated); null where the predictions do not vary.",
        ),
    ),
)

TABLES = (
    MOVIE_FEATURES,
    BASELINE_COEFFICIENTS,
    BASELINE_RATINGS,
    PERSON_HISTORY,
    TRAINING_SET,
    PEOPLE_INDEX,
    MODEL_LEADERBOARD,
    *MONITORING,
)

"""The gold tables that describe a candidate beside its leaderboard: distribution, dependence, learning curve, votes."""

from imdb_assets.tables.evaluation_columns import MODEL, N_FILMS, POPULATION, interval, metric_columns, number
from imdb_assets.tables.table import Column, Table

_BIN = Column(
    name="bin", type="int", comment="Number of the bin, 1 to 10.", nullable=False, check="bin BETWEEN 1 AND 10"
)

MODEL_PIT = Table(
    layer="gold",
    name="model_pit",
    description="Probability integral transform of the test films' ratings in ten bins: where the ratings lie within "
    "their predicted distributions. Calibrated intervals give ten equal shares.",
    primary_key=("population", "bin"),
    columns=(
        POPULATION,
        _BIN,
        N_FILMS,
        number("share", "Share of the population's films; 0.1 is calibrated"),
    ),
)

PARTIAL_DEPENDENCE = Table(
    layer="gold",
    name="partial_dependence",
    description="Mean predicted rating of a sample of test films if all of them had the same running time or release "
    "year; one row per value. It describes the model and not a cause.",
    primary_key=("fact", "value", "population"),
    columns=(
        Column(name="fact", type="string", comment="runtime_minutes or release_year.", nullable=False),
        number("value", "The value that all films are given, minutes or year"),
        POPULATION,
        Column(
            name="n",
            type="int",
            comment="Number of earlier rated films whose value is at most 5 minutes or 2.5 years away.",
            nullable=False,
        ),
        number("mean_rating", "Mean predicted rating for the population's audience, rating points"),
    ),
)

LEARNING_CURVE = Table(
    layer="gold",
    name="learning_curve",
    description="Errors on the test films of models fitted on random shares of the training films; one row per number "
    "of films and population. The last number is all films before the validation year.",
    primary_key=("n_training_films", "population"),
    columns=(
        Column(name="n_training_films", type="int", comment="Number of films fitted on.", nullable=False),
        POPULATION,
        N_FILMS,
        number("rmse", "Root mean squared error, rating points"),
        *interval("rmse"),
        number("r2", "Coefficient of determination", null_note="null if the targets do not vary"),
    ),
)

LEAK_TAX = Table(
    layer="gold",
    name="leak_tax",
    description="RMSE that the leaky TF-IDF forest gains over the TF-IDF forest by using future ratings, by release "
    "year of the test films.",
    primary_key=("test_year", "population"),
    columns=(
        Column(name="test_year", type="int", comment="Release year of the films that are scored.", nullable=False),
        POPULATION,
        N_FILMS,
        number("leak_tax", "RMSE of the TF-IDF forest minus RMSE of its leaky twin, rating points"),
        *interval("leak_tax"),
    ),
)

VOTES_LEADERBOARD = Table(
    layer="gold",
    name="votes_leaderboard",
    description="Metrics of the votes model and its baselines on the same test films; one row per model. The target is "
    "log(1 + votes).",
    primary_key=("model",),
    columns=(
        MODEL,
        *metric_columns("target", "log votes"),
        *(
            number(
                f"probability_{votes}_error",
                f"Largest difference, over ten bins, of the mean probability of {votes} votes and the share of films",
            )
            for votes in (1000, 100)
        ),
    ),
)

VOTES_CALIBRATION = Table(
    layer="gold",
    name="votes_calibration",
    description="Predicted probabilities of 100 and of 1,000 votes, and the shares of test films that reached them, in "
    "ten bins of equal size; one row per model, audience and bin.",
    primary_key=("model", "audience", "bin"),
    columns=(
        MODEL,
        Column(name="audience", type="string", comment="The audience to reach: 1000 or 100 votes.", nullable=False),
        _BIN,
        N_FILMS,
        number("probability", "Mean predicted probability"),
        number("share_reached", "Share of the films that reached the audience"),
    ),
)

STATISTICS = (MODEL_PIT, PARTIAL_DEPENDENCE, LEARNING_CURVE, LEAK_TAX, VOTES_LEADERBOARD, VOTES_CALIBRATION)
"""The tables that `evaluate_candidate` returns by name beside leaderboard and slices."""

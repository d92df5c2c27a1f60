"""The gold tables with evaluation results: leaderboard, slices, backtest, ablation and recipe trials."""

from imdb_assets.tables.evaluation_columns import MODEL, N_FILMS, POPULATION, RATING_METRICS, interval, number
from imdb_assets.tables.evaluation_statistics import STATISTICS
from imdb_assets.tables.table import Column, Table

MODEL_LEADERBOARD = Table(
    layer="gold",
    name="model_leaderboard",
    description="Metrics of the candidate and every baseline on the same films; one row per model, population and split.",
    primary_key=("model", "population", "split"),
    columns=(
        MODEL,
        POPULATION,
        Column(name="split", type="string", comment="validation or test.", nullable=False),
        *RATING_METRICS,
    ),
)

MODEL_SLICES = Table(
    layer="gold",
    name="model_slices",
    description="Metrics of the candidate on slices of the test films. A film is in one slice of each kind, except genre: one slice per genre.",
    primary_key=("model", "population", "slice_by", "slice"),
    columns=(
        MODEL,
        POPULATION,
        Column(
            name="slice_by",
            type="string",
            comment="Kind of slice: crew, decade, genre, language, votes, plot, cast or predicted_quintile.",
            nullable=False,
        ),
        Column(
            name="slice",
            type="string",
            comment="Name of the slice: `debut` (no director or writer with an earlier rated film), `1990s`, `Drama`, `without plot` and others.",
            nullable=False,
        ),
        *RATING_METRICS,
    ),
)

BACKTEST = Table(
    layer="gold",
    name="backtest",
    description="Metrics by test year: models fitted on what was known before the year and scored on its films.",
    primary_key=("model", "test_year", "population"),
    columns=(
        MODEL,
        Column(name="test_year", type="int", comment="Release year of the films that are scored.", nullable=False),
        POPULATION,
        *RATING_METRICS,
    ),
)

MODEL_ABLATION = Table(
    layer="gold",
    name="model_ablation",
    description="Contribution of each group of features: metrics of the model fitted without it, compared with the full model on the same test films.",
    primary_key=("left_out", "population"),
    columns=(
        Column(name="left_out", type="string", comment="The group of features left out.", nullable=False),
        POPULATION,
        N_FILMS,
        number("rmse", "Root mean squared error, rating points"),
        number("rmse_difference", "rmse minus the rmse of the full model; above 0 if the group helps"),
        *interval("rmse_difference"),
    ),
)

RECIPE_TRIALS = Table(
    layer="gold",
    name="recipe_trials",
    description="Trials of the hyper-parameter search, measured on the year before the test. The next candidate uses the best recipe.",
    primary_key=("trial",),
    columns=(
        Column(name="trial", type="int", comment="Number of the trial; 0 is the initial recipe.", nullable=False),
        Column(name="validation_year", type="int", comment="Release year of the validation films.", nullable=False),
        Column(name="state", type="string", comment="complete or pruned (worse than most trials at the same number of trees).", nullable=False),
        number("rmse", "Root mean squared error on films with 1,000 votes or more, rating points", null_note="null if pruned"),
        Column(name="n_trees", type="int", comment="Number of trees with the lowest validation error; null if pruned.", nullable=True),
        number("seconds", "Duration of the trial, seconds", null_note="null if pruned"),
        number("learning_rate", "LightGBM's learning_rate"),
        Column(name="num_leaves", type="int", comment="LightGBM's num_leaves.", nullable=False),
        Column(name="min_child_samples", type="int", comment="LightGBM's min_child_samples.", nullable=False),
        number("bagging_fraction", "LightGBM's bagging_fraction"),
        number("feature_fraction", "LightGBM's feature_fraction"),
        number("lambda_l2", "LightGBM's lambda_l2"),
        Column(name="extra_trees", type="boolean", comment="LightGBM's extra_trees.", nullable=False),
    ),
)  # fmt: skip

OF_CANDIDATE = (MODEL_LEADERBOARD, MODEL_SLICES, *STATISTICS)
"""The tables that each candidate brings with it."""
TABLES = (*OF_CANDIDATE, BACKTEST, MODEL_ABLATION, RECIPE_TRIALS)

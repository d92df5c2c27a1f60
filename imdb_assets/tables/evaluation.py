"""The gold tables with evaluation results: leaderboard, slices, backtest, ablation and recipe trials."""

from imdb_assets.tables.table import Column, Table

_NO_INTERVAL = "null for a model without intervals"
_FLAT_TARGET, _FLAT_PREDICTION = "null if the targets do not vary", "null if the predictions do not vary"


def _interval(name: str, *, null_note: str | None = None) -> tuple[Column, Column]:
    suffix = f"; {null_note}." if null_note else "."
    low, high = (
        Column(
            name=f"{name}_{end}",
            type="double",
            comment=f"{which} end of the 95% bootstrap interval of {name}{suffix}",
            nullable=null_note is not None,
        )
        for end, which in (("low", "Lower"), ("high", "Upper"))
    )
    return low, high


def _number(name: str, comment: str, *, null_note: str | None = None) -> Column:
    text = f"{comment}; {null_note}." if null_note else f"{comment}."
    return Column(name=name, type="double", comment=text, nullable=null_note is not None)


N_FILMS = Column(name="n", type="int", comment="Number of films.", nullable=False)
RMSE = _number("rmse", "Root mean squared error, rating points")
METRICS = (
    N_FILMS,
    RMSE,
    *_interval("rmse"),
    _number("mae", "Mean absolute error, rating points"),
    _number("r2", "Coefficient of determination", null_note=_FLAT_TARGET),
    *_interval("r2", null_note=_FLAT_TARGET),
    _number("spearman", "Spearman's rank correlation", null_note="null if targets or predictions do not vary"),
    _number(
        "slope", "Calibration slope: regression of target on prediction (1 is calibrated)", null_note=_FLAT_PREDICTION
    ),
    *_interval("slope", null_note=_FLAT_PREDICTION),
    _number("bias", "Mean of predicted minus target rating, rating points"),
    _number("coverage_80", "Share of films whose target rating lies in the 80% interval", null_note=_NO_INTERVAL),
    *_interval("coverage_80", null_note=_NO_INTERVAL),
    _number("width_80", "Mean width of the 80% interval, rating points", null_note=_NO_INTERVAL),
    _number("coverage_90", "Share of films whose target rating lies in the 90% interval", null_note=_NO_INTERVAL),
    _number("width_90", "Mean width of the 90% interval, rating points", null_note=_NO_INTERVAL),
)
"""Columns of `Metrics` in `rating_model/evaluation/metrics.py`, in the same order."""

MODEL = Column(name="model", type="string", comment="Name of the model or baseline.", nullable=False)
POPULATION = Column(
    name="population",
    type="string",
    comment="Films that are scored: votes_1000, votes_100 (at least that many votes) or all.",
    nullable=False,
)

MODEL_LEADERBOARD = Table(
    layer="gold",
    name="model_leaderboard",
    description="Metrics of the candidate and every baseline on the same films; one row per model, population and split.",
    primary_key=("model", "population", "split"),
    columns=(
        MODEL,
        POPULATION,
        Column(name="split", type="string", comment="validation or test.", nullable=False),
        *METRICS,
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
        *METRICS,
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
        *METRICS,
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
        RMSE,
        _number("rmse_difference", "rmse minus the rmse of the full model; above 0 if the group helps"),
        *_interval("rmse_difference"),
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
        _number("rmse", "Root mean squared error on films with 1,000 votes or more, rating points", null_note="null if pruned"),
        Column(name="n_trees", type="int", comment="Number of trees with the lowest validation error; null if pruned.", nullable=True),
        _number("seconds", "Duration of the trial, seconds", null_note="null if pruned"),
        _number("learning_rate", "LightGBM's learning_rate"),
        Column(name="num_leaves", type="int", comment="LightGBM's num_leaves.", nullable=False),
        Column(name="min_child_samples", type="int", comment="LightGBM's min_child_samples.", nullable=False),
        _number("bagging_fraction", "LightGBM's bagging_fraction"),
        _number("feature_fraction", "LightGBM's feature_fraction"),
        _number("lambda_l2", "LightGBM's lambda_l2"),
        Column(name="extra_trees", type="boolean", comment="LightGBM's extra_trees.", nullable=False),
    ),
)  # fmt: skip

TABLES = (MODEL_LEADERBOARD, MODEL_SLICES, BACKTEST, MODEL_ABLATION, RECIPE_TRIALS)

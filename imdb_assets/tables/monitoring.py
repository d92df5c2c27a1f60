"""The gold tables for monitoring: forecasts, the scoreboard of matured forecasts, and feature drift."""

from dataclasses import replace

from imdb_assets.tables.shared_columns import RELEASE_YEAR, TCONST
from imdb_assets.tables.table import Column, Table
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE, LEAST_VOTES
from imdb_assets.vocabulary.forecasts import FORECAST_COLUMNS, forecast_column

_MODEL_VERSION = Column(
    name="model_version",
    type="string",
    comment="Number of the `imdb_rating` version that made the forecast.",
    nullable=False,
)
_FORECAST_DATE = Column(
    name="forecast_date", type="date", comment="Date of the snapshot from which the forecast was made.", nullable=False
)
_TITLE = Column(name="title", type="string", comment="The title when the forecast was made.")
_FORECAST = (
    Column(
        name=FORECAST_COLUMNS[0],
        type="double",
        comment="Predicted rating, 1 to 10.",
        nullable=False,
        check="predicted_rating BETWEEN 1 AND 10",
    ),
    *(
        Column(
            name=name,
            type="double",
            comment=f"{'Lower' if name.startswith('low') else 'Upper'} end of the {name[-2:]}% interval, rating points.",
            nullable=False,
        )
        for name in FORECAST_COLUMNS[1:]
    ),
)
_OTHER_FORECASTS = tuple(
    replace(
        column,
        name=forecast_column(column.name, audience),
        comment=f"{column.comment.rstrip('.')}, for the audience {audience}; null in forecasts from before audiences.",
        nullable=True,
        check=None,
    )
    for audience in LEAST_VOTES
    if audience != DEFAULT_AUDIENCE
    for column in _FORECAST
)

FORECASTS = Table(
    layer="gold",
    name="forecasts",
    description="Forecasts by each champion for announced or newly released films without a rating; one row per film "
    "and version. The first forecast of a film by a version is kept permanently.",
    primary_key=("tconst", "model_version"),
    columns=(
        TCONST,
        _MODEL_VERSION,
        _FORECAST_DATE,
        _TITLE,
        replace(RELEASE_YEAR, comment="Year of first release, as known when the forecast was made."),
        *_FORECAST,
        *_OTHER_FORECASTS,
    ),
)

SCOREBOARD = Table(
    layer="gold",
    name="scoreboard",
    description="Forecasts compared with the actual ratings, for films whose rating has matured; one row per film and version.",
    primary_key=("tconst", "model_version"),
    columns=(
        TCONST,
        _MODEL_VERSION,
        _FORECAST_DATE,
        _TITLE,
        replace(RELEASE_YEAR, comment="Year of first release in the latest snapshot."),
        Column(
            name="audience",
            type="string",
            comment="The audience that the film has: 1000, 100 or any. The forecast for it is compared.",
            nullable=False,
        ),
        *_FORECAST,
        Column(
            name="average_rating",
            type="double",
            comment="Average rating today, 1 to 10.",
            nullable=False,
            check="average_rating BETWEEN 1 AND 10",
        ),
        Column(name="n_votes", type="int", comment="Number of votes for the rating.", nullable=False),
        Column(
            name="error", type="double", comment="average_rating minus predicted_rating, rating points.", nullable=False
        ),
        Column(
            name="is_within_80",
            type="boolean",
            comment="Whether the actual rating lies in the 80% interval.",
            nullable=False,
        ),
        Column(
            name="is_within_90",
            type="boolean",
            comment="Whether the actual rating lies in the 90% interval.",
            nullable=False,
        ),
        Column(
            name="n_days",
            type="int",
            comment="Time from forecast_date to the snapshot of average_rating, days.",
            nullable=False,
        ),
    ),
)

FEATURE_DRIFT = Table(
    layer="gold",
    name="feature_drift",
    description="Drift of each feature between the training films and the newest films; one row per feature.",
    primary_key=("feature",),
    columns=(
        Column(
            name="feature", type="string", comment="Name of the feature, a column of gold_training_set.", nullable=False
        ),
        Column(
            name="is_calendar",
            type="boolean",
            comment="Whether the feature follows the calendar, which makes drift expected.",
            nullable=False,
        ),
        Column(
            name="psi",
            type="double",
            comment="Population stability index, without unit: below 0.1 stable, above 0.25 drifted; "
            "null if there are too few reference or recent films.",
        ),
        Column(
            name="ks",
            type="double",
            comment="Two-sample Kolmogorov-Smirnov statistic, 0 (identical) to 1; null if there are too few films.",
        ),
        Column(
            name="reference_mean", type="double", comment="Mean over the reference films, in the unit of the feature."
        ),
        Column(name="recent_mean", type="double", comment="Mean over the recent films, in the unit of the feature."),
        Column(
            name="n_reference",
            type="int",
            comment="Number of films from the last ten training and validation years; for OMDb facts, only films with the fact.",
            nullable=False,
        ),
        Column(
            name="n_recent",
            type="int",
            comment="Number of rated films from the newest years; for OMDb facts, only films with the fact.",
            nullable=False,
        ),
        Column(
            name="recent_from_year",
            type="int",
            comment="First release year of the recent films; null if there are none.",
        ),
    ),
)

MONITORING = (FORECASTS, SCOREBOARD, FEATURE_DRIFT)

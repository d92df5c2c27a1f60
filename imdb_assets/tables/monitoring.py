"""The tables by which the model is lived with: forecasts, how they turned out, and what has drifted."""

from imdb_assets.tables.table import Column, Table

_TCONST = Column(name="tconst", type="string", comment="IMDb title id: `tt` and digits.", nullable=False)
_MODEL_VERSION = Column(
    name="model_version",
    type="string",
    comment="Version of `imdb_rating` that made the forecast, a number.",
    nullable=False,
)
_FORECAST_DATE = Column(
    name="forecast_date", type="date", comment="Date of the snapshot that the forecast was made on.", nullable=False
)
_TITLE = Column(name="title", type="string", comment="The title when the forecast was made.")
_FORECAST = (
    Column(
        name="predicted_rating",
        type="double",
        comment="Rating to expect, 1 to 10.",
        nullable=False,
        check="predicted_rating BETWEEN 1 AND 10",
    ),
    Column(name="low_80", type="double", comment="Lower end of the 80% interval, rating points.", nullable=False),
    Column(name="high_80", type="double", comment="Upper end of the 80% interval, rating points.", nullable=False),
    Column(name="low_90", type="double", comment="Lower end of the 90% interval, rating points.", nullable=False),
    Column(name="high_90", type="double", comment="Upper end of the 90% interval, rating points.", nullable=False),
)

FORECASTS = Table(
    layer="gold",
    name="forecasts",
    description="What each champion expected of films that were announced or fresh and had no rating: the first "
    "forecast of a film by a version is kept for ever, whatever becomes of the film.",
    primary_key=("tconst", "model_version"),
    columns=(
        _TCONST,
        _MODEL_VERSION,
        _FORECAST_DATE,
        _TITLE,
        Column(
            name="release_year",
            type="int",
            comment="Year of first release, as known when the forecast was made.",
            nullable=False,
        ),
        *_FORECAST,
    ),
)

SCOREBOARD = Table(
    layer="gold",
    name="scoreboard",
    description="Forecasts beside what became of them: those whose film has a rating that is mature by now.",
    primary_key=("tconst", "model_version"),
    columns=(
        _TCONST,
        _MODEL_VERSION,
        _FORECAST_DATE,
        _TITLE,
        Column(name="release_year", type="int", comment="Year of first release, as known today.", nullable=False),
        *_FORECAST,
        Column(
            name="average_rating",
            type="double",
            comment="Average rating today, 1 to 10.",
            nullable=False,
            check="average_rating BETWEEN 1 AND 10",
        ),
        Column(name="n_votes", type="int", comment="Votes behind it.", nullable=False),
        Column(
            name="error", type="double", comment="average_rating minus predicted_rating, rating points.", nullable=False
        ),
        Column(
            name="is_within_80", type="boolean", comment="Whether the rating lies in the 80% interval.", nullable=False
        ),
        Column(
            name="is_within_90", type="boolean", comment="Whether the rating lies in the 90% interval.", nullable=False
        ),
        Column(
            name="n_days",
            type="int",
            comment="From forecast_date to the snapshot of average_rating, days.",
            nullable=False,
        ),
    ),
)

FEATURE_DRIFT = Table(
    layer="gold",
    name="feature_drift",
    description="How far each feature of the newest films has moved from that of the films the model learned from.",
    primary_key=("feature",),
    columns=(
        Column(name="feature", type="string", comment="Name of the feature, a column of training_set.", nullable=False),
        Column(
            name="is_calendar",
            type="boolean",
            comment="Whether it grows by the calendar, so that its drift is no news.",
            nullable=False,
        ),
        Column(
            name="psi",
            type="double",
            comment="Population stability index, no unit: below 0.1 stable, above 0.25 drifted; "
            "null where either side has too few films.",
        ),
        Column(
            name="ks",
            type="double",
            comment="Two-sample Kolmogorov-Smirnov statistic, 0 (alike) to 1; null where either side has too few films.",
        ),
        Column(name="reference_mean", type="double", comment="Mean over the reference films, the feature's unit."),
        Column(name="recent_mean", type="double", comment="Mean over the recent films, the feature's unit."),
        Column(
            name="n_reference",
            type="int",
            comment="Films of the last ten training and validation years; of OMDb's facts those that have the fact.",
            nullable=False,
        ),
        Column(
            name="n_recent", type="int", comment="Rated films of the newest year or years, likewise.", nullable=False
        ),
        Column(
            name="recent_from_year", type="int", comment="First release year of the recent films; null without any."
        ),
    ),
)

MONITORING = (FORECASTS, SCOREBOARD, FEATURE_DRIFT)

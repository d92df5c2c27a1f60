"""The pictures of the page Model: errors, calibration, coverage, slices, and forecasts against outcomes."""

import altair as alt
import pandas as pd

from app.look import Picture, colours, dressed
from imdb_assets.rating_model.study import CANDIDATE_NAME

_N_BINS = 10
_ROW_HEIGHT, _MARGIN = 30, 60
_NAMES_AXIS = alt.Axis(labelLimit=190, labelFontSize=12)
LEAKY = "seed_recipe_leaky"


def errors_picture(rows: pd.DataFrame) -> Picture:
    """RMSE of every model with its 95% interval; rows of the leaderboard with a `name`."""
    shown = colours()
    special = {CANDIDATE_NAME: shown.ink, LEAKY: shown.down}
    rows = rows.assign(color=rows["model"].map(special).fillna(shown.band))
    bars = _bars(
        rows, "rmse", axis=alt.X("rmse:Q", title="RMSE, rating points (shorter is better)", axis=alt.Axis(tickCount=6))
    )
    return dressed(*bars, height=_height(rows))


def calibration_picture(films: pd.DataFrame) -> Picture:
    """Mean rating against mean prediction, test films in ten groups by what was predicted."""
    shown = colours()
    bins = pd.cut(films["rating"].rank(method="first"), _N_BINS, labels=False)
    points = films.groupby(bins)[["rating", "target"]].mean()
    values = points.to_numpy("float64")
    scale = alt.Scale(domain=[float(values.min()) - 0.2, float(values.max()) + 0.2], nice=False)
    marks = (
        alt.Chart(points)
        .mark_circle(size=110, color=shown.ink, opacity=1)
        .encode(
            x=alt.X("rating:Q", scale=scale, title="Predicted rating"),
            y=alt.Y("target:Q", scale=scale, title="Mean rating of the films"),
            tooltip=[alt.Tooltip("rating", format=".2f"), alt.Tooltip("target", format=".2f")],
        )
    )
    return dressed(_diagonal(float(values.min()), float(values.max()), scale), marks, height=300)


def coverage_picture(rows: pd.DataFrame) -> Picture:
    """How many films lie within their intervals, against what the intervals promise; the model's leaderboard rows."""
    shown = colours()
    long = rows.melt(["name", "n"], ["coverage_80", "coverage_90"], "level", "coverage").dropna()
    long["level"] = long["level"].map({"coverage_80": "80%", "coverage_90": "90%"})
    promises = pd.DataFrame({"level": ["80%", "90%"], "promise": [0.8, 0.9]})
    color = alt.Color("level:N", scale=alt.Scale(range=[shown.ink, shown.band]), legend=None)
    scale = alt.Scale(domain=[0.5, 1], nice=False, clamp=True)
    x = alt.X("coverage:Q", title="Films within", scale=scale, axis=alt.Axis(format="%", tickCount=5))
    dots = (
        alt.Chart(long)
        .mark_point(filled=True, size=130, opacity=1, color=shown.ink)
        .encode(
            x=x,
            y=alt.Y("name:N", sort=None, title=None, axis=_NAMES_AXIS),
            color=color,
            tooltip=["name", "level", alt.Tooltip("coverage", format=".1%"), "n"],
        )
    )
    rules = (
        alt.Chart(promises).mark_rule(strokeWidth=3, opacity=0.7).encode(x=alt.X("promise:Q", scale=scale), color=color)
    )
    texts = (
        alt.Chart(promises)
        .mark_text(dy=-8, baseline="bottom", fontSize=11, color=shown.text)
        .encode(x=alt.X("promise:Q", scale=scale), y=alt.value(0), text="level:N")
    )
    return dressed(rules, dots, texts, height=240)


def slices_picture(rows: pd.DataFrame) -> Picture:
    """RMSE by slice with its 95% interval; rows of the slices with a `name`."""
    bars = _bars(
        rows.assign(color=colours().ink),
        "rmse",
        axis=alt.X("rmse:Q", title="RMSE, rating points", axis=alt.Axis(tickCount=5)),
    )
    return dressed(*bars, height=_height(rows))


def slice_coverage_picture(rows: pd.DataFrame) -> Picture:
    """How many films of each slice lie within their 80% interval, against four of five."""
    shown = colours()
    axis = alt.X(
        "coverage_80:Q",
        title="Films within their 80% interval",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    promise = alt.Chart(pd.DataFrame({"x": [0.8]})).mark_rule(color=shown.down, strokeWidth=2).encode(x="x:Q")
    bars = _bars(rows.assign(color=shown.band), "coverage_80", axis=axis)
    return dressed(*bars, promise, height=_height(rows))


def outcomes_picture(scoreboard: pd.DataFrame) -> Picture:
    """What films came to be rated against what was forecast; rows of the scoreboard, each film's first forecast."""
    shown = colours()
    values = scoreboard[["forecast_rating", "target_rating"]].to_numpy("float64")
    scale = alt.Scale(domain=[float(values.min()) - 0.3, float(values.max()) + 0.3], nice=False)
    rows = scoreboard.assign(color=scoreboard["is_within_80"].map({True: shown.ink, False: shown.down}))
    marks = (
        alt.Chart(rows)
        .mark_circle(size=70, opacity=0.8)
        .encode(
            x=alt.X("forecast_rating:Q", scale=scale, title="Forecast rating"),
            y=alt.Y("target_rating:Q", scale=scale, title="Rating today"),
            color=alt.Color("color:N", scale=None),
            tooltip=[
                "title",
                "release_year",
                alt.Tooltip("forecast_rating", format=".1f"),
                "target_rating",
                "target_n_votes",
                "forecast_date",
            ],
        )
    )
    return dressed(_diagonal(float(values.min()), float(values.max()), scale), marks, height=320)


def _bars(rows: pd.DataFrame, number: str, *, axis: alt.X) -> tuple[alt.Chart, alt.Chart]:
    """Bars in the rows' `color`, with thin lines for 95% intervals."""
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=_NAMES_AXIS),
        tooltip=["name", alt.Tooltip(number, format=".3f"), "n"],
    )
    bars = base.mark_bar(height=16, cornerRadius=3).encode(x=axis, color=alt.Color("color:N", scale=None))
    ends = base.mark_rule(strokeWidth=2, color=colours().text).encode(x=f"{number}_low:Q", x2=f"{number}_high:Q")
    return bars, ends


def _height(rows: pd.DataFrame) -> int:
    return _ROW_HEIGHT * len(rows) + _MARGIN


def _diagonal(low: float, high: float, scale: alt.Scale) -> alt.Chart:
    """Where predictions are right."""
    line = alt.Chart(pd.DataFrame({"end": [low, high]})).mark_line(color=colours().quiet, strokeDash=[4, 4])
    return line.encode(x=alt.X("end:Q", scale=scale), y=alt.Y("end:Q", scale=scale))

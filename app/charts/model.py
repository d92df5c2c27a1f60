"""The pictures of the page Model: errors, calibration, coverage, slices, and forecasts against outcomes."""

from typing import Any

import pandas as pd

from app.charts.theme import Picture, Rows, colours, layer, picture, told
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME

_N_BINS = 10
_ROW_HEIGHT, _MARGIN = 30, 60
LEAKY = "tfidf_forest_leaky"
_NAMES = {
    "field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "labelFontSize": 12},
}  # fmt: skip
_COLOR = {"field": "color", "type": "nominal", "scale": None}


def errors_picture(rows: pd.DataFrame) -> Picture:
    """RMSE of every model with its 95% interval; rows of the leaderboard with a `name`."""
    shown = colours()
    special = {CANDIDATE_NAME: shown.ink, LEAKY: shown.down}
    rows = rows.assign(color=rows["model"].map(special).fillna(shown.band))
    x = {"title": "RMSE, rating points (shorter is better)", "axis": {"tickCount": 6}}
    return picture(*_bars("rmse", x), rows=_measured(rows, "rmse"), height=_height(rows))


def calibration_picture(films: pd.DataFrame) -> Picture:
    """Mean rating against mean prediction, test films in ten groups by what was predicted."""
    bins = pd.cut(films["predicted_rating"].rank(method="first"), _N_BINS, labels=False)
    points = films.groupby(bins)[["predicted_rating", "target_rating"]].mean()
    scale = _scale(points, margin=0.2)
    encoding = {
        "x": _number("predicted_rating", "Predicted rating", scale),
        "y": _number("target_rating", "Mean rating of the films", scale),
        "tooltip": [told("predicted_rating", "Predicted", ".2f"), told("target_rating", "Mean rating", ".2f")],
    }
    dots = layer("circle", encoding, rows=_records(points), size=110, color=colours().ink, opacity=1)
    return picture(_diagonal(scale), dots, height=300)


def coverage_picture(rows: pd.DataFrame) -> Picture:
    """How many films lie within their intervals, against what the intervals promise; the model's leaderboard rows."""
    shown = colours()
    levels = {"coverage_80": ("80%", 0.8, shown.ink), "coverage_90": ("90%", 0.9, shown.quiet)}
    dots = [
        {"name": row["name"], "n": row["n"], "level": level, "coverage": row[column], "color": color}
        for row in _records(rows[["name", "n", *levels]].dropna())
        for column, (level, _, color) in levels.items()
    ]
    promises = [{"level": level, "promise": promise, "color": color} for level, promise, color in levels.values()]
    scale = {"domain": [0.5, 1], "nice": False, "clamp": True}
    x = {**_number("coverage", "Films within", scale), "axis": {"format": "%", "tickCount": 5}}
    at = _number("promise", None, scale)
    told_of = [told("name", "Films"), told("level", "Interval"), told("coverage", "Within", ".1%"), told("n", "Films")]
    text = {"x": at, "y": {"value": 0}, "text": {"field": "level"}}
    return picture(
        layer("rule", {"x": at, "color": _COLOR}, rows=promises, strokeWidth=3, opacity=0.7),
        layer("text", text, rows=promises, dy=-8, baseline="bottom", fontSize=11, color=shown.text),
        layer("point", {"x": x, "y": _NAMES, "color": _COLOR, "tooltip": told_of}, filled=True, size=130, opacity=1),
        rows=dots,
        height=240,
    )


def slices_picture(rows: pd.DataFrame) -> Picture:
    """RMSE by slice with its 95% interval; rows of the slices with a `name`."""
    rows = rows.assign(color=colours().ink)
    x = {"title": "RMSE, rating points", "axis": {"tickCount": 5}}
    return picture(*_bars("rmse", x), rows=_measured(rows, "rmse"), height=_height(rows))


def slice_coverage_picture(rows: pd.DataFrame) -> Picture:
    """How many films of each slice lie within their 80% interval, against four of five."""
    shown = colours()
    rows = rows.assign(color=shown.band)
    x = {"title": "Films within their 80% interval", "scale": {"domain": [0, 1]},
         "axis": {"format": "%", "tickCount": 5}}  # fmt: skip
    promise = layer("rule", {"x": _number("x", x["title"], {})}, rows=[{"x": 0.8}], color=shown.down, strokeWidth=2)
    return picture(*_bars("coverage_80", x), promise, rows=_measured(rows, "coverage_80"), height=_height(rows))


def outcomes_picture(scoreboard: pd.DataFrame) -> Picture:
    """What films came to be rated against what was forecast; rows of the scoreboard, each film's first forecast."""
    shown = colours()
    rows = scoreboard[["title", "release_year", "predicted_rating", "average_rating", "n_votes"]].assign(
        color=scoreboard["is_within_80"].map({True: shown.ink, False: shown.down}),
        forecast_date=scoreboard["forecast_date"].astype(str),
    )
    scale = _scale(rows[["predicted_rating", "average_rating"]], margin=0.3)
    encoding = {
        "x": _number("predicted_rating", "Forecast rating", scale),
        "y": _number("average_rating", "Rating today", scale),
        "color": _COLOR,
        "tooltip": [told("title", "Film"), told("release_year", "Year"), told("predicted_rating", "Forecast", ".1f"),
                    told("average_rating", "Rating today", ".1f"), told("n_votes", "Votes"),
                    told("forecast_date", "Forecast on")],
    }  # fmt: skip
    return picture(_diagonal(scale), layer("circle", encoding, rows=_records(rows), size=70, opacity=0.8), height=320)


def _bars(number: str, x: dict[str, Any]) -> tuple[Picture, Picture]:
    """Bars in the rows' `color`, with thin lines for 95% intervals."""
    tooltip = [told("name", "What"), told(number, x["title"], ".3f"), told("n", "Films")]
    base = {"y": _NAMES, "tooltip": tooltip}
    at = {"field": number, "type": "quantitative", **x}
    ends = {"x": _number(f"{number}_low", x["title"], {}), "x2": {"field": f"{number}_high"}}
    return (
        layer("bar", {**base, "x": at, "color": _COLOR}, height=16, cornerRadius=3),
        layer("rule", {**base, **ends}, strokeWidth=2, color=colours().text),
    )


def _measured(rows: pd.DataFrame, number: str) -> Rows:
    return _records(rows[["name", "n", "color", number, f"{number}_low", f"{number}_high"]].dropna())


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _height(rows: pd.DataFrame) -> int:
    return _ROW_HEIGHT * len(rows) + _MARGIN


def _scale(points: pd.DataFrame, *, margin: float) -> dict[str, Any]:
    """One scale for both ways of a picture."""
    values = points.to_numpy("float64")
    return {"domain": [float(values.min()) - margin, float(values.max()) + margin], "nice": False, "zero": False}


def _number(field: str, title: str | None, scale: dict[str, Any]) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title, "scale": scale}


def _diagonal(scale: dict[str, Any]) -> Picture:
    """Where predictions are right."""
    rows = [{"end": end} for end in scale["domain"]]
    encoding = {"x": _number("end", None, scale), "y": _number("end", None, scale)}
    return layer("line", encoding, rows=rows, color=colours().quiet, strokeDash=[4, 4])

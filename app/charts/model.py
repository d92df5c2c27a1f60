"""The charts of the Model page: errors, calibration, coverage, slices, and forecasts against outcomes."""

from typing import Any

import pandas as pd

from app.charts.theme import Chart, Rows, chart, colours, layer, tooltip
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME

_N_BINS = 10
_ROW_HEIGHT, _MARGIN = 30, 60
LEAKY = "tfidf_forest_leaky"
_NAMES = {
    "field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "labelFontSize": 12},
}  # fmt: skip
_COLOR = {"field": "color", "type": "nominal", "scale": None}


def errors_chart(rows: pd.DataFrame) -> Chart:
    """Draw the RMSE of every model with its 95% interval, from leaderboard rows with a `name`."""
    palette = colours()
    special = {CANDIDATE_NAME: palette.ink, LEAKY: palette.down}
    rows = rows.assign(color=rows["model"].map(special).fillna(palette.band))
    x = {"title": "RMSE, rating points (lower is better)", "axis": {"tickCount": 6}}
    return chart(*_bars("rmse", x), rows=_measured(rows, "rmse"), height=_height(rows))


def calibration_chart(films: pd.DataFrame) -> Chart:
    """Draw the mean rating against the mean prediction for ten groups of test films by predicted rating."""
    bins = pd.cut(films["predicted_rating"].rank(method="first"), _N_BINS, labels=False)
    points = films.groupby(bins)[["predicted_rating", "target_rating"]].mean()
    scale = _scale(points, margin=0.2)
    encoding = {
        "x": _number("predicted_rating", "Predicted rating", scale),
        "y": _number("target_rating", "Mean actual rating", scale),
        "tooltip": [
            tooltip("predicted_rating", "Mean predicted", ".2f"),
            tooltip("target_rating", "Mean actual", ".2f"),
        ],
    }
    dots = layer("circle", encoding, rows=_records(points), size=110, color=colours().ink, opacity=1)
    return chart(_diagonal(scale), dots, height=300)


def residuals_chart(films: pd.DataFrame) -> Chart:
    """Draw the errors of test films against their predicted rating: the mean, and the range of four fifths of them."""
    bins = pd.cut(films["predicted_rating"].rank(method="first"), _N_BINS, labels=False)
    errors = (films["target_rating"] - films["predicted_rating"]).groupby(bins)
    points = pd.DataFrame(
        {
            "predicted": films["predicted_rating"].groupby(bins).mean(),
            "mean": errors.mean(),
            "low": errors.quantile(0.1),
            "high": errors.quantile(0.9),
        }
    )
    x = _number("predicted", "Predicted rating", {"zero": False, "nice": False})
    title = "Rating minus prediction"
    lines = [tooltip("predicted", "Mean predicted", ".2f"), tooltip("mean", "Mean error", "+.2f"),
             tooltip("low", "One in ten is below", "+.2f"), tooltip("high", "One in ten is above", "+.2f")]  # fmt: skip
    palette = colours()
    band = {"x": x, "y": _number("low", title, {}), "y2": {"field": "high"}, "tooltip": lines}
    mean = {"x": x, "y": _number("mean", title, {}), "tooltip": lines}
    zero = layer("rule", {"y": _number("y", title, {})}, rows=[{"y": 0}], color=palette.quiet, strokeDash=[4, 4])
    return chart(
        layer("area", band, color=palette.band, opacity=0.6),
        zero,
        layer("line", mean, color=palette.ink, strokeWidth=2.5, point=True),
        rows=_records(points),
        height=300,
    )


def importance_chart(rows: pd.DataFrame) -> Chart:
    """Draw how much the RMSE grows when each group of features is shuffled, from rows with `name`, largest first."""
    rows = rows.assign(color=colours().ink)
    title = "Increase of the RMSE, rating points"
    encoding = {
        "y": {**_NAMES, "sort": None}, "x": _number("rmse_increase", title, {}), "color": _COLOR,
        "tooltip": [tooltip("name", "Facts"), tooltip("rmse_increase", title, ".3f")],
    }  # fmt: skip
    bars = layer("bar", encoding, height=16, cornerRadius=3)
    return chart(bars, rows=_records(rows[["name", "rmse_increase", "color"]]), height=_height(rows))


def coverage_chart(rows: pd.DataFrame) -> Chart:
    """Draw observed against nominal coverage of the intervals, from the model's leaderboard rows."""
    palette = colours()
    levels = {"coverage_80": ("80%", 0.8, palette.ink), "coverage_90": ("90%", 0.9, palette.quiet)}
    dots = [
        {"name": row["name"], "n": row["n"], "level": level, "coverage": row[column], "color": color}
        for row in _records(rows[["name", "n", *levels]].dropna())
        for column, (level, _, color) in levels.items()
    ]
    nominal = [{"level": level, "nominal": share, "color": color} for level, share, color in levels.values()]
    scale = {"domain": [0.5, 1], "nice": False, "clamp": True}
    x = {**_number("coverage", "Films within their interval", scale), "axis": {"format": "%", "tickCount": 5}}
    at = _number("nominal", None, scale)
    lines = [tooltip("name", "Population"), tooltip("level", "Interval"), tooltip("coverage", "Coverage", ".1%"),
             tooltip("n", "Films")]  # fmt: skip
    text = {"x": at, "y": {"value": 0}, "text": {"field": "level"}}
    return chart(
        layer("rule", {"x": at, "color": _COLOR}, rows=nominal, strokeWidth=3, opacity=0.7),
        layer("text", text, rows=nominal, dy=-8, baseline="bottom", fontSize=11, color=palette.text),
        layer("point", {"x": x, "y": _NAMES, "color": _COLOR, "tooltip": lines}, filled=True, size=130, opacity=1),
        rows=dots,
        height=240,
    )


def slices_chart(rows: pd.DataFrame) -> Chart:
    """Draw RMSE by slice with its 95% interval, from slice rows with a `name`."""
    rows = rows.assign(color=colours().ink)
    x = {"title": "RMSE, rating points", "axis": {"tickCount": 5}}
    return chart(*_bars("rmse", x), rows=_measured(rows, "rmse"), height=_height(rows))


def slice_coverage_chart(rows: pd.DataFrame) -> Chart:
    """Draw the coverage of the 80% interval by slice, with a line at 80%."""
    palette = colours()
    rows = rows.assign(color=palette.band)
    x = {"title": "Films within their 80% interval", "scale": {"domain": [0, 1]},
         "axis": {"format": "%", "tickCount": 5}}  # fmt: skip
    nominal = layer("rule", {"x": _number("x", x["title"], {})}, rows=[{"x": 0.8}], color=palette.down, strokeWidth=2)
    return chart(*_bars("coverage_80", x), nominal, rows=_measured(rows, "coverage_80"), height=_height(rows))


def outcomes_chart(scoreboard: pd.DataFrame) -> Chart:
    """Draw today's rating against the forecast, from scoreboard rows with each film's first forecast."""
    palette = colours()
    rows = scoreboard[["title", "release_year", "predicted_rating", "average_rating", "n_votes"]].assign(
        color=scoreboard["is_within_80"].map({True: palette.ink, False: palette.down}),
        forecast_date=scoreboard["forecast_date"].astype(str),
    )
    scale = _scale(rows[["predicted_rating", "average_rating"]], margin=0.3)
    encoding = {
        "x": _number("predicted_rating", "Forecast rating", scale),
        "y": _number("average_rating", "Rating today", scale),
        "color": _COLOR,
        "tooltip": [tooltip("title", "Film"), tooltip("release_year", "Year"),
                    tooltip("predicted_rating", "Forecast", ".1f"), tooltip("average_rating", "Rating today", ".1f"),
                    tooltip("n_votes", "Votes"), tooltip("forecast_date", "Forecast on")],
    }  # fmt: skip
    return chart(_diagonal(scale), layer("circle", encoding, rows=_records(rows), size=70, opacity=0.8), height=320)


def _bars(column: str, x: dict[str, Any]) -> tuple[Chart, Chart]:
    """Return bars in the rows' `color` and thin lines for their 95% intervals."""
    lines = [tooltip("name", "Name"), tooltip(column, x["title"], ".3f"), tooltip("n", "Films")]
    base = {"y": _NAMES, "tooltip": lines}
    at = {"field": column, "type": "quantitative", **x}
    ends = {"x": _number(f"{column}_low", x["title"], {}), "x2": {"field": f"{column}_high"}}
    return (
        layer("bar", {**base, "x": at, "color": _COLOR}, height=16, cornerRadius=3),
        layer("rule", {**base, **ends}, strokeWidth=2, color=colours().text),
    )


def _measured(rows: pd.DataFrame, column: str) -> Rows:
    return _records(rows[["name", "n", "color", column, f"{column}_low", f"{column}_high"]].dropna())


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _height(rows: pd.DataFrame) -> int:
    return _ROW_HEIGHT * len(rows) + _MARGIN


def _scale(points: pd.DataFrame, *, margin: float) -> dict[str, Any]:
    """Return one scale for both axes."""
    values = points.to_numpy("float64")
    return {"domain": [float(values.min()) - margin, float(values.max()) + margin], "nice": False, "zero": False}


def _number(field: str, title: str | None, scale: dict[str, Any]) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title, "scale": scale}


def _diagonal(scale: dict[str, Any]) -> Chart:
    """Draw the line on which predictions equal actual ratings."""
    rows = [{"end": end} for end in scale["domain"]]
    encoding = {"x": _number("end", None, scale), "y": _number("end", None, scale)}
    return layer("line", encoding, rows=rows, color=colours().quiet, strokeDash=[4, 4])

"""The charts of the Model page: errors, calibration, coverage, slices, and forecasts against outcomes."""

import pandas as pd

from app.charts.marks import COLOR, NAMES, bars, diagonal, height, measured, number, records, scale_of
from app.charts.theme import Chart, chart, colours, layer, tooltip
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME

_N_BINS = 10
LEAKY = "tfidf_forest_leaky"


def errors_chart(rows: pd.DataFrame, *, unit: str = "rating points") -> Chart:
    """Draw the RMSE of every model with its 95% interval, from leaderboard rows with a `name`."""
    palette = colours()
    special = {CANDIDATE_NAME: palette.ink, LEAKY: palette.down}
    rows = rows.assign(color=rows["model"].map(special).fillna(palette.band))
    x = {"title": f"RMSE, {unit} (lower is better)", "axis": {"tickCount": 6}}
    return chart(*bars("rmse", x), rows=measured(rows, "rmse"), height=height(rows))


def calibration_chart(films: pd.DataFrame) -> Chart:
    """Draw the mean rating against the mean prediction for ten groups of test films by predicted rating."""
    bins = pd.cut(films["predicted_rating"].rank(method="first"), _N_BINS, labels=False)
    points = films.groupby(bins)[["predicted_rating", "target_rating"]].mean()
    scale = scale_of(points, margin=0.2)
    encoding = {
        "x": number("predicted_rating", "Predicted rating", scale),
        "y": number("target_rating", "Mean actual rating", scale),
        "tooltip": [
            tooltip("predicted_rating", "Mean predicted", ".2f"),
            tooltip("target_rating", "Mean actual", ".2f"),
        ],
    }
    dots = layer("circle", encoding, rows=records(points), size=110, color=colours().ink, opacity=1)
    return chart(diagonal(scale), dots, height=300)


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
    x = number("predicted", "Predicted rating", {"zero": False, "nice": False})
    title = "Rating minus prediction"
    lines = [tooltip("predicted", "Mean predicted", ".2f"), tooltip("mean", "Mean error", "+.2f"),
             tooltip("low", "One in ten is below", "+.2f"), tooltip("high", "One in ten is above", "+.2f")]  # fmt: skip
    palette = colours()
    band = {"x": x, "y": number("low", title, {}), "y2": {"field": "high"}, "tooltip": lines}
    mean = {"x": x, "y": number("mean", title, {}), "tooltip": lines}
    zero = layer("rule", {"y": number("y", title, {})}, rows=[{"y": 0}], color=palette.quiet, strokeDash=[4, 4])
    return chart(
        layer("area", band, color=palette.band, opacity=0.6),
        zero,
        layer("line", mean, color=palette.ink, strokeWidth=2.5, point=True),
        rows=records(points),
        height=300,
    )


def importance_chart(rows: pd.DataFrame) -> Chart:
    """Draw how much the RMSE grows when each group of features is shuffled, from rows with `name`, largest first."""
    rows = rows.assign(color=colours().ink)
    title = "Increase of the RMSE, rating points"
    encoding = {
        "y": {**NAMES, "sort": None}, "x": number("rmse_increase", title, {}), "color": COLOR,
        "tooltip": [tooltip("name", "Facts"), tooltip("rmse_increase", title, ".3f")],
    }  # fmt: skip
    marks = layer("bar", encoding, height=16, cornerRadius=3)
    return chart(marks, rows=records(rows[["name", "rmse_increase", "color"]]), height=height(rows))


def coverage_chart(rows: pd.DataFrame) -> Chart:
    """Draw observed against nominal coverage of the intervals, from the model's leaderboard rows."""
    palette = colours()
    levels = {"coverage_80": ("80%", 0.8, palette.ink), "coverage_90": ("90%", 0.9, palette.quiet)}
    dots = [
        {"name": row["name"], "n": row["n"], "level": level, "coverage": row[column], "color": color}
        for row in records(rows[["name", "n", *levels]].dropna())
        for column, (level, _, color) in levels.items()
    ]
    nominal = [{"level": level, "nominal": share, "color": color} for level, share, color in levels.values()]
    scale = {"domain": [0.5, 1], "nice": False, "clamp": True}
    x = {**number("coverage", "Films within their interval", scale), "axis": {"format": "%", "tickCount": 5}}
    at = number("nominal", None, scale)
    lines = [tooltip("name", "Population"), tooltip("level", "Interval"), tooltip("coverage", "Coverage", ".1%"),
             tooltip("n", "Films")]  # fmt: skip
    text = {"x": at, "y": {"value": 0}, "text": {"field": "level"}}
    return chart(
        layer("rule", {"x": at, "color": COLOR}, rows=nominal, strokeWidth=3, opacity=0.7),
        layer("text", text, rows=nominal, dy=-8, baseline="bottom", fontSize=11, color=palette.text),
        layer("point", {"x": x, "y": NAMES, "color": COLOR, "tooltip": lines}, filled=True, size=130, opacity=1),
        rows=dots,
        height=240,
    )


def slices_chart(rows: pd.DataFrame) -> Chart:
    """Draw RMSE by slice with its 95% interval, from slice rows with a `name`."""
    rows = rows.assign(color=colours().ink)
    x = {"title": "RMSE, rating points", "axis": {"tickCount": 5}}
    return chart(*bars("rmse", x), rows=measured(rows, "rmse"), height=height(rows))


def slice_coverage_chart(rows: pd.DataFrame) -> Chart:
    """Draw the coverage of the 80% interval by slice, with a line at 80%."""
    palette = colours()
    rows = rows.assign(color=palette.band)
    x = {"title": "Films within their 80% interval", "scale": {"domain": [0, 1]},
         "axis": {"format": "%", "tickCount": 5}}  # fmt: skip
    nominal = layer("rule", {"x": number("x", x["title"], {})}, rows=[{"x": 0.8}], color=palette.down, strokeWidth=2)
    return chart(*bars("coverage_80", x), nominal, rows=measured(rows, "coverage_80"), height=height(rows))


def outcomes_chart(scoreboard: pd.DataFrame) -> Chart:
    """Draw today's rating against the forecast, from scoreboard rows with each film's first forecast."""
    palette = colours()
    rows = scoreboard[["title", "release_year", "predicted_rating", "average_rating", "n_votes"]].assign(
        color=scoreboard["is_within_80"].map({True: palette.ink, False: palette.down}),
        forecast_date=scoreboard["forecast_date"].astype(str),
    )
    scale = scale_of(rows[["predicted_rating", "average_rating"]], margin=0.3)
    encoding = {
        "x": number("predicted_rating", "Forecast rating", scale),
        "y": number("average_rating", "Rating today", scale),
        "color": COLOR,
        "tooltip": [tooltip("title", "Film"), tooltip("release_year", "Year"),
                    tooltip("predicted_rating", "Forecast", ".1f"), tooltip("average_rating", "Rating today", ".1f"),
                    tooltip("n_votes", "Votes"), tooltip("forecast_date", "Forecast on")],
    }  # fmt: skip
    return chart(diagonal(scale), layer("circle", encoding, rows=records(rows), size=70, opacity=0.8), height=320)

"""Charts of a version's statistics: distribution, dependence, learning curve, years, drift, ablation, votes."""

import pandas as pd

from app.charts.marks import COLOR, NAMES, bars, diagonal, height, line_and_band, measured, number, records
from app.charts.theme import Chart, chart, colours, layer, tooltip
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME

_HEIGHT = 300
_SHORTEST_AXIS = 0.5
_YEAR = {"axis": {"format": "d", "tickMinStep": 1}}
_FREE = {"zero": False, "nice": False}


def pit_chart(rows: pd.DataFrame) -> Chart:
    """Draw the share of films in each tenth of their predicted distribution, with a line at one tenth."""
    palette = colours()
    title = "Share of the test films"
    x = {"field": "bin", "type": "ordinal", "title": "Tenth of the predicted distribution", "axis": {"labelAngle": 0}}
    y = {**number("share", title, {}), "axis": {"format": "%", "tickCount": 5}}
    lines = [tooltip("bin", "Tenth"), tooltip("share", title, ".1%"), tooltip("n", "Films")]
    nominal = layer("rule", {"y": number("y", title, {})}, rows=[{"y": 0.1}], color=palette.down, strokeWidth=2)
    return chart(
        layer("bar", {"x": x, "y": y, "tooltip": lines}, color=palette.ink, cornerRadiusEnd=3),
        nominal,
        rows=records(rows[["bin", "n", "share"]]),
        height=_HEIGHT,
    )


def dependence_chart(rows: pd.DataFrame, *, label: str, is_year: bool) -> Chart:
    """Draw the mean predicted rating by the value that all films are given, from rows of one fact."""
    x = {**number("value", label, _FREE), **(_YEAR if is_year else {})}
    # A shorter axis would magnify differences that mean nothing.
    middle, least = rows["mean_rating"].agg(["min", "max"]).mean(), _SHORTEST_AXIS / 2
    reach = max(least, float(rows["mean_rating"].max() - middle) * 1.1)
    y = number("mean_rating", "Mean predicted rating", {**_FREE, "domain": [middle - reach, middle + reach]})
    lines = [tooltip("value", label, "d"), tooltip("mean_rating", "Mean predicted rating", ".2f"),
             tooltip("n", "Earlier films near it", ",d")]  # fmt: skip
    line = layer("line", {"x": x, "y": y, "tooltip": lines}, color=colours().ink, strokeWidth=2.5, point=True)
    return chart(line, rows=records(rows[["value", "mean_rating", "n"]]), height=_HEIGHT)


def learning_chart(rows: pd.DataFrame) -> Chart:
    """Draw the RMSE with its 95% interval by the number of training films, on a logarithmic scale."""
    x = {**number("n_training_films", "Training films", {"type": "log", "nice": False}), "axis": {"format": "~s"}}
    lines = [tooltip("n_training_films", "Training films", ",d"), tooltip("rmse", "RMSE", ".3f"),
             tooltip("r2", "R2", ".3f")]  # fmt: skip
    marks = line_and_band(x, number("rmse", "RMSE, rating points", _FREE), lines)
    return chart(*marks, rows=records(rows), height=_HEIGHT)


def leak_tax_chart(rows: pd.DataFrame) -> Chart:
    """Draw the leak tax of each test year as a bar with its 95% interval."""
    rows = rows.assign(name=rows["test_year"].astype(str), color=colours().down)
    x = {"title": "Leak tax, rating points", "axis": {"tickCount": 5}}
    return chart(*bars("leak_tax", x), rows=measured(rows, "leak_tax"), height=height(rows))


def years_chart(rows: pd.DataFrame) -> Chart:
    """Draw the RMSE of each model by test year, from backtest rows with a `name`; the candidate's with its interval."""
    palette = colours()
    title = "RMSE, rating points"
    x = {**number("test_year", "Test year", _FREE), **_YEAR}
    y = number("rmse", title, _FREE)
    lines = [tooltip("name", "Model"), tooltip("test_year", "Test year"), tooltip("rmse", title, ".3f"),
             tooltip("n", "Films", ",d")]  # fmt: skip
    own = rows["model"] == CANDIDATE_NAME
    columns = ["name", "test_year", "rmse", "rmse_low", "rmse_high", "n"]
    others = {"x": x, "y": y, "detail": {"field": "name"}, "tooltip": lines}
    return chart(
        layer("line", others, rows=records(rows[~own][columns]), color=palette.quiet, strokeWidth=1.5, point=True),
        *line_and_band(x, y, lines),
        rows=records(rows[own][columns]),
        height=_HEIGHT,
    )  # fmt: skip


def coverage_years_chart(rows: pd.DataFrame) -> Chart:
    """Draw the coverage of the candidate's 80% interval by test year with its 95% interval, and a line at 80%."""
    title = "Films within their 80% interval"
    own = rows[(rows["model"] == CANDIDATE_NAME) & rows["coverage_80"].notna()]
    x = {**number("test_year", "Test year", _FREE), **_YEAR}
    y = {**number("coverage_80", title, _FREE), "axis": {"format": "%", "tickCount": 5}}
    lines = [tooltip("test_year", "Test year"), tooltip("coverage_80", title, ".1%"), tooltip("n", "Films", ",d")]
    nominal = layer("rule", {"y": number("y", title, _FREE)}, rows=[{"y": 0.8}], color=colours().down, strokeWidth=2)
    columns = ["test_year", "coverage_80", "coverage_80_low", "coverage_80_high", "n"]
    return chart(*line_and_band(x, y, lines), nominal, rows=records(own[columns]), height=_HEIGHT)


def drift_chart(rows: pd.DataFrame, *, drifted_from: float) -> Chart:
    """Draw the population stability index of features with a `name`, with a line where drift begins."""
    palette = colours()
    title = "Population stability index"
    rows = rows.assign(color=(rows["psi"] > drifted_from).map({True: palette.down, False: palette.ink}))
    lines = [tooltip("feature", "Feature"), tooltip("psi", title, ".3f"),
             tooltip("reference_mean", "Mean before", ".2f"),
             tooltip("recent_mean", "Mean of recent films", ".2f")]  # fmt: skip
    marks = layer(
        "bar", {"y": NAMES, "x": number("psi", title, {}), "color": COLOR, "tooltip": lines}, height=16, cornerRadius=3
    )
    limit = layer("rule", {"x": number("x", title, {})}, rows=[{"x": drifted_from}], color=palette.quiet, strokeWidth=2)
    columns = ["name", "feature", "psi", "reference_mean", "recent_mean", "color"]
    return chart(marks, limit, rows=records(rows[columns]), height=height(rows))


def ablation_chart(rows: pd.DataFrame) -> Chart:
    """Draw the RMSE that is lost without each group of features with its 95% interval, from rows with a `name`."""
    rows = rows.assign(color=colours().ink)
    x = {"title": "Increase of the RMSE, rating points", "axis": {"tickCount": 5}}
    return chart(*bars("rmse_difference", x), rows=measured(rows, "rmse_difference"), height=height(rows))


def votes_calibration_chart(rows: pd.DataFrame) -> Chart:
    """Draw the share of films that reached each audience against its predicted probability."""
    palette = colours()
    rows = rows.assign(
        color=rows["audience"].map({"1000": palette.ink, "100": palette.down}),
        name=rows["audience"].map({"1000": "1,000 votes", "100": "100 votes"}),
    )
    scale = {"domain": [0, 1]}
    share = {"format": "%", "tickCount": 5}
    x = {**number("probability", "Predicted probability", scale), "axis": share}
    y = {**number("share_reached", "Share of films that reached it", scale), "axis": share}
    lines = [tooltip("name", "Audience"), tooltip("probability", "Predicted", ".1%"),
             tooltip("share_reached", "Reached", ".1%"), tooltip("n", "Films", ",d")]  # fmt: skip
    encoding = {"x": x, "y": y, "color": COLOR, "tooltip": lines}
    named = rows.sort_values("probability").groupby("audience").tail(1)
    label = {"x": x, "y": y, "color": COLOR, "text": {"field": "name"}}
    return chart(
        diagonal(scale),
        layer("line", encoding, strokeWidth=2.5, point={"filled": True, "size": 60}),
        layer("text", label, rows=records(named), align="right", dx=-12, dy=12, fontSize=12, fontWeight="bold"),
        rows=records(rows[["name", "color", "probability", "share_reached", "n"]]),
        height=_HEIGHT,
    )

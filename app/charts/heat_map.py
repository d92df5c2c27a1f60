"""The heat map of a scenario search: the best rating of each value of one axis with each of another."""

from typing import Any

import numpy as np

from app.charts.theme import Picture, colours, layer, picture, told
from app.widgets.scenario_table import AXIS_NAMES, short_names
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import HeatMap
from imdb_assets.vocabulary.roles import ROLE_LISTS

_ROW_HEIGHT, _MARGIN, _MOST_WRITTEN = 30, 120, 12


def heat_picture(heat: HeatMap, one: str, other: str, people: People) -> Picture:
    """Draw a cell for each two values, darker the better, with its rating where there is room."""
    rows = _cells(heat, one, other, people)
    shown = colours()
    ratings = [row["rating"] for row in rows]
    low, high = min(ratings, default=1.0), max(ratings, default=10.0)
    for row in rows:
        row["is_high"] = row["rating"] > (low + high) / 2
    axis = {"labelLimit": 130, "labelFontSize": 12}
    base: dict[str, Any] = {
        "x": {"field": "column", "type": "nominal", "sort": None, "title": None, "axis": {**axis, "labelAngle": -40}},
        "y": {"field": "row", "type": "nominal", "sort": None, "title": None, "axis": axis},
        "tooltip": [told("row", AXIS_NAMES[one]), told("column", AXIS_NAMES[other]),
                    told("rating", "Best rating", ".2f")],
    }  # fmt: skip
    scale = {"domain": [low, high], "range": [shown.ground, shown.ink]}
    cells = layer(
        "rect", {**base, "color": {"field": "rating", "type": "quantitative", "scale": scale, "legend": None}}
    )
    layers = [cells]
    if len(heat.columns) <= _MOST_WRITTEN:
        dark, light = ("#ffffff", shown.text) if shown.text.startswith("#2") else ("#12181c", shown.text)
        color = {"condition": {"test": "datum.is_high", "value": dark}, "value": light}
        text = {**base, "text": {"field": "rating", "type": "quantitative", "format": ".1f"}, "color": color}
        layers.append(layer("text", text, fontSize=12))
    return picture(*layers, rows=rows, height=_ROW_HEIGHT * len(heat.rows) + _MARGIN)


def heat_words(heat: HeatMap, one: str, other: str, people: People) -> str:
    """What a screen reader says of the picture."""
    rows = _cells(heat, one, other, people)
    names = f"Heat map of {AXIS_NAMES[one].lower()} by {AXIS_NAMES[other].lower()}"
    if not rows:
        return f"{names}: no combination is allowed."
    best, worst = max(rows, key=lambda row: row["rating"]), min(rows, key=lambda row: row["rating"])
    return (
        f"{names}: best is {best['row']} with {best['column']}, {best['rating']:.2f}; "
        f"worst {worst['row']} with {worst['column']}, {worst['rating']:.2f}"
    )


def _cells(heat: HeatMap, one: str, other: str, people: People) -> list[dict[str, Any]]:
    rows, columns = _names(one, heat.rows, people), _names(other, heat.columns, people)
    return [
        {"row": rows[row], "column": columns[column], "rating": float(heat.ratings[row, column])}
        for row, column in np.argwhere(np.isfinite(heat.ratings))
    ]


def _names(axis: str, values: tuple, people: People) -> list[str]:
    if axis in ROLE_LISTS.values():
        names = short_names(values, people)
        return [names[person] for person in values]
    if axis == "genres":
        return [", ".join(value) or "no genre" for value in values]
    return [f"{value:g} min" if axis == "runtimes" and value else str(value or "not said") for value in values]

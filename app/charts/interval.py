"""Predictions as a picture: rating and 80% interval on the scale of all films, over how released films are rated."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.charts.theme import Picture, Rows, colours, layer, picture, told
from imdb_assets.rating_model.serving.rating_model import Prediction

# Ratings have one decimal: two of them a bin, else some bins would hold more than their neighbours.
_BIN = 0.2
_ROW_HEIGHT, _ONE_HEIGHT, _MARGIN = 54, 90, 40
_AXIS = {"values": list(range(1, 11)), "grid": False, "title": None, "format": "d", "labelFontSize": 13}


def interval_picture(predictions: Mapping[str, Prediction], shares: Rows, *, outcome: float | None = None) -> Picture:
    """Draw a row per prediction: its interval as a band and its rating as a mark.

    Args:
        predictions: By name; the names are shown where there are several.
        shares: How released films are rated, as `rating_shares` counts them; none where that is not known.
        outcome: What a film's rating came to be, where it is known.
    """
    rows = _rows(predictions)
    is_one = len(rows) == 1
    names = {"title": None, "labelFontSize": 13, "labelFontWeight": "bold", "orient": "left"}
    base = {
        "y": {"field": "name", "type": "nominal", "sort": None, "axis": None if is_one else names},
        "color": {"field": "color", "type": "nominal", "scale": None},
        "tooltip": [told("name", "Draft"), told("rating", "Expected rating", ".1f"), told("low", "80% from", ".1f"),
                    told("high", "80% to", ".1f")],
    }  # fmt: skip
    band = layer("bar", {**base, "x": _x("low"), "x2": {"field": "high"}}, height=20, cornerRadius=6, opacity=0.45)
    mark = layer("point", {**base, "x": _x("rating")}, filled=True, size=260, opacity=1)
    layers = [*([_ground(shares)] if shares else []), band, mark]
    if outcome is None:
        layers += [_end(base, "low", align="right", dx=-6), _end(base, "high", align="left", dx=6)]
    else:
        layers += _outcome(outcome)
    # The films' hills and the rows of predictions have scales of their own.
    height = _ONE_HEIGHT if is_one else _ROW_HEIGHT * len(rows)
    return picture(*layers, rows=rows, height=_MARGIN + height, has_own_scales=True)


def rating_shares(ratings: np.ndarray) -> list[dict[str, float]]:
    """How many of a hundred films are rated around each fifth of a point: `rating` and `share`, a percentage."""
    edges = np.arange(0.95, 10 + _BIN, _BIN)
    counts, _ = np.histogram(ratings, edges)
    shares = 100 * counts / max(len(ratings), 1)
    return [
        {"rating": float(rating), "share": float(share)}
        for rating, share in zip(edges[:-1] + _BIN / 2, shares, strict=True)
    ]


def _rows(predictions: Mapping[str, Prediction]) -> Sequence[dict[str, Any]]:
    return [
        {"name": name, "rating": one.rating, "low": one.low_80, "high": one.high_80, "color": color}
        for (name, one), color in zip(predictions.items(), colours().drafts, strict=False)
    ]


def _x(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "scale": {"domain": [1, 10], "nice": False}, "axis": _AXIS}


def _end(base: dict[str, Any], end: str, *, align: str, dx: int) -> Picture:
    encoding = {"y": base["y"], "x": _x(end), "text": {"field": end, "type": "quantitative", "format": ".1f"}}
    return layer("text", encoding, fontSize=13, align=align, dx=dx, color=colours().text)


def _ground(shares: Rows) -> Picture:
    encoding = {
        "x": _x("rating"),
        "y": {"field": "share", "type": "quantitative", "axis": None},
        "tooltip": [told("rating", "Rated about", ".1f"), told("share", "Percent of released films", ".1f")],
    }
    return layer("area", encoding, rows=shares, color=colours().ground, opacity=0.75, interpolate="monotone")


def _outcome(rating: float) -> list[Picture]:
    color, rows = colours().down, [{"outcome": rating, "text": f"became {rating:.1f}"}]
    text = {"x": _x("outcome"), "y": {"value": 2}, "text": {"field": "text"}}
    return [
        layer("rule", {"x": _x("outcome")}, rows=rows, color=color, strokeWidth=3),
        layer("text", text, rows=rows, color=color, align="left", dx=6, fontSize=13, fontWeight="bold", baseline="top"),
    ]

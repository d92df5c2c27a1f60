"""The chart of predictions: rating and 80% interval, over the distribution of released films' ratings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.charts.theme import Chart, Rows, chart, colours, layer, tooltip
from imdb_assets.rating_model.serving.prediction import Prediction

# Ratings have one decimal: with two of them in each bin, no bin covers more values than its neighbours.
_BIN = 0.2
_ROW_HEIGHT, _ONE_HEIGHT, _MARGIN = 54, 90, 40
_AXIS = {"values": list(range(1, 11)), "grid": False, "title": None, "format": "d", "labelFontSize": 13}


def interval_chart(predictions: Mapping[str, Prediction], shares: Rows, *, actual_rating: float | None = None) -> Chart:
    """Draw a row per prediction, its interval as a band and its rating as a point.

    Args:
        predictions: Predictions by name. The names are shown if there are several.
        shares: The distribution of released films' ratings, from `rating_shares`; empty if unknown.
        actual_rating: The rating of a released film.
    """
    rows = _rows(predictions)
    is_one = len(rows) == 1
    names = {"title": None, "labelFontSize": 13, "labelFontWeight": "bold", "orient": "left"}
    base = {
        "y": {"field": "name", "type": "nominal", "sort": None, "axis": None if is_one else names},
        "color": {"field": "color", "type": "nominal", "scale": None},
        "tooltip": [tooltip("name", "Draft"), tooltip("rating", "Expected rating", ".1f"),
                    tooltip("low", "80% from", ".1f"), tooltip("high", "80% to", ".1f")],
    }  # fmt: skip
    band = layer(
        "bar", {**base, "x": _rating_x("low"), "x2": {"field": "high"}}, height=20, cornerRadius=6, opacity=0.45
    )
    mark = layer("point", {**base, "x": _rating_x("rating")}, filled=True, size=260, opacity=1)
    layers = [*([_distribution(shares)] if shares else []), band, mark]
    if actual_rating is None:
        layers += [_end(base, "low", align="right", dx=-6), _end(base, "high", align="left", dx=6)]
    else:
        layers += _actual_rating_layers(actual_rating)
    # The distribution and the rows of predictions have separate vertical scales.
    height = _ONE_HEIGHT if is_one else _ROW_HEIGHT * len(rows)
    return chart(*layers, rows=rows, height=_MARGIN + height, has_own_scales=True)


def rating_shares(ratings: np.ndarray) -> list[dict[str, float]]:
    """Return the distribution of ratings in bins of 0.2 points: `rating` (centre of the bin) and `share` (percent)."""
    edges = np.arange(0.95, 10 + _BIN, _BIN)
    counts, _ = np.histogram(ratings, edges)
    shares = 100 * counts / max(len(ratings), 1)
    return [
        {"rating": float(rating), "share": float(share)}
        for rating, share in zip(edges[:-1] + _BIN / 2, shares, strict=True)
    ]


def _rows(predictions: Mapping[str, Prediction]) -> Sequence[dict[str, Any]]:
    return [
        {"name": name, "rating": answer.rating, "low": answer.low_80, "high": answer.high_80, "color": color}
        for (name, answer), color in zip(predictions.items(), colours().drafts, strict=False)
    ]


def _rating_x(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "scale": {"domain": [1, 10], "nice": False}, "axis": _AXIS}


def _end(base: dict[str, Any], end: str, *, align: str, dx: int) -> Chart:
    encoding = {"y": base["y"], "x": _rating_x(end), "text": {"field": end, "type": "quantitative", "format": ".1f"}}
    return layer("text", encoding, fontSize=13, align=align, dx=dx, color=colours().text)


def _distribution(shares: Rows) -> Chart:
    encoding = {
        "x": _rating_x("rating"),
        "y": {"field": "share", "type": "quantitative", "axis": None},
        "tooltip": [tooltip("rating", "Rating", ".1f"), tooltip("share", "Percent of released films", ".1f")],
    }
    return layer("area", encoding, rows=shares, color=colours().ground, opacity=0.75, interpolate="monotone")


def _actual_rating_layers(rating: float) -> list[Chart]:
    color, rows = colours().down, [{"actual": rating, "text": f"actual {rating:.1f}"}]
    text = {"x": _rating_x("actual"), "y": {"value": 2}, "text": {"field": "text"}}
    return [
        layer("rule", {"x": _rating_x("actual")}, rows=rows, color=color, strokeWidth=3),
        layer("text", text, rows=rows, color=color, align="left", dx=6, fontSize=13, fontWeight="bold", baseline="top"),
    ]

"""Predictions as a picture: rating and 80% interval on the scale of all films, over how released films are rated."""

from collections.abc import Mapping
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from app.look import Picture, colours, dressed
from imdb_assets.rating_model.model import Prediction

SCALE = alt.Scale(domain=[1, 10], nice=False)
_AXIS = alt.Axis(values=list(range(1, 11)), grid=False, title=None, format="d", labelFontSize=13)
# Ratings have one decimal: two of them a bin, else some bins would hold more than their neighbours.
_BIN = 0.2
_ROW_HEIGHT, _ONE_HEIGHT, _MARGIN = 54, 90, 40


def interval_picture(
    predictions: Mapping[str, Prediction], shares: pd.DataFrame | None, *, outcome: float | None = None
) -> Picture:
    """Draw a row per prediction: its interval as a band and its rating as a mark.

    Args:
        predictions: By name; the names are shown where there are several.
        shares: How released films are rated, as `rating_shares` counts them; None where that is not known.
        outcome: What a film's rating came to be, where it is known.
    """
    rows = _rows(predictions)
    is_one = len(rows) == 1
    axis = None if is_one else alt.Axis(title=None, labelFontSize=13, labelFontWeight="bold", orient="left")
    names = alt.Y("name:N", sort=None, axis=axis)
    base = alt.Chart(rows).encode(
        y=names,
        tooltip=[
            alt.Tooltip("name", title="Draft"),
            alt.Tooltip("rating", title="Expected rating", format=".1f"),
            alt.Tooltip("low", title="80% from", format=".1f"),
            alt.Tooltip("high", title="80% to", format=".1f"),
        ],
    )
    color = alt.Color("name:N", scale=alt.Scale(domain=list(rows["name"]), range=list(rows["color"])), legend=None)
    band = base.mark_bar(height=20, cornerRadius=6, opacity=0.45).encode(
        x=alt.X("low:Q", scale=SCALE, axis=_AXIS), x2="high:Q", color=color
    )
    mark = base.mark_point(filled=True, size=260, opacity=1).encode(x=alt.X("rating:Q", scale=SCALE), color=color)
    layers: list[alt.Chart | Picture] = [band, mark]
    if outcome is None:
        layers += [_end(base, "low", align="right", dx=-6), _end(base, "high", align="left", dx=6)]
    else:
        layers.append(_outcome(outcome))
    if shares is not None:
        layers.insert(0, _ground(shares))
    # The films' hills and the rows of predictions have scales of their own.
    height = _ONE_HEIGHT if is_one else _ROW_HEIGHT * len(rows)
    return dressed(*layers, height=_MARGIN + height, has_own_scales=True)


def rating_shares(ratings: np.ndarray) -> pd.DataFrame:
    """How many of a hundred films are rated around each fifth of a point: `rating` and `share`, a percentage."""
    edges = np.arange(0.95, 10 + _BIN, _BIN)
    counts, _ = np.histogram(ratings, edges)
    return pd.DataFrame({"rating": edges[:-1] + _BIN / 2, "share": 100 * counts / max(len(ratings), 1)})


def _rows(predictions: Mapping[str, Prediction]) -> pd.DataFrame:
    shown = colours()
    rows = [
        {"name": name, "rating": one.rating, "low": one.low_80, "high": one.high_80, "color": color}
        for (name, one), color in zip(predictions.items(), shown.drafts, strict=False)
    ]
    return pd.DataFrame(rows)


def _end(base: alt.Chart, end: str, *, align: Literal["left", "right"], dx: int) -> alt.Chart:
    return base.mark_text(fontSize=13, align=align, dx=dx, color=colours().text).encode(
        x=alt.X(f"{end}:Q", scale=SCALE), text=alt.Text(f"{end}:Q", format=".1f")
    )


def _ground(shares: pd.DataFrame) -> alt.Chart:
    return (
        alt.Chart(shares)
        .mark_area(color=colours().ground, opacity=0.75, interpolate="monotone")
        .encode(
            x=alt.X("rating:Q", scale=SCALE, axis=_AXIS),
            y=alt.Y("share:Q", axis=None),
            tooltip=[
                alt.Tooltip("rating", title="Rated about", format=".2f"),
                alt.Tooltip("share", title="Percent of released films", format=".1f"),
            ],
        )
    )


def _outcome(rating: float) -> Picture:
    shown = colours()
    rows = pd.DataFrame({"outcome": [rating], "text": [f"became {rating:.1f}"]})
    base = alt.Chart(rows).encode(x=alt.X("outcome:Q", scale=SCALE))
    rule = base.mark_rule(color=shown.down, strokeWidth=3)
    text = base.mark_text(color=shown.down, align="left", dx=6, fontSize=13, fontWeight="bold", baseline="top").encode(
        text="text:N", y=alt.value(2)
    )
    return rule + text

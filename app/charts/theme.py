"""One look: the colours of every picture, on light and on dark ground, and how Vega-Lite draws it.

Pictures are Vega-Lite's own JSON: to make one by Altair takes a hundred times as long, most of what a click would cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

Picture = dict[str, Any]
"""A Vega-Lite specification, or a layer of one."""
Rows = Sequence[dict[str, Any]]
_PADDING = {"left": 0, "top": 6, "right": 8, "bottom": 8}


@dataclass(frozen=True)
class Colours:
    """What each thing is drawn in."""

    text: str
    quiet: str
    ink: str
    band: str
    ground: str
    up: str
    down: str
    drafts: tuple[str, str, str]
    """One for each of up to three drafts that are compared."""


LIGHT = Colours(
    text="#22303a", quiet="#5a6570", ink="#1f6f94", band="#a9cbdb", ground="#dcd8cc", up="#2f7d5b", down="#b4552d",
    drafts=("#1f6f94", "#a2591d", "#6b4f9e"),
)  # fmt: skip
DARK = Colours(
    text="#e6ebee", quiet="#9fb0ba", ink="#6cc0e0", band="#2c5f76", ground="#33414a", up="#5fbf8f", down="#e58a5c",
    drafts=("#6cc0e0", "#e5a15c", "#b49be8"),
)  # fmt: skip


def colours() -> Colours:
    """The colours for the ground that this person's browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def layer(mark: str, encoding: dict[str, Any], *, rows: Rows | None = None, **looks: object) -> Picture:
    """One layer: marks of a kind, with the rows that they show where they are not the picture's."""
    data = {} if rows is None else {"data": {"values": list(rows)}}
    return {"mark": {"type": mark, **looks}, "encoding": encoding, **data}


def picture(*layers: Picture, rows: Rows = (), height: int, has_own_scales: bool = False) -> Picture:
    """Layers in the look of the app, of the same rows; each on a vertical scale of its own where that is wanted."""
    shown = colours()
    axis = {
        "labelColor": shown.text, "titleColor": shown.quiet, "gridColor": shown.ground, "labelFontSize": 12,
        "titleFontSize": 12, "titleFontWeight": "normal", "domain": False, "ticks": False, "labelPadding": 6,
    }  # fmt: skip
    return {
        "data": {"values": list(rows)}, "layer": list(layers), "height": height, "padding": _PADDING,
        "background": "transparent", "config": {"view": {"stroke": None}, "axis": axis},
        **({"resolve": {"scale": {"y": "independent"}}} if has_own_scales else {}),
    }  # fmt: skip


def told(field: str, title: str, number: str | None = None) -> dict[str, Any]:
    """A line of what is told of a mark under the pointer; numbers in a format of D3's."""
    return {"field": field, "title": title, **({"format": number, "type": "quantitative"} if number else {})}


def show(made: Picture, *, alt: str, key: str | None = None) -> None:
    """Show a picture as wide as its column; `alt` is what a screen reader says of it."""
    st.vega_lite_chart(spec=made, width="stretch", alt=alt, key=key)

"""The theme of all charts: colours for light and dark backgrounds, and the shared Vega-Lite settings.

Charts are plain Vega-Lite JSON. Altair takes a hundred times as long to build one, most of a click's
response time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

Chart = dict[str, Any]
"""A Vega-Lite specification, or a layer of one."""
Rows = Sequence[dict[str, Any]]
_PADDING = {"left": 0, "top": 6, "right": 8, "bottom": 8}


@dataclass(frozen=True)
class Colours:
    """The colour of each kind of mark."""

    text: str
    quiet: str
    ink: str
    band: str
    ground: str
    up: str
    down: str
    drafts: tuple[str, str, str]
    """One for each of up to three compared drafts."""


LIGHT = Colours(
    text="#22303a", quiet="#5a6570", ink="#1f6f94", band="#a9cbdb", ground="#dcd8cc", up="#2f7d5b", down="#b4552d",
    drafts=("#1f6f94", "#a2591d", "#6b4f9e"),
)  # fmt: skip
DARK = Colours(
    text="#e6ebee", quiet="#9fb0ba", ink="#6cc0e0", band="#2c5f76", ground="#33414a", up="#5fbf8f", down="#e58a5c",
    drafts=("#6cc0e0", "#e5a15c", "#b49be8"),
)  # fmt: skip


def colours() -> Colours:
    """Return the colours for the background that the user's browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def layer(mark: str, encoding: dict[str, Any], *, rows: Rows | None = None, **style: object) -> Chart:
    """Return one layer of a chart: marks of one kind.

    Args:
        mark: Vega-Lite's name of the mark.
        encoding: Vega-Lite's encoding.
        rows: The layer's own data; without it the layer shows the data of its chart.
        **style: Further properties of the mark.
    """
    data = {} if rows is None else {"data": {"values": list(rows)}}
    return {"mark": {"type": mark, **style}, "encoding": encoding, **data}


def chart(*layers: Chart, rows: Rows = (), height: int, has_own_scales: bool = False) -> Chart:
    """Return a chart in the app's theme.

    Args:
        *layers: The layers, back to front.
        rows: Data of all layers without data of their own.
        height: Pixels.
        has_own_scales: Whether each layer has its own vertical scale.
    """
    palette = colours()
    axis = {
        "labelColor": palette.text, "titleColor": palette.quiet, "gridColor": palette.ground, "labelFontSize": 12,
        "titleFontSize": 12, "titleFontWeight": "normal", "domain": False, "ticks": False, "labelPadding": 6,
    }  # fmt: skip
    return {
        "data": {"values": list(rows)}, "layer": list(layers), "height": height, "padding": _PADDING,
        "background": "transparent", "config": {"view": {"stroke": None}, "axis": axis},
        **({"resolve": {"scale": {"y": "independent"}}} if has_own_scales else {}),
    }  # fmt: skip


def tooltip(field: str, title: str, number_format: str | None = None) -> dict[str, Any]:
    """Return one line of a mark's tooltip; `number_format` is in D3's notation."""
    numeric = {"format": number_format, "type": "quantitative"} if number_format else {}
    return {"field": field, "title": title, **numeric}


def show_chart(specification: Chart, *, alt: str, key: str | None = None) -> None:
    """Show a chart as wide as its column; `alt` describes it for screen readers."""
    st.vega_lite_chart(spec=specification, width="stretch", alt=alt, key=key)

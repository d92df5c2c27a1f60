"""One look: the colours of every picture, on light and on dark ground, and the axes that all of them share."""

from dataclasses import dataclass

import altair as alt
import streamlit as st

Picture = alt.LayerChart | alt.FacetChart


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


def dressed(*layers: alt.Chart | Picture, height: int, has_own_scales: bool = False) -> Picture:
    """Layers as one picture in the look of the app; each on a vertical scale of its own where that is wanted."""
    shown = colours()
    picture = alt.layer(*layers)
    if has_own_scales:
        picture = picture.resolve_scale(y="independent")
    return (
        picture.properties(height=height, background="transparent", padding=_PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=shown.text, titleColor=shown.quiet, gridColor=shown.ground, labelFontSize=12, titleFontSize=12,
            titleFontWeight="normal", domain=False, ticks=False, labelPadding=6,
        )
    )  # fmt: skip

"""Panels: a chart with its title and a sentence about it, two beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.charts.theme import Chart, show_chart


@dataclass(frozen=True)
class Panel:
    """A chart on a page.

    Attributes:
        title: The heading.
        chart: The Vega-Lite specification.
        alt: A description of the chart for screen readers.
        caption: How to read it, in Markdown.
    """

    title: str
    chart: Chart
    alt: str
    caption: str


def show_panels(panels: Sequence[Panel]) -> None:
    """Show panels in two columns, one below the other on a narrow screen."""
    for first in range(0, len(panels), 2):
        for column, panel in zip(st.columns(2, gap="large"), panels[first : first + 2], strict=False):
            with column:
                st.subheader(panel.title, anchor=False)
                show_chart(panel.chart, alt=panel.alt)
                st.caption(panel.caption)

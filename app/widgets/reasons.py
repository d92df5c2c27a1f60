"""The reasons for a rating: a waterfall chart next to a list in words."""

from collections.abc import Sequence

import streamlit as st

from app.charts.theme import Rows, show_chart
from app.charts.waterfall import steps, waterfall_chart
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.explanation import LABELS, NotExplainableError, Reason, explain
from imdb_assets.rating_model.serving.rating_model import RatingModel

LEAST_POINTS_LISTED = 0.02
"""Reasons with a smaller effect, in rating points, are not listed."""


def show_reasons(model: RatingModel, draft: MovieDraft, *, end: str = "This draft") -> None:
    """Show the steps from the rating of a film without facts to the draft's. The chart labels the draft `end`."""
    st.subheader("Why?", anchor=False)
    try:
        [explanation] = explain(model, [draft])
    except NotExplainableError as error:
        st.caption(str(error))
        return
    if not explanation.reasons:
        st.markdown("Nothing is known but the year. Each fact you add becomes a step to your film's rating.")
        return
    st.markdown(
        "The steps from a film of which only the year is known to this one, in rating points. They add up to the "
        "rating. Fields that you leave empty move nothing."
    )
    start = ("Only the year", explanation.average)
    show_steps(steps(explanation.reasons, start=start, end=(end, explanation.rating)), explanation.reasons, key="why")


def show_steps(rows: Rows, reasons: Sequence[Reason], *, key: str) -> None:
    """Show the chart of steps and the reasons in words."""
    left, right = st.columns([3, 2], gap="large")
    first, last = rows[0]["step"], rows[-1]["step"]
    with left:
        show_chart(
            waterfall_chart(rows),
            alt=f"Steps from the rating of {first} to the rating of {last}, also listed next to the chart",
            key=f"steps_{key}",
        )
    listed = [reason for reason in reasons if abs(reason.points) >= LEAST_POINTS_LISTED]
    right.markdown(
        "\n".join(
            f"* **{LABELS[reason.group]} {reason.points:+.2f}** - {markdown(reason.sentence)}" for reason in listed
        )
    )

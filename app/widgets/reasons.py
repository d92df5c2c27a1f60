"""Why a draft gets its rating: the waterfall, and beside it the reasons in words."""

from collections.abc import Sequence

import streamlit as st

from app.charts.theme import Rows, show
from app.charts.waterfall import steps, waterfall_picture
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.explanation import LABELS, NotExplainableError, Reason, explain
from imdb_assets.rating_model.serving.rating_model import RatingModel

WORTH_TELLING = 0.02
"""Rating points below which a reason is not put into words."""


def show_reasons(model: RatingModel, draft: MovieDraft, *, end: str = "This draft") -> None:
    """Show the way from the average film to a draft, which is called `end`."""
    st.subheader("Why?", anchor=False)
    try:
        [explanation] = explain(model, [draft])
    except NotExplainableError as error:
        st.caption(str(error))
        return
    st.markdown("From the average film to this one, in rating points: the steps add up to the rating.")
    start = ("Average film", explanation.average)
    show_steps(steps(explanation.reasons, start=start, end=(end, explanation.rating)), explanation.reasons, key="why")


def show_steps(rows: Rows, reasons: Sequence[Reason], *, key: str) -> None:
    """Show steps as a picture and the reasons behind them in words."""
    left, words = st.columns([3, 2], gap="large")
    first, last = rows[0]["step"], rows[-1]["step"]
    with left:
        show(
            waterfall_picture(rows),
            alt=f"Step by step from the rating of {first} to that of {last}; the list beside it says the steps",
            key=f"steps_{key}",
        )
    told = [reason for reason in reasons if abs(reason.points) >= WORTH_TELLING]
    words.markdown("\n".join(f"* **{LABELS[one.group]} {one.points:+.2f}** - {one.sentence}" for one in told))

"""The reasons for a rating, a waterfall chart next to a list in words, and for a number of votes, a list."""

import math
from collections.abc import Sequence

import streamlit as st

from app.charts.theme import Rows, show_chart
from app.charts.waterfall import steps, waterfall_chart
from app.vote_words import about, times
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.explanation import (
    LABELS,
    Explanation,
    NotExplainableError,
    Reason,
    VoteReason,
    explain,
)
from imdb_assets.rating_model.serving.rating_model import RatingModel

LEAST_POINTS_LISTED = 0.02
"""Reasons with a smaller effect, in rating points, are not listed."""
_LEAST_FACTOR_LISTED = 1.02


def explanation_or_caption(model: RatingModel, draft: MovieDraft) -> Explanation | None:
    """Explain a draft. If the model cannot, show why and return None."""
    try:
        [explanation] = explain(model, [draft])
    except NotExplainableError as error:
        st.caption(str(error))
        return None
    return explanation


def show_reasons(explanation: Explanation, *, end: str = "This draft") -> None:
    """Show the steps from the rating of a film without facts to the draft's. The chart labels the draft `end`."""
    st.subheader("Why?", anchor=False)
    if not explanation.reasons:
        st.markdown("Nothing is known but the year. Each fact you add becomes a step to your film's rating.")
        return
    st.markdown(
        "The steps from a film of which only the year is known to this one, in rating points. They add up to the "
        "rating. Fields that you leave empty move nothing."
    )
    start = ("Only the year", explanation.average)
    rows = steps(explanation.reasons, start=start, end=(end, explanation.rating))
    show_steps(rows, explanation.reasons, key="why", least_points=0.0)


def show_steps(rows: Rows, reasons: Sequence[Reason], *, key: str, least_points: float = LEAST_POINTS_LISTED) -> None:
    """Show the chart of steps, and in words the reasons of at least `least_points` rating points."""
    left, right = st.columns([3, 2], gap="large")
    first, last = rows[0]["step"], rows[-1]["step"]
    with left:
        show_chart(
            waterfall_chart(rows),
            alt=f"Steps from the rating of {first} to the rating of {last}, also listed next to the chart",
            key=f"steps_{key}",
        )
    listed = [reason for reason in reasons if abs(reason.points) >= least_points]
    right.markdown("\n".join(_line(reason, f"{reason.points:+.2f}") for reason in listed))


def show_vote_reasons(explanation: Explanation) -> None:
    """List what multiplies the number of votes of a film without facts, folded away until somebody asks."""
    if explanation.vote_reasons:
        show_factors(
            explanation.vote_reasons, question="Why this many votes?", votes=explanation.average_votes,
            start="a film of which only the year is known. Each fact multiplies that number:",
            nothing="None of the facts makes a difference.",
        )  # fmt: skip


def show_factors(reasons: Sequence[VoteReason], *, question: str, votes: float, start: str, nothing: str) -> None:
    """List what multiplies a number of votes, folded away until somebody asks.

    Args:
        reasons: The factors.
        question: What the list answers.
        votes: The number of votes that the factors multiply.
        start: Of what film this number is, and the sentence before the list.
        nothing: The sentence if no factor is large enough to be listed.
    """
    listed = [
        _line(reason, times(reason.factor))
        for reason in reasons
        if abs(math.log(reason.factor)) >= math.log(_LEAST_FACTOR_LISTED)
    ]
    together = math.prod(reason.factor for reason in reasons)
    with st.expander(question):
        st.markdown(f"About {about(votes)} votes are likely for {start}")
        st.markdown("\n".join(listed) or nothing)
        st.markdown(f"**Together {times(together)}**: about {about(votes * together)} votes.")


def _line(reason: Reason | VoteReason, effect: str) -> str:
    return f"* **{LABELS[reason.group]} {effect}** - {markdown(reason.sentence)}"

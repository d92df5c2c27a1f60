"""Reasons as a picture: from the average film to the draft's rating, step by step."""

import altair as alt
import pandas as pd

from imdb_assets.rating_model.explanation import LABELS, Explanation

_UP, _DOWN, _WHOLE = "#2f7d5b", "#b4552d", "#1f5c7a"
_SHOWN = 7
_ROW_HEIGHT = 34
_MARGIN = 0.25


def reasons_picture(explanation: Explanation) -> alt.LayerChart | alt.FacetChart:
    """Draw a waterfall: the average film, the weightiest reasons, all others together, and the rating."""
    rows = waterfall(explanation)
    ends = rows[["from", "to"]].to_numpy("float64")
    # The two whole ratings are bars from the left end of the picture.
    rows["from"] = rows["from"].where(rows["kind"] != "whole", float(ends.min()) - _MARGIN)
    scale = alt.Scale(domain=[float(ends.min()) - _MARGIN, float(ends.max()) + _MARGIN])
    colors = alt.Scale(domain=["up", "down", "whole"], range=[_UP, _DOWN, _WHOLE])
    base = alt.Chart(rows).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelFontSize=13, labelLimit=160, ticks=False)),
        tooltip=[alt.Tooltip("step", title="Reason"), alt.Tooltip("text", title="Points"), alt.Tooltip("sentence")],
    )
    bars = base.mark_bar(height=16, cornerRadius=3).encode(
        x=alt.X("from:Q", scale=scale, axis=alt.Axis(title="Rating", format=".1f", grid=True, tickCount=5)),
        x2="to:Q",
        color=alt.Color("kind:N", legend=None, scale=colors),
    )
    texts = base.mark_text(align="left", dx=6, fontSize=12, color="#5a6570").encode(x="right:Q", text="text:N")
    return (
        (bars + texts).properties(height=_ROW_HEIGHT * len(rows), background="transparent").configure_view(stroke=None)
    )


def waterfall(explanation: Explanation) -> pd.DataFrame:
    """The steps: `step`, `from` and `to` (rating points), what is written beside them, and which way they go."""
    shown, others = explanation.reasons[:_SHOWN], explanation.reasons[_SHOWN:]
    steps = [(LABELS[reason.group], reason.points, reason.sentence) for reason in shown]
    if others:
        names = ", ".join(LABELS[reason.group].lower() for reason in others)
        steps.append(("All else", sum(reason.points for reason in others), f"Together: {names}."))
    average = level = explanation.average
    rows = [_whole("Average film", average, start=average, sentence="The average of the films learned from.")]
    for name, points, sentence in steps:
        kind = "up" if points >= 0 else "down"
        rows.append({"step": name, "from": level, "to": level + points, "text": f"{points:+.2f}", "kind": kind,
                     "sentence": sentence})  # fmt: skip
        level += points
    rows.append(_whole("This draft", explanation.rating, start=average, sentence="The rating to expect."))
    found = pd.DataFrame(rows)
    return found.assign(right=found[["from", "to"]].max(axis=1))


def _whole(name: str, rating: float, *, start: float, sentence: str) -> dict[str, object]:
    return {"step": name, "from": start, "to": rating, "text": f"{rating:.2f}", "kind": "whole", "sentence": sentence}

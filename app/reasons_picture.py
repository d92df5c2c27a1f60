"""Reasons as a picture: step by step from one rating to another, such as the average film's to the draft's."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from app.look import Picture, colours, dressed
from imdb_assets.rating_model.explanation import LABELS, Reason

_SHOWN = 7
_ROW_HEIGHT = 32
_MARGIN = 0.25
_LEAST_SPAN = 1.0


def waterfall_picture(rows: pd.DataFrame) -> Picture:
    """Draw steps, as `steps` gives them, from the top down."""
    shown = colours()
    ends = rows[["from", "to"]].to_numpy("float64")
    # Small differences stay small: the picture spans a rating point at least.
    spare = max(_LEAST_SPAN - float(ends.max() - ends.min()), 0) / 2
    low, high = float(ends.min()) - spare - _MARGIN, float(ends.max()) + spare + _MARGIN
    # The two whole ratings are bars from the left end of the picture.
    rows = rows.assign(**{"from": rows["from"].where(rows["kind"] != "whole", low)})
    # Room for the number beside the longest bar.
    scale = alt.Scale(domain=[low, high + 0.1 * (high - low)], nice=False)
    kinds = alt.Scale(domain=["up", "down", "whole"], range=[shown.up, shown.down, shown.ink])
    base = alt.Chart(rows).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelFontSize=13, labelLimit=150)),
        tooltip=[alt.Tooltip("step", title="Reason"), alt.Tooltip("text", title="Points"), alt.Tooltip("sentence")],
    )
    bars = base.mark_bar(height=16, cornerRadius=3).encode(
        x=alt.X("from:Q", scale=scale, axis=alt.Axis(title="Rating", format=".1f", tickCount=5)),
        x2="to:Q",
        color=alt.Color("kind:N", legend=None, scale=kinds),
    )
    texts = base.mark_text(align="left", dx=6, fontSize=12, color=shown.text).encode(x="right:Q", text="text:N")
    return dressed(bars, texts, height=_ROW_HEIGHT * len(rows) + 50)


def steps(reasons: Sequence[Reason], *, start: tuple[str, float], end: tuple[str, float]) -> pd.DataFrame:
    """The way from one rating to another, its weightiest reasons apart and the others together.

    Columns: `step`, `from` and `to` (rating points), the text beside it, and which way it goes.
    """
    told = [(LABELS[reason.group], reason.points, reason.sentence) for reason in reasons[:_SHOWN]]
    if others := reasons[_SHOWN:]:
        names = ", ".join(LABELS[reason.group].lower() for reason in others)
        told.append(("All else", sum(reason.points for reason in others), f"Together: {names}."))
    (first, level), (last, rating) = start, end
    rows = [_whole(first, level)]
    for name, points, sentence in told:
        kind = "up" if points >= 0 else "down"
        rows.append({"step": name, "from": level, "to": level + points, "text": f"{points:+.2f}", "kind": kind,
                     "sentence": sentence})  # fmt: skip
        level += points
    rows.append(_whole(last, rating))
    found = pd.DataFrame(rows)
    return found.assign(right=found[["from", "to"]].max(axis=1))


def _whole(name: str, rating: float) -> dict[str, object]:
    return {"step": name, "from": rating, "to": rating, "text": f"{rating:.2f}", "kind": "whole",
            "sentence": "The rating to expect."}  # fmt: skip

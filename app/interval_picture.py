"""A prediction as a picture: the expected rating and its 80% interval on IMDb's scale."""

import altair as alt
import pandas as pd

from imdb_assets.rating_model.model import Prediction

_INK, _BAND, _GROUND = "#1f5c7a", "#a9c8d6", "#e6e2d6"


def interval_picture(prediction: Prediction) -> alt.LayerChart | alt.FacetChart:
    """Draw the scale from 1 to 10, the interval as a band and the rating as a mark."""
    row = pd.DataFrame([{"rating": prediction.rating, "low": prediction.low_80, "high": prediction.high_80}])
    row = row.assign(first=1.0, last=10.0)
    axis = alt.Axis(
        values=list(range(1, 11)), grid=False, domain=False, ticks=False, title=None, format="d", labelFontSize=13
    )
    scale = alt.Scale(domain=[1, 10], nice=False)
    base = alt.Chart(row).encode(
        tooltip=[
            alt.Tooltip("rating", title="Expected rating", format=".1f"),
            alt.Tooltip("low", title="80% from", format=".1f"),
            alt.Tooltip("high", title="80% to", format=".1f"),
        ]
    )
    ground = base.mark_bar(height=10, cornerRadius=5, color=_GROUND).encode(
        x=alt.X("first:Q", scale=scale, axis=axis), x2="last:Q"
    )
    band = base.mark_bar(height=22, cornerRadius=6, color=_BAND).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    mark = base.mark_point(filled=True, size=320, color=_INK, opacity=1).encode(x=alt.X("rating:Q", scale=scale))
    low = base.mark_text(dy=-22, fontSize=13, color=_INK).encode(
        x=alt.X("low:Q", scale=scale), text=alt.Text("low:Q", format=".1f")
    )
    high = base.mark_text(dy=-22, fontSize=13, color=_INK).encode(
        x=alt.X("high:Q", scale=scale), text=alt.Text("high:Q", format=".1f")
    )
    return (
        (ground + band + mark + low + high).properties(height=90, background="transparent").configure_view(stroke=None)
    )

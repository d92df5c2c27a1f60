"""What if it were longer, later, or of other genres: sliders that answer at once, beside the whole curves."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from app.champion import answers_or_stop
from app.draft_form import fill
from app.draft_link import MOST_GENRES
from app.look import Picture, colours, dressed
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.model import Prediction
from imdb_assets.rating_model.registry import Champion
from imdb_assets.tables.features import GENRES

_RUNTIMES = range(60, 211, 6)
_YEARS_AROUND = 12
_USUAL_RUNTIME = 100
_HEIGHT = 190


@st.fragment
def what_if(champion: Champion, draft: MovieDraft, prediction: Prediction) -> None:
    """Ask for another runtime, year and genres, and show what the draft would get; reruns by itself."""
    state = st.session_state
    if state.get("what_if_of") != draft:
        # The sliders begin where the draft is.
        state["what_if_of"] = draft
        minutes = draft.runtime_minutes or _USUAL_RUNTIME
        state["what_if_runtime"] = int(min(max(minutes, _RUNTIMES[0]), _RUNTIMES[-1]))
        state["what_if_year"] = draft.release_year
        state["what_if_genres"] = list(draft.genres)
    sliders, curves = st.columns([2, 3], gap="large")
    with sliders:
        changed = _ask(draft)
        answer = st.container()
    variants = [changed, *_variants(changed)]
    rated = answers_or_stop(champion, variants).predictions
    with answer:
        difference = rated[0].rating - prediction.rating
        st.metric(
            "It would get", f"{rated[0].rating:.1f}", f"{difference:+.2f} to the draft" if changed != draft else None,
            help="With the runtime, year and genres set here; everything else as in the draft.",
        )  # fmt: skip
        if st.button(
            "Take it into the draft", on_click=fill, args=("draft", changed), disabled=changed == draft,
            icon=":material/check:",
        ):  # fmt: skip
            # The whole page, not the sliders alone.
            st.rerun(scope="app")
    n = len(_RUNTIMES)
    with curves:
        by_runtime = _curve(_RUNTIMES, rated[1 : n + 1], "Runtime, minutes")
        by_year = _curve(_years(changed), rated[n + 1 :], "Release year")
        here = float(changed.runtime_minutes or _USUAL_RUNTIME), float(changed.release_year)
        for curve, place, what in zip((by_runtime, by_year), here, ("runtime", "release year"), strict=True):
            st.altair_chart(
                _picture(curve, place, rated[0].rating), width="stretch", key=f"what_if_by_{what}",
                alt=f"Expected rating by {what}, from {curve['rating'].min():.1f} to {curve['rating'].max():.1f}",
            )  # fmt: skip


def _ask(draft: MovieDraft) -> MovieDraft:
    runtime = st.slider(
        "Runtime, minutes", _RUNTIMES[0], _RUNTIMES[-1], key="what_if_runtime",
        help=None if draft.runtime_minutes else "The draft says none; this is a usual one.",
    )  # fmt: skip
    years = _years(draft)
    year = st.slider("Release year", years[0], years[-1], key="what_if_year")
    genres = st.multiselect("Genres instead", GENRES, key="what_if_genres", max_selections=MOST_GENRES)
    changes: dict[str, object] = {"release_year": year, "genres": tuple(genres)}
    # A draft that says no runtime goes on saying none until the slider is moved.
    if draft.runtime_minutes or runtime != _USUAL_RUNTIME:
        changes["runtime_minutes"] = float(runtime)
    return draft.model_copy(update=changes)


def _variants(draft: MovieDraft) -> list[MovieDraft]:
    by_runtime = [draft.model_copy(update={"runtime_minutes": float(minutes)}) for minutes in _RUNTIMES]
    return by_runtime + [draft.model_copy(update={"release_year": year}) for year in _years(draft)]


def _years(draft: MovieDraft) -> range:
    # Twelve years to a side, in steps that do not move with the slider.
    middle = st.session_state["what_if_of"].release_year if "what_if_of" in st.session_state else draft.release_year
    return range(middle - _YEARS_AROUND, middle + _YEARS_AROUND + 1)


def _curve(places: Sequence[int], rated: Sequence[Prediction], name: str) -> pd.DataFrame:
    rows = [
        {"place": place, "rating": one.rating, "low": one.low_80, "high": one.high_80}
        for place, one in zip(places, rated, strict=True)
    ]
    return pd.DataFrame(rows).assign(name=name)


def _picture(curve: pd.DataFrame, place: float, rating: float) -> Picture:
    shown = colours()
    name = curve["name"].iloc[0]
    x = alt.X("place:Q", title=name, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(format="d", grid=False))
    low, high = min(curve["rating"].min(), rating), max(curve["rating"].max(), rating)
    spare = max(1.0 - (high - low), 0.2) / 2
    y = alt.Y(
        "rating:Q", title="Rating", axis=alt.Axis(format=".1f", tickCount=4),
        scale=alt.Scale(domain=[low - spare, high + spare], nice=False),
    )  # fmt: skip
    line = (
        alt.Chart(curve)
        .mark_line(color=shown.ink, strokeWidth=2.5, interpolate="step")
        .encode(x=x, y=y, tooltip=[alt.Tooltip("place", title=name), alt.Tooltip("rating", format=".2f")])
    )
    here = alt.Chart(pd.DataFrame({"place": [place], "rating": [rating]}))
    mark = here.mark_point(filled=True, size=170, color=shown.down, opacity=1).encode(x="place:Q", y="rating:Q")
    return dressed(line, mark, height=_HEIGHT)

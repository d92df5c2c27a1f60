"""The What if? section: sliders for runtime, year and genres, next to curves of the expected rating."""

from collections.abc import Sequence

import streamlit as st

from app.champion import answers_or_stop
from app.charts.theme import chart, colours, layer, show_chart, tooltip
from app.limits import MOST_GENRES
from app.widgets.draft_form import fill
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.vocabulary.genres import GENRES

_RUNTIMES = range(60, 211, 6)
_YEARS_AROUND = 12
_TYPICAL_RUNTIME = 100
_HEIGHT, _LEAST_SPAN = 190, 1.0


@st.fragment
def what_if(champion: Champion, draft: MovieDraft, prediction: Prediction) -> None:
    """Show sliders and the rating that the draft would get. Only this section reruns."""
    state = st.session_state
    if state.get("what_if_of") != draft:
        # The sliders start at the values of the draft.
        state["what_if_of"] = draft
        minutes = draft.runtime_minutes or _TYPICAL_RUNTIME
        state["what_if_runtime"] = int(min(max(minutes, _RUNTIMES[0]), _RUNTIMES[-1]))
        state["what_if_year"] = draft.release_year
        state["what_if_genres"] = list(draft.genres)
    st.caption(
        "The curves show how released films with such facts are rated. They do not say that a cut changes the rating: "
        "long films are often other kinds of films."
    )
    sliders, curves = st.columns([2, 3], gap="large")
    with sliders:
        changed = _sliders(draft)
        answer = st.container()
    variants = [changed, *_variants(changed)]
    predictions = answers_or_stop(champion, variants).predictions
    with answer:
        difference = predictions[0].rating - prediction.rating
        delta = f"{difference:+.2f} vs. the draft" if changed != draft else None
        st.metric(
            "It would get", f"{predictions[0].rating:.1f}", delta,
            help="With the runtime, year and genres set here. Everything else is as in the draft.",
        )  # fmt: skip
        if st.button(
            "Apply to the draft", on_click=fill, args=("draft", changed), disabled=changed == draft,
            icon=":material/check:",
        ):  # fmt: skip
            # Rerun the whole page, not only this section.
            st.rerun(scope="app")
    n = len(_RUNTIMES)
    rating, runtime = predictions[0].rating, float(changed.runtime_minutes or _TYPICAL_RUNTIME)
    with curves:
        _show_curve(_RUNTIMES, predictions[1 : n + 1], "Runtime, minutes", {"value": runtime, "rating": rating})
        current = {"value": float(changed.release_year), "rating": rating}
        _show_curve(_years(changed), predictions[n + 1 :], "Release year", current)


def _sliders(draft: MovieDraft) -> MovieDraft:
    runtime = st.slider(
        "Runtime, minutes", _RUNTIMES[0], _RUNTIMES[-1], key="what_if_runtime",
        help=None if draft.runtime_minutes else "The draft has no runtime. This is a typical one.",
    )  # fmt: skip
    years = _years(draft)
    year = st.slider("Release year", years[0], years[-1], key="what_if_year")
    genres = st.multiselect("Different genres", GENRES, key="what_if_genres", max_selections=MOST_GENRES)
    changes: dict[str, object] = {"release_year": year, "genres": tuple(genres)}
    # A draft without a runtime stays without one until the slider moves.
    if draft.runtime_minutes or runtime != _TYPICAL_RUNTIME:
        changes["runtime_minutes"] = float(runtime)
    return draft.model_copy(update=changes)


def _variants(draft: MovieDraft) -> list[MovieDraft]:
    by_runtime = [draft.model_copy(update={"runtime_minutes": float(minutes)}) for minutes in _RUNTIMES]
    return by_runtime + [draft.model_copy(update={"release_year": year}) for year in _years(draft)]


def _years(draft: MovieDraft) -> range:
    # Twelve years on each side of the draft, regardless of the slider.
    middle = st.session_state["what_if_of"].release_year if "what_if_of" in st.session_state else draft.release_year
    return range(middle - _YEARS_AROUND, middle + _YEARS_AROUND + 1)


def _show_curve(
    values: Sequence[int], predictions: Sequence[Prediction], label: str, current: dict[str, float]
) -> None:
    """Show the rating over runtimes or years, with a point at the slider's value."""
    palette = colours()
    rows = [{"value": value, "rating": answer.rating} for value, answer in zip(values, predictions, strict=True)]
    ratings = [current["rating"], *(row["rating"] for row in rows)]
    padding = max(_LEAST_SPAN - (max(ratings) - min(ratings)), 0.2) / 2
    x = {"field": "value", "type": "quantitative", "title": label, "scale": {"zero": False, "nice": False},
         "axis": {"format": "d", "grid": False}}  # fmt: skip
    y = {
        "field": "rating", "type": "quantitative", "title": "Rating", "axis": {"format": ".1f", "tickCount": 4},
        "scale": {"domain": [min(ratings) - padding, max(ratings) + padding], "nice": False, "zero": False},
    }  # fmt: skip
    encoding = {"x": x, "y": y, "tooltip": [tooltip("value", label), tooltip("rating", "Expected rating", ".2f")]}
    show_chart(
        chart(
            layer("line", encoding, rows=rows, color=palette.ink, strokeWidth=2.5, interpolate="step"),
            layer("point", encoding, rows=[current], filled=True, size=170, color=palette.down, opacity=1),
            height=_HEIGHT,
        ),
        alt=f"Expected rating by {label.lower()}, from {min(ratings):.1f} to {max(ratings):.1f}",
        key=f"what_if_{label}",
    )

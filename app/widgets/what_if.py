"""What if it were longer, later, or of other genres: sliders that answer at once, beside the whole curves."""

from collections.abc import Sequence

import streamlit as st

from app.champion import answers_or_stop
from app.charts.theme import colours, layer, picture, show, told
from app.draft_link import MOST_GENRES
from app.widgets.draft_form import fill
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.rating_model import Prediction
from imdb_assets.vocabulary.genres import GENRES

_RUNTIMES = range(60, 211, 6)
_YEARS_AROUND = 12
_USUAL_RUNTIME = 100
_HEIGHT, _LEAST_SPAN = 190, 1.0


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
    rating, runtime = rated[0].rating, float(changed.runtime_minutes or _USUAL_RUNTIME)
    with curves:
        _show_curve(_RUNTIMES, rated[1 : n + 1], "Runtime, minutes", {"place": runtime, "rating": rating})
        here = {"place": float(changed.release_year), "rating": rating}
        _show_curve(_years(changed), rated[n + 1 :], "Release year", here)


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


def _show_curve(places: Sequence[int], rated: Sequence[Prediction], what: str, here: dict[str, float]) -> None:
    """The rating over a runtime or year, and where the sliders are on it."""
    shown = colours()
    rows = [{"place": place, "rating": one.rating} for place, one in zip(places, rated, strict=True)]
    ratings = [here["rating"], *(row["rating"] for row in rows)]
    spare = max(_LEAST_SPAN - (max(ratings) - min(ratings)), 0.2) / 2
    x = {"field": "place", "type": "quantitative", "title": what, "scale": {"zero": False, "nice": False},
         "axis": {"format": "d", "grid": False}}  # fmt: skip
    y = {
        "field": "rating", "type": "quantitative", "title": "Rating", "axis": {"format": ".1f", "tickCount": 4},
        "scale": {"domain": [min(ratings) - spare, max(ratings) + spare], "nice": False, "zero": False},
    }  # fmt: skip
    encoding = {"x": x, "y": y, "tooltip": [told("place", what), told("rating", "Expected rating", ".2f")]}
    show(
        picture(
            layer("line", encoding, rows=rows, color=shown.ink, strokeWidth=2.5, interpolate="step"),
            layer("point", encoding, rows=[here], filled=True, size=170, color=shown.down, opacity=1),
            height=_HEIGHT,
        ),
        alt=f"Expected rating by {what.lower()}, from {min(ratings):.1f} to {max(ratings):.1f}",
        key=f"what_if_{what}",
    )

"""The Films page: a released film's rating against the prediction from what was known before its release."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import streamlit as st

from app.champion import champion_or_stop, logged_rows, released_shares, show_version, show_warnings, stop_with_message
from app.charts.interval import interval_chart
from app.charts.theme import show_chart
from app.prediction_client import version_label
from app.widgets.draft_form import draft_like, fill
from app.widgets.film_picker import pick_film
from app.widgets.reasons import explanation_or_caption, show_reasons
from app.widgets.similar_films import show_similar
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.predictions import out_of_sample
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.rating_model.training.intervals import BOUNDS

_SUGGESTED = 5


@dataclass(frozen=True)
class Fairness:
    """How fair a comparison is: a badge, its colour, and a sentence."""

    badge: str
    color: Literal["green", "orange"]
    sentence: str


_UNSEEN = Fairness(
    "Not seen in training", "green",
    "A fair comparison: this prediction comes from a model that had not seen this film.",
)  # fmt: skip
_TOO_RECENT = Fairness(
    "Not seen in training", "green", "A fair comparison: the film is too recent to have been used in training."
)
_TRAINED_ON = Fairness(
    "Seen in training", "orange",
    "Not a fair comparison: the model was trained on this film, so it looks more accurate here than it is.",
)  # fmt: skip


def films_page() -> None:
    """Show the search for a film, its rating and its prediction."""
    champion = champion_or_stop()
    films = champion.model.films
    st.title("What would the prediction have been?")
    st.markdown("Pick a released film to compare its rating with the prediction from facts known before its release.")
    if not len(films):
        stop_with_message(
            f"Version {champion.version} has no released films. Train a new version with `make demo FORCE=yes` "
            "(invented films) or `make real FORCE=yes` (IMDb's data)."
        )
    pick_film(films, key="films", choose=_open)
    # The opened link counts once. Later the address follows the selection, and a quick rerun may send an old one.
    tconst = st.session_state.get("films_open") or st.query_params.get("film", "")
    film = films.film(tconst)
    if film is None:
        if tconst:
            show_warnings([f"No released film has the id {tconst[:40]}. Search for it by title."])
        st.caption("Well-known films:")
        with st.container(horizontal=True):
            for row in range(min(_SUGGESTED, len(films))):
                known = films.film_at(row)
                st.button(markdown(known.label), key=f"films_known_{known.tconst}", on_click=_open, args=(known,))
        return
    _open(film)
    _show(champion, film)


def prediction_before_release(champion: Champion, film: ReleasedFilm) -> tuple[Prediction, Fairness]:
    """Return a film's prediction, out of sample where possible, and how fair the comparison is."""
    try:
        predictions = logged_rows(champion, run_artifacts.PREDICTIONS_FILE)
        unseen = out_of_sample(predictions, film.tconst, model=CANDIDATE_NAME)
    except (run_artifacts.NotLoggedError, versions.NoChampionError, versions.RegistryUnreachableError):
        unseen = None
    [prediction] = champion.model.predict([film.draft])
    if unseen is not None:
        bounds = {name: getattr(unseen, name) for name in BOUNDS}
        return replace(prediction, rating=unseen.predicted_rating, **bounds, warnings=()), _UNSEEN
    return prediction, _TRAINED_ON if film.is_mature else _TOO_RECENT


def _open(film: ReleasedFilm) -> None:
    st.session_state["films_open"] = film.tconst
    if st.query_params.to_dict() != {"film": film.tconst}:
        st.query_params.from_dict({"film": film.tconst})


def _show(champion: Champion, film: ReleasedFilm) -> None:
    prediction, fairness = prediction_before_release(champion, film)
    with st.container(border=True, key="card_film"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(markdown(film.label), anchor=False)
            st.badge(fairness.badge, color=fairness.color)
        with st.container(horizontal=True):
            st.metric(
                "Expected rating", f"{prediction.rating:.1f}", help="From what was known before release.", width=180
            )
            difference = f"{film.average_rating - prediction.rating:+.1f}"
            st.metric("Actual rating", f"{film.average_rating:.1f}", difference, width=180)
        show_chart(
            interval_chart({"Expected": prediction}, released_shares(champion), actual_rating=film.average_rating),
            alt=f"{_verdict(prediction, film)} On the scale of all released films",
        )
        st.markdown(f"{_verdict(prediction, film)} {film.n_votes:,} people have rated it.")
        st.caption(f"{fairness.sentence} {'' if film.is_mature else 'Its rating may still change.'}")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            show_version(version_label(champion), champion)
            if st.button("Draft a film like this", icon=":material/edit_note:"):
                fill("draft", draft_like(film))
                st.switch_page(Path(__file__).with_name("draft.py"))
    if explanation := explanation_or_caption(champion.model, film.draft):
        show_reasons(explanation, end="This film")
        if film.is_mature:
            st.caption("The reasons come from the current model, which was trained on this film.")
    show_similar(champion.model, film.draft, excluded=film.tconst)


def _verdict(prediction: Prediction, film: ReleasedFilm) -> str:
    interval = f"4 out of 5 such films end up between {prediction.low_80:.1f} and {prediction.high_80:.1f}."
    if film.average_rating > prediction.high_80:
        return f"It did **better than expected**: {interval}"
    if film.average_rating < prediction.low_80:
        return f"It did **worse than expected**: {interval}"
    return f"It did **as expected**: {interval}"


if __name__ == "__main__":
    films_page()

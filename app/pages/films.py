"""The page Films: what the model would have said of a released film before its release, against what happened."""

import streamlit as st

from app.champion import champion_or_stop, logged_rows, released_shares, say_and_stop, show_version, show_warnings
from app.charts.interval import interval_picture
from app.charts.theme import show
from app.prediction_client import by_champion
from app.widgets.draft_form import fill
from app.widgets.film_picker import pick_film
from app.widgets.reasons import show_reasons
from app.widgets.similar_films import show_similar
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.predictions import BOUNDS, out_of_sample
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.rating_model import Prediction

_SUGGESTED = 5
_UNSEEN = "Out of sample: said by a model that had not seen this film."
_TOO_YOUNG = "Out of sample: the film is too young for the model to have learned from it."
_LEARNED = "Not out of sample: the model has learned from this film, so that it looks better here than it is."


def films_page() -> None:
    """Ask for a film and show what was to be expected of it."""
    champion = champion_or_stop()
    films = champion.model.films
    st.title("What would it have said?")
    st.markdown("Any released film: the rating to expect from what was known before its release, and what it got.")
    if not len(films):
        say_and_stop(
            f"Version {champion.version} was registered before released films were kept with the model; train a new "
            "one: `make demo FORCE=yes` (invented films) or `make real FORCE=yes` (IMDb's data)."
        )
    pick_film(films, key="films", choose=_open)
    # The address that was opened tells once; later it follows, and may be old when a browser asks in haste.
    asked = st.session_state.get("films_open") or st.query_params.get("film", "")
    film = films.film(asked)
    if film is None:
        if asked:
            show_warnings([f"No released film has the id {asked[:40]}; find it by its title."])
        st.caption("The best known ones:")
        with st.container(horizontal=True):
            for row in range(min(_SUGGESTED, len(films))):
                known = films.film_at(row)
                st.button(known.label, key=f"films_known_{known.tconst}", on_click=_open, args=(known,))
        return
    _open(film)
    _show(champion, film)


def said_before(champion: Champion, film: ReleasedFilm) -> tuple[Prediction, str]:
    """What the model says of a film, out of sample where that is possible, and whether it is."""
    try:
        predictions = logged_rows(champion, run_artifacts.PREDICTIONS_FILE)
        foretold = out_of_sample(predictions, film.tconst, model=CANDIDATE_NAME)
    except (run_artifacts.NotLoggedError, versions.NoChampionError, versions.RegistryUnreachableError):
        # What is said then says itself that it is not out of sample.
        foretold = None
    if foretold is not None:
        bounds = {name: value for name, value in vars(foretold).items() if name in BOUNDS}
        return Prediction(rating=foretold.predicted_rating, **bounds, warnings=()), _UNSEEN
    [prediction] = champion.model.predict([film.draft])
    return prediction, _LEARNED if film.is_mature else _TOO_YOUNG


def _open(film: ReleasedFilm) -> None:
    st.session_state["films_open"] = film.tconst
    if st.query_params.to_dict() != {"film": film.tconst}:
        st.query_params.from_dict({"film": film.tconst})


def _show(champion: Champion, film: ReleasedFilm) -> None:
    prediction, sample = said_before(champion, film)
    with st.container(border=True, key="card_film"):
        st.subheader(film.label, anchor=False)
        with st.container(horizontal=True):
            st.metric("Expected", f"{prediction.rating:.1f}", help="From what was known before release.", width=150)
            st.metric(
                "Became", f"{film.average_rating:.1f}", f"{film.average_rating - prediction.rating:+.1f}", width=150
            )
        show(
            interval_picture({"Expected": prediction}, released_shares(champion), outcome=film.average_rating),
            alt=f"{_verdict(prediction, film)} On the scale of all released films",
        )
        st.markdown(f"{_verdict(prediction, film)} {film.n_votes:,} people have rated it.")
        st.caption(f"{sample} {'' if film.is_mature else 'Its rating may still move.'}")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            show_version(by_champion(champion))
            if st.button("Draft another one like it", icon=":material/edit_note:"):
                fill("draft", film.draft)
                st.switch_page("pages/draft.py")
    show_reasons(champion.model, film.draft, end="This film")
    if film.is_mature:
        st.caption("The reasons are of the model that answers today, which has learned from this film since.")
    show_similar(champion.model, film.draft, but=film.tconst)


def _verdict(prediction: Prediction, film: ReleasedFilm) -> str:
    said = f"its 80% interval, {prediction.low_80:.1f} to {prediction.high_80:.1f}"
    if film.average_rating > prediction.high_80:
        return f"It did **better** than {said}."
    if film.average_rating < prediction.low_80:
        return f"It did **worse** than {said}."
    return f"It ended up **within** {said}."


if __name__ == "__main__":
    films_page()

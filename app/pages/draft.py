"""The Draft page: describes a film that does not exist yet and shows its expected rating."""

import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, show_info, show_version, show_warnings
from app.draft_link import FIELDS, address_of, draft_from_query, left_out, query_of
from app.widgets.audiences import show_audiences
from app.widgets.draft_form import draft_in, draft_like, fill, film_fields, form_values, kept_draft, people_fields
from app.widgets.one_page import offer_one_page
from app.widgets.reasons import explanation_or_caption, show_reasons, show_vote_reasons
from app.widgets.score import show_interval, show_score
from app.widgets.similar_films import show_similar
from app.widgets.what_if import what_if
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.prediction import Prediction

_PREFIX = "draft"
# Films among which the example is chosen, those with the most votes.
_WELL_KNOWN = 50


def draft_page() -> None:
    """Show the form of a draft and its prediction."""
    champion = champion_or_stop()
    _read_address()
    st.title("What rating would your film get?")
    st.markdown("Describe a film that does not exist yet. Its expected IMDb rating updates with every change.")
    score, start = st.container(), st.container()
    film, people = st.columns(2, gap="large")
    with film:
        st.subheader("Film")
        facts = film_fields(_PREFIX)
    with people:
        st.subheader("People")
        credits = people_fields(_PREFIX, champion.model, int(str(facts["release_year"])))
    draft = draft_in(_PREFIX, facts, credits)
    _write_address(draft)
    answers = answers_or_stop(champion, [draft])
    [prediction] = answers.predictions
    is_empty = draft == MovieDraft(release_year=draft.release_year, audience=draft.audience)
    with score:
        show_score(draft, prediction)
    with start:
        # Shown once: the address is rewritten from the draft.
        if message := st.session_state.pop("draft_link_message", None):
            show_warnings((message,))
        if is_empty:
            _offer_example(champion)
    with st.container(border=True, key="card_answer"):
        show_interval(champion, draft, prediction)
        show_audiences(champion, draft, prediction)
        explanation = None if is_empty else explanation_or_caption(champion.model, draft)
        if explanation:
            show_vote_reasons(explanation)
        if omitted := left_out(draft):
            st.caption(f"Too long for the address of this page, so lost when you reload it: {', '.join(omitted)}.")
        _show_footer(champion, draft, prediction, answers.answered_by)
    if explanation:
        show_reasons(explanation)
    if not is_empty:
        st.subheader("What if?", anchor=False)
        what_if(champion, draft, prediction)
        show_similar(champion.model, draft)


def _read_address() -> None:
    """Fill the form from the opened link, and again when the browser's Back or Forward changed the address.

    A browser may also send an outdated address, with a rerun that started before the address was updated. The form has
    changed in that case, and the address follows it.
    """
    state = st.session_state
    if "draft_is_started" not in state:
        state["draft_is_started"] = True
        if query := _address():
            draft, state["draft_link_message"] = draft_from_query(query)
            fill(_PREFIX, draft)
    elif f"{_PREFIX}_year" not in state:
        fill(_PREFIX, kept_draft(_PREFIX))
    elif _is_changed_by_browser(_address()):
        fill(_PREFIX, draft_from_query(_address())[0])


def _is_changed_by_browser(address: dict[str, list[str]]) -> bool:
    state = st.session_state
    is_of_draft = bool(address) and set(address) <= set(FIELDS)
    is_other = state.get("draft_address") not in (None, address)
    return is_of_draft and is_other and state.get("draft_values") == form_values(_PREFIX)


def _write_address(draft: MovieDraft) -> None:
    query = query_of(draft)
    address = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    if _address() != address:
        st.query_params.from_dict(query)
    st.session_state["draft_address"] = address
    st.session_state["draft_values"] = form_values(_PREFIX)


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _offer_example(champion: Champion) -> None:
    films = champion.model.films
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("This is a typical film of that year. Add what you know of yours. Only the year is required.")
        if len(films):
            known = [films.film_at(row) for row in range(min(_WELL_KNOWN, len(films)))]
            example = draft_like(max(known, key=lambda film: (film.draft.release_year, film.n_votes)))
            st.button("Try an example", icon=":material/lightbulb:", on_click=fill, args=(_PREFIX, example))


def _show_footer(champion: Champion, draft: MovieDraft, prediction: Prediction, answered_by: str) -> None:
    address = address_of(f"{(st.context.url or '').rstrip('/')}/", draft)
    with st.container(horizontal=True, vertical_alignment="center"):
        answered = show_version(answered_by, champion)
        offer_one_page(champion, draft, prediction, (answered, address))
        with st.popover("Share", icon=":material/share:"):
            st.markdown(
                "Anyone who opens this link sees this draft. Point at it, or tap it, for the button that copies it."
            )
            if omitted := left_out(draft):
                show_info(f"Too long for a link and left out: {', '.join(omitted)}. Send it separately.")
            st.code(address, language=None, wrap_lines=True)


if __name__ == "__main__":
    draft_page()

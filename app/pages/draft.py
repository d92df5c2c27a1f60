"""The Draft page: describes a film that does not exist yet and shows its expected rating."""

import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, released_shares, show_info, show_version, show_warnings
from app.charts.interval import interval_chart
from app.charts.theme import show_chart
from app.draft_link import address_of, draft_from_query, left_out, query_of
from app.widgets.audiences import show_audiences
from app.widgets.draft_form import draft_in, fill, film_fields, kept_draft, people_fields
from app.widgets.reasons import show_reasons
from app.widgets.similar_films import show_similar
from app.widgets.what_if import what_if
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.rating_model import Prediction

_PREFIX = "draft"


def draft_page() -> None:
    """Show the form of a draft and its prediction."""
    champion = champion_or_stop()
    _read_address()
    st.title("What rating would your film get?")
    st.markdown("Describe a film that does not exist yet. Its expected IMDb rating updates with every change.")
    answer = st.container(border=True, key="card_answer")
    film, people = st.columns(2, gap="large")
    with film:
        st.subheader("Film")
        facts = film_fields(_PREFIX)
    with people:
        st.subheader("People")
        credits = people_fields(_PREFIX, champion.model.people)
    draft = draft_in(_PREFIX, facts, credits)
    _write_address(draft)
    answers = answers_or_stop(champion, [draft])
    [prediction] = answers.predictions
    with answer:
        is_empty = not draft.genres and not draft.plot and not any(credits.values())
        _show(champion, prediction, is_empty=is_empty)
        show_audiences(champion, draft, prediction)
        if omitted := left_out(draft):
            st.caption(f"Too long for the address of this page, so lost when you reload it: {', '.join(omitted)}.")
        _show_footer(draft, answers.answered_by)
    show_reasons(champion.model, draft)
    st.subheader("What if?", anchor=False)
    what_if(champion, draft, prediction)
    show_similar(champion.model, draft)


def _read_address() -> None:
    """Fill the form from the opened link, once. Later the address follows the draft."""
    # A browser may send an outdated address with a rerun that started before the address was updated.
    if "draft_is_started" not in st.session_state:
        st.session_state["draft_is_started"] = True
        if query := _address():
            draft, st.session_state["draft_link_message"] = draft_from_query(query)
            fill(_PREFIX, draft)
    elif f"{_PREFIX}_year" not in st.session_state:
        fill(_PREFIX, kept_draft(_PREFIX))


def _write_address(draft: MovieDraft) -> None:
    query = query_of(draft)
    if _address() != {name: value if isinstance(value, list) else [value] for name, value in query.items()}:
        st.query_params.from_dict(query)


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _show(champion: Champion, prediction: Prediction, *, is_empty: bool) -> None:
    # Shown once: the address is rewritten from the draft.
    if message := st.session_state.pop("draft_link_message", None):
        show_warnings((message,))
    number, interval_column = st.columns([1, 3], vertical_alignment="center")
    number.metric("Expected rating", f"{prediction.rating:.1f}", help="On IMDb's scale from 1 to 10.")
    interval = f"between {prediction.low_80:.1f} and {prediction.high_80:.1f}"
    with interval_column:
        show_chart(
            interval_chart({"The draft": prediction}, released_shares(champion)),
            alt=f"Expected rating {prediction.rating:.1f}, 80% interval {interval}, on the scale of all released films",
        )
        st.markdown(f"4 out of 5 such films end up **{interval}**. The shaded area shows released films' ratings.")
    if is_empty:
        show_info("This is a typical film of that year. Add genres, a plot and people to get a rating for yours.")
    show_warnings(prediction.warnings)


def _show_footer(draft: MovieDraft, answered_by: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        show_version(answered_by)
        with st.popover("Share", icon=":material/share:"):
            st.markdown("Anyone who opens this link sees this draft. Copy it with the button at the end of the line.")
            if omitted := left_out(draft):
                show_info(f"Too long for a link and left out: {', '.join(omitted)}. Send it separately.")
            st.code(address_of(f"{(st.context.url or '').rstrip('/')}/", draft), language=None, wrap_lines=True)


if __name__ == "__main__":
    draft_page()

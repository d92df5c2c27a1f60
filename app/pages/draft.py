"""The first page: a film that does not exist yet, and the rating to expect of it."""

import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, released_shares, show_version, show_warnings
from app.charts.interval import interval_picture
from app.charts.theme import show
from app.draft_link import address_of, draft_from_query, query_of
from app.widgets.draft_form import ask_film, ask_people, draft_in, fill, kept_draft
from app.widgets.reasons import show_reasons
from app.widgets.similar_films import show_similar
from app.widgets.what_if import what_if
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.rating_model import Prediction

_PREFIX = "draft"


def draft_page() -> None:
    """Ask for a draft and answer it."""
    champion = champion_or_stop()
    _read_address()
    st.title("What rating would your film get?")
    st.markdown("Describe a film that does not exist yet. The rating to expect on IMDb follows every change.")
    answer = st.container(border=True, key="card_answer")
    film, people = st.columns(2, gap="large")
    with film:
        st.subheader("Film")
        facts = ask_film(_PREFIX)
    with people:
        st.subheader("People")
        credits = ask_people(_PREFIX, champion.model.people)
    draft = draft_in(_PREFIX, facts, credits)
    _write_address(draft)
    answers = answers_or_stop(champion, [draft])
    [prediction] = answers.predictions
    with answer:
        is_empty = not draft.genres and not draft.plot and not any(credits.values())
        _show(champion, prediction, is_empty=is_empty)
        _show_end(draft, answers.by)
    show_reasons(champion.model, draft)
    st.subheader("What if?", anchor=False)
    what_if(champion, draft, prediction)
    show_similar(champion.model, draft)


def _read_address() -> None:
    """Begin with the draft of the address that was opened, once; later the address follows the draft."""
    # A browser may ask again before it has heard of the newest address: what it then tells is old.
    if "draft_begun" not in st.session_state:
        st.session_state["draft_begun"] = True
        if query := _address():
            draft, st.session_state["draft_unread"] = draft_from_query(query)
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
    # Said once: the next address is one that can be read.
    if unread := st.session_state.pop("draft_unread", None):
        show_warnings((unread,))
    number, picture = st.columns([1, 3], vertical_alignment="center")
    number.metric("Expected rating", f"{prediction.rating:.1f}", help="On IMDb's scale from 1 to 10.")
    said = f"between {prediction.low_80:.1f} and {prediction.high_80:.1f}"
    with picture:
        show(
            interval_picture({"The draft": prediction}, released_shares(champion)),
            alt=f"Expected rating {prediction.rating:.1f}, 80% interval {said}, on the scale of all released films",
        )
        st.markdown(f"Four of five such films end up **{said}**. The hills behind show how released films are rated.")
    if is_empty:
        st.info("This is any film of that year. Add genres, a plot and people, and the rating will be yours.")
    show_warnings(prediction.warnings)


def _show_end(draft: MovieDraft, by: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        show_version(by)
        with st.popover("Share", icon=":material/share:"):
            st.markdown("Whoever opens this address sees this draft. The button at its end copies it.")
            st.code(address_of(f"{(st.context.url or '').rstrip('/')}/", draft), language=None, wrap_lines=True)


if __name__ == "__main__":
    draft_page()

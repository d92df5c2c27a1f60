"""The first page: a film that does not exist yet, and the rating to expect of it."""

from datetime import UTC, datetime

import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, show_version, show_warnings
from app.interval_picture import interval_picture
from app.people_picker import pick_people
from app.reasons_picture import reasons_picture
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.explanation import LABELS, NotExplainableError, explain
from imdb_assets.rating_model.model import Prediction, RatingModel
from imdb_assets.rating_model.people import People
from imdb_assets.tables.features import GENRES, LANGUAGES

# Streamlit would show a string that stands by itself: rating points below which a reason is not put into words.
WORTH_TELLING = 0.02
_HAS_NEWS_OF = "What was known of their films before the year of release counts."


def draft_page() -> None:
    """Ask for a draft and answer it."""
    champion = champion_or_stop()
    st.title("What rating would your film get?")
    st.markdown("Describe a film that does not exist yet. The rating to expect on IMDb follows every change.")
    answer = st.container(border=True, key="answer")
    film, people = st.columns(2, gap="large")
    with film:
        facts = _ask_film()
    with people:
        credits = _ask_people(champion.model.people)
    draft = MovieDraft.model_validate({**facts, **credits})
    st.session_state["draft"] = draft
    with answer:
        answers = answers_or_stop(champion, draft)
        is_empty = not draft.genres and not draft.plot and not any(credits.values())
        _show(answers.predictions[0], is_empty=is_empty)
        show_version(answers.by)
    _show_reasons(champion.model, draft)


def _ask_film() -> dict:
    st.subheader("Film")
    title = st.text_input("Title", key="draft_title", help="As the audience will read it.")
    genres = st.multiselect(
        "Genres", GENRES, key="draft_genres", max_selections=3, placeholder="Choose up to three", help="IMDb's genres."
    )
    plot = st.text_area(
        "Plot", key="draft_plot", height=120, placeholder="A few sentences", help="As in a catalogue; its words count."
    )
    left, middle, right = st.columns(3)
    runtime = left.number_input(
        "Runtime, minutes", 1, 1000, None, key="draft_runtime", placeholder="Not said", help="Empty counts as not said."
    )
    next_year = datetime.now(tz=UTC).year + 1
    year = middle.number_input("Release year", 1900, 2100, next_year, key="draft_year", help="Year of first release.")
    language = right.selectbox(
        "Language",
        LANGUAGES,
        index=None,
        key="draft_language",
        placeholder="Not said",
        accept_new_options=True,
        help="Main language; another one can be typed.",
    )
    return {
        "title": title or None,
        "genres": tuple(genres),
        "plot": plot or None,
        "runtime_minutes": runtime,
        "release_year": year,
        "language": language,
    }


def _ask_people(index: People) -> dict[str, tuple[str, ...]]:
    st.subheader("People")
    return {
        "directors": pick_people(index, role="director", key="directors", note=_HAS_NEWS_OF),
        "writers": pick_people(index, role="writer", key="writers", note=_HAS_NEWS_OF),
        "cast": pick_people(index, role="cast member", key="cast", note=f"In billing order. {_HAS_NEWS_OF}"),
    }


def _show(prediction: Prediction, *, is_empty: bool) -> None:
    number, picture = st.columns([1, 3], vertical_alignment="center")
    number.metric("Expected rating", f"{prediction.rating:.1f}", help="On IMDb's scale from 1 to 10.")
    with picture:
        st.altair_chart(interval_picture(prediction), width="stretch")
        st.markdown(
            f"Four of five such films end up **between {prediction.low_80:.1f} and {prediction.high_80:.1f}** "
            "(80% interval)."
        )
    if is_empty:
        st.info("This is any film of that year. Add genres, a plot and people, and the rating will be yours.")
    show_warnings(prediction.warnings)


def _show_reasons(model: RatingModel, draft: MovieDraft) -> None:
    try:
        [explanation] = explain(model, [draft])
    except NotExplainableError as error:
        st.caption(str(error))
        return
    st.subheader("Why")
    st.markdown("From the average film to this draft, in rating points: the steps add up to the rating.")
    picture, words = st.columns([3, 2], gap="large")
    picture.altair_chart(reasons_picture(explanation), width="stretch")
    told = [reason for reason in explanation.reasons if abs(reason.points) >= WORTH_TELLING]
    words.markdown("\n".join(f"* **{LABELS[one.group]} {one.points:+.2f}** - {one.sentence}" for one in told))


if __name__ == "__main__":
    draft_page()

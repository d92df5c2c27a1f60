"""The page Compare: two or three drafts side by side, and what makes the difference."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, released_shares, show_version, show_warnings
from app.charts.interval import interval_picture
from app.charts.theme import show
from app.charts.waterfall import steps
from app.widgets.draft_form import ask_film, ask_people, draft_in, fill, kept_draft
from app.widgets.film_picker import pick_film
from app.widgets.reasons import show_steps
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.comparison import chance_above, is_distinguishable
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain_difference
from imdb_assets.rating_model.serving.rating_model import Prediction, RatingModel

NAMES = ("A", "B", "C")
_LEAST_DIFFERENCE = 0.005


def compare_page() -> None:
    """Ask for the drafts and show them beside each other."""
    champion = champion_or_stop()
    st.title("Which draft would do better?")
    st.markdown("All begin as the draft of the page Draft. Change one of them, and see what that is worth.")
    n = st.segmented_control(
        "Drafts",
        (2, 3),
        default=2,
        key="compare_n",
        required=True,
        persist_state="session",
        help="How many to compare.",
    )
    answer = st.container(border=True, key="card_compare")
    drafts = {}
    for name, column in zip(NAMES, st.columns(n or 2, gap="large"), strict=False):
        with column:
            drafts[name] = _ask(name, champion)
    answers = answers_or_stop(champion, list(drafts.values()))
    predictions = dict(zip(drafts, answers.predictions, strict=True))
    with answer:
        _show_answer(champion, drafts, predictions)
        show_version(answers.by)
    for name in list(drafts)[1:]:
        _show_difference(champion.model, drafts, predictions, name)


def _ask(name: str, champion: Champion) -> MovieDraft:
    prefix = f"compare_{name.lower()}"
    if f"{prefix}_year" not in st.session_state:
        fill(prefix, kept_draft(prefix if prefix in st.session_state else "draft"))
    with st.container(key=prefix):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(f"Draft {name}", anchor=False)
            with st.popover("Begin with", icon=":material/restart_alt:", type="tertiary"):
                st.button(
                    "The draft of the page Draft", key=f"{prefix}_again", on_click=fill,
                    args=(prefix, kept_draft("draft")), icon=":material/edit_note:",
                )  # fmt: skip
                pick_film(champion.model.films, key=prefix, choose=partial(_begin_with, prefix))
        film = ask_film(prefix)
        people = ask_people(prefix, champion.model.people)
    return draft_in(prefix, film, people)


def _begin_with(prefix: str, film: ReleasedFilm) -> None:
    fill(prefix, film.draft)


def _show_answer(champion: Champion, drafts: Mapping[str, MovieDraft], predictions: Mapping[str, Prediction]) -> None:
    first = predictions["A"]
    with st.container(horizontal=True):
        for name, one in predictions.items():
            title = drafts[name].title
            points = f"{one.rating - first.rating:+.2f}"
            difference = None if points in {"+0.00", "-0.00"} else f"{points} to A"
            st.metric(f"{name} · {title}" if title else f"Draft {name}", f"{one.rating:.1f}", difference, width=140)
    said = "; ".join(
        f"{name} {one.rating:.1f}, between {one.low_80:.1f} and {one.high_80:.1f}" for name, one in predictions.items()
    )
    show(
        interval_picture(predictions, released_shares(champion)),
        alt=f"Expected ratings and 80% intervals on one scale: {said}",
    )
    for name, one in predictions.items():
        if drafts[name] != drafts["A"]:
            st.markdown(difference_sentence(name, first, one))
    for name, one in predictions.items():
        show_warnings([f"{name}: {warning}" for warning in one.warnings])


def _show_difference(
    model: RatingModel, drafts: Mapping[str, MovieDraft], predictions: Mapping[str, Prediction], name: str
) -> None:
    st.subheader(f"Why does {name} differ from A?", anchor=False)
    if drafts[name] == drafts["A"]:
        st.info(f"{name} is the same as A. Change something about it.", icon=":material/info:")
        return
    try:
        reasons = explain_difference(model, drafts["A"], drafts[name])
    except NotExplainableError as error:
        st.caption(str(error))
        return
    if not reasons:
        st.markdown("Nothing that the model looks at is another.")
        return
    start = predictions["A"].rating
    rows = steps(reasons, start=("A", start), end=(name, start + sum(reason.points for reason in reasons)))
    show_steps(rows, reasons, key=name)


def difference_sentence(name: str, first: Prediction, second: Prediction) -> str:
    """How much another draft differs from A, and whether the model can tell it."""
    difference = second.rating - first.rating
    if abs(difference) < _LEAST_DIFFERENCE:
        return f"{name} is expected to get **the same** as A: what was changed makes no difference to the model."
    side = "above" if difference > 0 else "below"
    chance = 100 * chance_above(first, second)
    pairs = f"of a hundred such pairs of films, {name} would end up {side} A in {max(chance, 100 - chance):.0f}"
    points = f"{name} is expected **{abs(difference):.2f} points {side} A**"
    if is_distinguishable(first, second):
        return f"{points}: {pairs}."
    return f"{points}. **That is less than the model can tell**: {pairs}, hardly more than by a toss of a coin."


if __name__ == "__main__":
    compare_page()

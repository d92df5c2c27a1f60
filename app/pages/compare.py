"""The Compare page: two or three drafts side by side, and the reasons for their difference."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, released_shares, show_info, show_version, show_warnings
from app.charts.interval import interval_chart
from app.charts.theme import show_chart
from app.charts.waterfall import steps
from app.draft_link import drafts_from_query, query_of_drafts
from app.widgets.draft_form import draft_in, fill, film_fields, kept_draft, people_fields
from app.widgets.film_picker import pick_film
from app.widgets.reasons import show_factors, show_steps
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.comparison import chance_above, is_distinguishable
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain_difference
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.rating_model.serving.rating_model import RatingModel

NAMES = ("A", "B", "C")
_LEAST_DIFFERENCE = 0.005


def compare_page() -> None:
    """Show the forms of the drafts and their predictions side by side."""
    champion = champion_or_stop()
    _read_address()
    st.title("Which draft would do better?")
    st.markdown("Each draft starts as a copy of the one on the Draft page. Change one to see the effect on its rating.")
    n = st.segmented_control(
        "Drafts",
        (2, 3),
        default=2,
        key="compare_n",
        required=True,
        persist_state="session",
        help="How many drafts to compare.",
    )
    answer = st.container(border=True, key="card_compare")
    drafts = {}
    for name, column in zip(NAMES, st.columns(n or 2, gap="large"), strict=False):
        with column:
            drafts[name] = _draft_form(name, champion)
    omitted = _write_address(drafts)
    answers = answers_or_stop(champion, list(drafts.values()))
    predictions = dict(zip(drafts, answers.predictions, strict=True))
    with answer:
        if message := st.session_state.pop("compare_link_message", None):
            show_warnings((message,))
        _show_answers(champion, drafts, predictions)
        if omitted:
            st.caption(f"Too long for the address of this page, so lost when you reload it: {', '.join(omitted)}.")
        show_version(answers.answered_by, champion)
    for name in list(drafts)[1:]:
        _show_difference(champion.model, drafts, predictions, name)


def _read_address() -> None:
    """Fill the forms from the opened link, once. Later the address follows the drafts."""
    if "compare_is_started" in st.session_state:
        return
    st.session_state["compare_is_started"] = True
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    drafts, st.session_state["compare_link_message"] = drafts_from_query(query, NAMES)
    for name, draft in drafts.items():
        fill(_prefix(name), draft)
    if drafts:
        st.session_state["compare_n"] = 3 if NAMES[-1] in drafts else 2


def _write_address(drafts: Mapping[str, MovieDraft]) -> list[str]:
    query, omitted = query_of_drafts(drafts)
    st.query_params.from_dict(query)
    return omitted


def _prefix(name: str) -> str:
    return f"compare_{name.lower()}"


def _draft_form(name: str, champion: Champion) -> MovieDraft:
    prefix = _prefix(name)
    if f"{prefix}_year" not in st.session_state:
        fill(prefix, kept_draft(prefix if prefix in st.session_state else "draft"))
    with st.container(key=prefix):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(f"Draft {name}", anchor=False)
            with st.popover("Start from", icon=":material/restart_alt:", type="tertiary"):
                st.button(
                    "The draft on the Draft page", key=f"{prefix}_again", on_click=fill,
                    args=(prefix, kept_draft("draft")), icon=":material/edit_note:",
                )  # fmt: skip
                pick_film(champion.model.films, key=prefix, choose=partial(_start_from, prefix))
        film = film_fields(prefix)
        people = people_fields(prefix, champion.model, int(str(film["release_year"])))
    return draft_in(prefix, film, people)


def _start_from(prefix: str, film: ReleasedFilm) -> None:
    fill(prefix, film.draft)


def _show_answers(champion: Champion, drafts: Mapping[str, MovieDraft], predictions: Mapping[str, Prediction]) -> None:
    first = predictions["A"]
    with st.container(horizontal=True):
        for name, prediction in predictions.items():
            title = drafts[name].title
            label = f"{name} · {markdown(title)}" if title else f"Draft {name}"
            points = f"{prediction.rating - first.rating:+.2f}"
            difference = None if points in {"+0.00", "-0.00"} else f"{points} vs. A"
            st.metric(label, f"{prediction.rating:.1f}", difference, width=140)
    described = "; ".join(
        f"{name} {prediction.rating:.1f}, between {prediction.low_80:.1f} and {prediction.high_80:.1f}"
        for name, prediction in predictions.items()
    )
    show_chart(
        interval_chart(predictions, released_shares(champion)),
        alt=f"Expected ratings and 80% intervals on one scale: {described}",
    )
    for name, prediction in predictions.items():
        if drafts[name] != drafts["A"]:
            st.markdown(difference_sentence(name, first, prediction))
    warned: dict[str, list[str]] = {}
    for name, prediction in predictions.items():
        for warning in prediction.warnings:
            warned.setdefault(warning, []).append(name)
    show_warnings([f"{' and '.join(names)}: {warning}" for warning, names in warned.items()])


def _show_difference(
    model: RatingModel, drafts: Mapping[str, MovieDraft], predictions: Mapping[str, Prediction], name: str
) -> None:
    st.subheader(f"Why does {name} differ from A?", anchor=False)
    if drafts[name] == drafts["A"]:
        show_info(f"{name} is the same as A. Change a field of {name} to compare them.")
        return
    try:
        difference = explain_difference(model, drafts["A"], drafts[name])
    except NotExplainableError as error:
        st.caption(str(error))
        return
    reasons, start = difference.reasons, predictions["A"].rating
    if reasons:
        rows = steps(reasons, start=("A", start), end=(name, start + sum(reason.points for reason in reasons)))
        show_steps(rows, reasons, key=name)
    else:
        st.markdown("The drafts differ only in details that do not affect the rating.")
    if difference.vote_reasons:
        show_factors(
            difference.vote_reasons, question=f"Will {name} have more votes than A, or fewer?",
            votes=predictions["A"].votes, start="A. Each difference multiplies that number:",
            nothing="No difference counts.",
        )  # fmt: skip


def difference_sentence(name: str, first: Prediction, second: Prediction) -> str:
    """Describe the difference between a draft and A, and whether it is too small to be reliable."""
    difference = second.rating - first.rating
    if abs(difference) < _LEAST_DIFFERENCE:
        return f"{name} is expected to get **the same rating** as A. The change makes no difference."
    side = "above" if difference > 0 else "below"
    chance = 100 * chance_above(first, second)
    pairs = f"in {max(chance, 100 - chance):.0f} of 100 such pairs of films, {name} would end up {side} A"
    points = f"{name} is expected **{abs(difference):.2f} points {side} A**"
    if is_distinguishable(first, second):
        return f"{points}: {pairs}."
    return f"{points}. **That is too close to call**: {pairs}, little better than a coin toss."


if __name__ == "__main__":
    compare_page()

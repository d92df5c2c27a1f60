"""The page Scenarios: which people, genres, runtimes, years and languages would the draft do best with?"""

import json

import streamlit as st

from app.champion import champion_or_stop, show_version, show_warnings
from app.charts.heat_map import heat_picture, heat_words
from app.charts.theme import show
from app.prediction_client import by_champion
from app.widgets.draft_form import kept_draft
from app.widgets.scenario_form import ask_variations
from app.widgets.scenario_run import Question, ScenarioRun
from app.widgets.scenario_table import AXIS_NAMES, scenario_records, scenario_table
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import MAX_COMBINATIONS, MAX_EXACT_COMBINATIONS, Scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.vocabulary.roles import ROLE_LISTS

_RUN = "scenario_run"
_LOOK_SECONDS = 0.25


def scenarios_page() -> None:
    """Ask what may vary, search, and show the best."""
    champion = champion_or_stop()
    people = champion.model.people
    draft = kept_draft("draft")
    st.title("Which version of it would do best?")
    st.markdown(f"Name candidates for **{_describe(draft)}** of the page Draft, and what else may change.")
    variations = ask_variations(draft, people)
    k = st.number_input("Scenarios to show", 1, 100, 10, key="scenario_k", help="The best of all.", width=180)
    question = Question(champion.version, draft, variations, int(k))
    run: ScenarioRun | None = st.session_state.get(_RUN)
    is_running = run is not None and run.is_running
    st.markdown(_count_words(variations))
    is_too_much = not 1 <= variations.n_combinations <= MAX_COMBINATIONS
    is_ready = bool(variations.sizes) and not is_too_much and not is_running
    if st.button("Find the best", type="primary", icon=":material/search:", disabled=not is_ready):
        st.session_state[_RUN] = ScenarioRun(question).begin(champion)
        st.rerun()
    if run is None:
        return
    if is_running:
        _watch()
    elif run.question != question:
        st.info("Something was changed since the last search: find the best anew.", icon=":material/info:")
    elif run.found is not None:
        _show(run.found, people)
        show_version(by_champion(champion))
    elif run.refusal:
        st.error(run.refusal, icon=":material/error:")
    elif run.is_cancelled:
        st.info(f"Cancelled after {run.done:,} of {run.total:,} combinations.", icon=":material/info:")
    else:
        st.error("The search broke off: its reason is in the app's log. Find the best anew.", icon=":material/error:")


@st.fragment(run_every=_LOOK_SECONDS)
def _watch() -> None:
    run: ScenarioRun = st.session_state[_RUN]
    if not run.is_running:
        st.rerun()
    share = run.done / run.total if run.total else 0.0
    said = (
        f"{run.done:,} of {run.total:,} rated"
        if run.total
        else "Looking everybody up; the very first search takes some seconds longer, since its loops are compiled"
    )
    st.progress(share, text=said)
    if st.button("Cancel", icon=":material/stop_circle:", key="scenario_cancel"):
        run.cancel()


def _describe(draft: MovieDraft) -> str:
    genres = ", ".join(draft.genres) or "no genre yet"
    return f"{draft.title or 'the film'} ({draft.release_year}, {genres})"


def _count_words(variations: Variations) -> str:
    sizes = variations.sizes
    if not sizes:
        return "Nothing varies yet: add candidates for one role or more, or other genres, runtimes, years or languages."
    size = variations.n_combinations
    parts = " by ".join(f"{count:,} {AXIS_NAMES[axis].lower()}" for axis, count in sizes.items())
    counted = f"**{size:,} combinations** ({parts})"
    if size > MAX_COMBINATIONS:
        widest = AXIS_NAMES[max(sizes, key=lambda axis: sizes[axis])].lower()
        return f"{counted}: more than the {MAX_COMBINATIONS:,} that can be searched. Take out some {widest} first."
    if size > MAX_EXACT_COMBINATIONS:
        return f"{counted}: too many to rate each, so the most promising are followed (beam search)."
    return f"{counted}: every one will be rated."


def _show(found: Scenarios, people: People) -> None:
    if not found.best:
        show_warnings(found.warnings)
        return
    st.subheader(f"Best {len(found.best)} of {found.n_allowed:,} allowed combinations", anchor=False)
    table = scenario_table(found, people)
    points = st.column_config.NumberColumn(format="%.2f", help="On IMDb's scale from 1 to 10.")
    chance = st.column_config.NumberColumn(
        format="percent", help="How often the first one's film would end up above this one's: 50% is a toss of a coin."
    )
    columns = {"Rating": points, "First ends up above": chance}
    columns |= {f"{level}% {end}": points for level in (80, 90) for end in ("from", "to")}
    st.dataframe(table, hide_index=True, width="stretch", column_config=columns)
    st.markdown(_difference_words(found))
    with st.container(horizontal=True):
        st.download_button("CSV", table.to_csv(index=False), "scenarios.csv", "text/csv", icon=":material/download:")
        records = json.dumps(scenario_records(found), indent=2, ensure_ascii=False)
        st.download_button("JSON", records, "scenarios.json", "application/json", icon=":material/download:")
    show_warnings((*found.warnings, *_unfamiliar_words(found)))
    if found.heat_maps:
        _show_heat(found, people)


def _difference_words(found: Scenarios) -> str:
    close = sum(not one.is_distinguishable_from_best for one in found.best[1:])
    if not close:
        return "The model can tell the first from all others here."
    others = "The one below" if len(found.best) == 2 else f"{close} of the {len(found.best) - 1} below"
    return (
        f"{others} differ from the first by **less than the model can tell** (marked `≈`): of a hundred such pairs of "
        "films the first would end up above in fewer than 60."
    )


def _unfamiliar_words(found: Scenarios) -> list[str]:
    ranks: dict[str, list[str]] = {}
    for rank, scenario in enumerate(found.best, start=1):
        for sentence in scenario.out_of_distribution:
            ranks.setdefault(sentence, []).append(str(rank))
    return [f"Rank {', '.join(places)}: {sentence}" for sentence, places in ranks.items()]


def _show_heat(found: Scenarios, people: People) -> None:
    st.subheader("What goes with what", anchor=False)
    # People first: they are what the page is mostly asked about.
    pairs = sorted(found.heat_maps, key=lambda pair: sum(axis not in ROLE_LISTS.values() for axis in pair))
    names = {f"{AXIS_NAMES[one]} by {AXIS_NAMES[other].lower()}": (one, other) for one, other in pairs}
    chosen = st.selectbox("Two that vary", list(names), key="scenario_heat")
    if chosen not in names:
        return
    one, other = names[chosen]
    st.caption("The best rating of each with each, whoever else is in the film. Empty: no combination is allowed.")
    heat = found.heat_maps[one, other]
    show(heat_picture(heat, one, other, people), alt=heat_words(heat, one, other, people))


if __name__ == "__main__":
    scenarios_page()

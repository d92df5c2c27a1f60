"""The Scenarios page: finds the people, genres, runtimes, years and languages with the highest expected rating."""

import streamlit as st

from app.champion import champion_or_stop, show_info, show_version, show_warnings
from app.charts.heat_map import heat_map, heat_map_description
from app.charts.theme import show_chart
from app.prediction_client import version_label
from app.scenarios.run import ScenarioRun, SearchRequest
from app.scenarios.table import AXIS_NAMES, PEOPLE_AXES, scenario_records, scenario_table
from app.widgets.draft_form import kept_draft
from app.widgets.scenario_form import variation_fields
from imdb_assets.escaping import csv_cell, json_text, markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import MAX_COMBINATIONS, MAX_EXACT_COMBINATIONS, Scenarios
from imdb_assets.rating_model.scenarios.space import Variations

_RUN = "scenario_run"
_POLL_SECONDS = 0.25


def scenarios_page() -> None:
    """Show the form, run the search and show the best scenarios."""
    champion = champion_or_stop()
    people = champion.model.people
    draft = kept_draft("draft")
    st.title("Which version would rate highest?")
    st.markdown(f"Add candidates for **{_description(draft)}** from the Draft page, and choose what else may change.")
    variations = variation_fields(draft, champion.model)
    k = st.number_input(
        "Scenarios to show", 1, 100, 10, key="scenario_k", help="Those with the highest ratings.", width=180
    )
    request = SearchRequest(champion.version, draft, variations, int(k))
    run: ScenarioRun | None = st.session_state.get(_RUN)
    is_running = run is not None and run.is_running
    st.markdown(_size_sentence(variations))
    is_too_large = not 1 <= variations.n_combinations <= MAX_COMBINATIONS
    is_ready = bool(variations.sizes) and not is_too_large and not is_running
    if st.button("Find the best", type="primary", icon=":material/search:", disabled=not is_ready):
        st.session_state[_RUN] = ScenarioRun(request).start(champion)
        st.rerun()
    if run is None:
        return
    if is_running:
        _show_progress()
    elif run.request != request:
        show_info("Something has changed since the last search. Select Find the best to search again.")
    elif run.result is not None:
        _show(run.result, people)
        show_version(version_label(champion), champion)
    elif run.error:
        st.error(markdown(run.error), icon=":material/error:")
    elif run.is_cancelled:
        show_info(f"Cancelled after {run.done:,} of {run.total:,} combinations.")
    else:
        st.error(
            "The search failed. See the app's log for the reason, then select Find the best to search again.",
            icon=":material/error:",
        )


@st.fragment(run_every=_POLL_SECONDS)
def _show_progress() -> None:
    run: ScenarioRun = st.session_state[_RUN]
    if not run.is_running:
        st.rerun()
    share = run.done / run.total if run.total else 0.0
    rated = f"{run.done:,} of {run.total:,} rated"
    st.progress(share, text=rated if run.total else "Preparing. The first search takes a few seconds longer.")
    if st.button("Cancel", icon=":material/stop_circle:", key="scenario_cancel"):
        run.cancel()


def _description(draft: MovieDraft) -> str:
    genres = ", ".join(draft.genres) or "no genre yet"
    return markdown(f"{draft.title or 'your film'} ({draft.release_year}, {genres})")


def _size_sentence(variations: Variations) -> str:
    sizes = variations.sizes
    if not sizes:
        return "Nothing varies yet. Add candidates for a role, or alternative genres, runtimes, years or languages."
    size = variations.n_combinations
    parts = " by ".join(f"{count:,} {AXIS_NAMES[axis].lower()}" for axis, count in sizes.items())
    counted = f"**{size:,} combinations** ({parts})"
    if size > MAX_COMBINATIONS:
        widest = AXIS_NAMES[max(sizes, key=lambda axis: sizes[axis])].lower()
        return f"{counted}. The limit is {MAX_COMBINATIONS:,}: remove some {widest}."
    if size > MAX_EXACT_COMBINATIONS:
        return f"{counted}. There are too many to rate them all, so only the most promising are rated (beam search)."
    return f"{counted}. All of them will be rated."


def _show(scenarios: Scenarios, people: People) -> None:
    if not scenarios.best:
        show_warnings(scenarios.warnings)
        return
    st.subheader(f"Best {len(scenarios.best)} of {scenarios.n_allowed:,} allowed combinations", anchor=False)
    table = scenario_table(scenarios, people)
    points = st.column_config.NumberColumn(format="%.2f", help="On IMDb's scale from 1 to 10.")
    chance = st.column_config.NumberColumn(
        format="percent", help="How often the first film would end up rated higher than this one. 50% is a coin toss."
    )
    columns = {"Rating": points, "Chance that first is higher": chance}
    columns |= {f"{level}% {end}": points for level in (80, 90) for end in ("from", "to")}
    st.dataframe(table, hide_index=True, width="stretch", column_config=columns)
    st.markdown(_difference_sentence(scenarios))
    with st.container(horizontal=True):
        st.download_button(
            "CSV", table.map(csv_cell).to_csv(index=False), "scenarios.csv", "text/csv", icon=":material/download:"
        )
        st.download_button(
            "JSON",
            json_text(scenario_records(scenarios)),
            "scenarios.json",
            "application/json",
            icon=":material/download:",
        )
    show_warnings((*scenarios.warnings, *_out_of_distribution_warnings(scenarios)))
    if scenarios.heat_maps:
        _show_heat(scenarios, people)


def _difference_sentence(scenarios: Scenarios) -> str:
    close = sum(not scenario.is_distinguishable_from_best for scenario in scenarios.best[1:])
    if not close:
        return "The first is clearly ahead of all others in this table."
    others = "The second is" if len(scenarios.best) == 2 else f"{close} of the {len(scenarios.best) - 1} others are"
    return (
        f"{others} **too close to call** (marked `≈`): the first would end up higher in fewer than 60 of 100 "
        "such pairs of films."
    )


def _out_of_distribution_warnings(scenarios: Scenarios) -> list[str]:
    ranks: dict[str, list[str]] = {}
    for rank, scenario in enumerate(scenarios.best, start=1):
        for sentence in scenario.out_of_distribution:
            ranks.setdefault(sentence, []).append(str(rank))
    return [f"Rank {', '.join(numbers)}: {sentence}" for sentence, numbers in ranks.items()]


def _show_heat(scenarios: Scenarios, people: People) -> None:
    st.subheader("Which values go well together", anchor=False)
    # People first: most users vary people.
    pairs = sorted(scenarios.heat_maps, key=lambda pair: sum(axis not in PEOPLE_AXES for axis in pair))
    axes = {f"{AXIS_NAMES[row]} by {AXIS_NAMES[column].lower()}": (row, column) for row, column in pairs}
    selected = st.selectbox("Compare", list(axes), key="scenario_heat")
    if selected not in axes:
        return
    row, column = axes[selected]
    st.caption("The best rating of any combination with each pair. Empty cells have no allowed combination.")
    heat = scenarios.heat_maps[row, column]
    show_chart(heat_map(heat, row, column, people), alt=heat_map_description(heat, row, column, people))


if __name__ == "__main__":
    scenarios_page()

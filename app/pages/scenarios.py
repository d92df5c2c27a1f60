"""The Scenarios page: finds the people, genres, runtimes, years and languages with the highest expected rating."""

import streamlit as st

from app.champion import champion_or_stop, show_info, show_version, show_warnings
from app.charts.heat_map import heat_map, heat_map_description
from app.charts.theme import show_chart
from app.draft_link import shortened
from app.prediction_client import version_label
from app.scenarios.link import LinkedSearch, search_from_query, search_query
from app.scenarios.run import ScenarioRun, SearchRequest
from app.scenarios.table import AXIS_NAMES, PEOPLE_AXES, scenario_records, scenario_table
from app.widgets.draft_form import fill, kept_draft
from app.widgets.scenario_cards import rank_name, show_scenarios
from app.widgets.scenario_form import fill_form, ranking_fields, variation_fields
from imdb_assets.escaping import csv_cell, json_text, markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.constraints import Ranking
from imdb_assets.rating_model.scenarios.search import (
    MAX_EXACT_COMBINATIONS,
    Scenarios,
    TooManyCombinationsError,
    require_supported,
)
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.rating_model import RatingModel

_RUN = "scenario_run"
_POLL_SECONDS = 0.25


def scenarios_page() -> None:
    """Show the form, run the search and show the best scenarios."""
    champion = champion_or_stop()
    _read_address()
    draft = kept_draft("draft")
    st.title("Which version would rate highest?")
    if message := st.session_state.pop("scenario_link_message", None):
        show_warnings((message,))
    st.markdown(f"Add candidates for **{_description(draft)}** from the Draft page, and choose what else may change.")
    variations = variation_fields(draft, champion.model)
    k, ranking = ranking_fields()
    request = SearchRequest(champion.version, draft, variations, k, ranking)
    _write_address(LinkedSearch(draft, variations, k, ranking))
    run: ScenarioRun | None = st.session_state.get(_RUN)
    is_running = run is not None and run.is_running
    is_ready = _show_size(variations) and not is_running
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
        _show(run.result, champion.model, draft)
        show_version(version_label(champion), champion)
    elif run.error:
        st.error(markdown(run.error), icon=":material/error:")
    elif run.is_cancelled:
        # Before the first results, the search does not know how many combinations are allowed.
        show_info(f"Cancelled after {run.done:,} of {run.total or variations.n_combinations:,} combinations.")
    else:
        st.error(
            "The search failed. See the app's log for the reason, then select Find the best to search again.",
            icon=":material/error:",
        )


def _read_address() -> None:
    """Fill the form and the draft from the opened link, once. Later the address follows the form."""
    if "scenarios_is_started" in st.session_state:
        return
    st.session_state["scenarios_is_started"] = True
    if query := _address():
        search, st.session_state["scenario_link_message"] = search_from_query(query)
        fill("draft", search.draft)
        st.session_state["draft"] = search.draft
        fill_form(search)


def _write_address(search: LinkedSearch) -> None:
    query, omitted = shortened(search_query(search))
    if _address() != {name: value if isinstance(value, list) else [value] for name, value in query.items()}:
        st.query_params.from_dict(query)
    if omitted:
        st.caption(f"Too long for the address of this page, so lost when you reload it: {', '.join(omitted)}.")


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


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


def _show_size(variations: Variations) -> bool:
    """Show how many combinations there are. Return whether they can be searched."""
    sizes = variations.sizes
    try:
        require_supported(variations)
    except TooManyCombinationsError as error:
        st.error(markdown(error), icon=":material/error:")
        return False
    if not sizes or not variations.n_combinations:
        st.markdown(
            "Nothing varies yet. Add candidates for a role, or alternative genres, runtimes, years or languages."
        )
        return False
    parts = " by ".join(f"{count:,} {AXIS_NAMES[axis].lower()}" for axis, count in sizes.items())
    is_exact = variations.n_combinations <= MAX_EXACT_COMBINATIONS
    st.markdown(
        f"**{variations.n_combinations:,} combinations** ({parts}). "
        + ("All of them will be rated." if is_exact
           else "There are too many to rate them all, so only the most promising are rated (beam search).")
    )  # fmt: skip
    return True


def _show(scenarios: Scenarios, model: RatingModel, draft: MovieDraft) -> None:
    people = model.people
    if not scenarios.best:
        show_warnings(scenarios.warnings)
        return
    st.subheader(f"Best {len(scenarios.best)} of {scenarios.n_allowed:,} allowed combinations", anchor=False)
    [baseline] = model.predict([draft])
    app = f"{(st.context.url or '').rsplit('/', 1)[0]}/"
    show_scenarios(scenarios, people, app=app, draft=draft, baseline=baseline)
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            # With the mark at the beginning, spreadsheets read the file as UTF-8.
            scenario_table(scenarios, people).map(csv_cell).to_csv(index=False).encode("utf-8-sig"),
            "scenarios.csv",
            "text/csv",
            icon=":material/download:",
        )  # fmt: skip
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


def _out_of_distribution_warnings(scenarios: Scenarios) -> list[str]:
    ranks: dict[str, list[int]] = {}
    for rank, scenario in enumerate(scenarios.best, start=1):
        for sentence in scenario.out_of_distribution:
            ranks.setdefault(sentence, []).append(rank)
    return [f"{rank_name(numbers)}: {sentence}" for sentence, numbers in ranks.items()]


def _show_heat(scenarios: Scenarios, people: People) -> None:
    st.subheader("Which values go well together", anchor=False)
    # People first: most users vary people.
    pairs = sorted(scenarios.heat_maps, key=lambda pair: sum(axis not in PEOPLE_AXES for axis in pair))
    axes = {f"{AXIS_NAMES[row]} by {AXIS_NAMES[column].lower()}": (row, column) for row, column in pairs}
    selected = st.selectbox("Pair", list(axes), key="scenario_heat")
    if selected not in axes:
        return
    row, column = axes[selected]
    best = "best rating" if scenarios.ranking is Ranking.RATING else "highest lower end"
    st.caption(f"The {best} of any combination with each pair. Empty cells have no allowed combination.")
    heat = scenarios.heat_maps[row, column]
    show_chart(heat_map(heat, row, column, people), alt=heat_map_description(heat, row, column, people))


if __name__ == "__main__":
    scenarios_page()

"""The second page: which director, writer and actors would the draft do best with?"""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from app.champion import champion_or_stop, show_version, show_warnings
from app.model_server import by_champion
from app.people_picker import pick_people
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.people import People
from imdb_assets.rating_model.scenarios import (
    MAXIMUM_COMBINATIONS,
    Candidates,
    ScenarioError,
    Scenarios,
    search_scenarios,
)

_KEPT = "Nobody here: the draft keeps its own."


def scenarios_page() -> None:
    """Ask for candidates and show the best teams."""
    champion = champion_or_stop()
    people = champion.model.people
    draft = st.session_state.get("draft", MovieDraft(release_year=datetime.now(tz=UTC).year + 1))
    st.title("Which team would it do best with?")
    st.markdown(f"Every combination of the candidates is scored for **{_describe(draft)}** of the page Draft.")
    candidates, k, cast_size = _ask(people)
    question = (champion.version, draft, candidates, k, cast_size)
    if st.button("Score every combination", type="primary", disabled=candidates == Candidates()):
        st.session_state.pop("scenarios", None)
        try:
            with st.spinner("Scoring …"):
                found = search_scenarios(champion.model, draft, candidates, k=k, cast_size=cast_size)
        except ScenarioError as error:
            st.error(str(error))
            st.stop()
        st.session_state["scenarios"] = (question, found)
    asked, found = st.session_state.get("scenarios", (None, None))
    if found is not None and asked == question:
        _show(found, people)
        show_version(by_champion(champion))
    else:
        st.caption(f"Add candidates for one role or more; up to {MAXIMUM_COMBINATIONS:,} combinations are scored.")


def _ask(people: People) -> tuple[Candidates, int, int]:
    left, middle, right = st.columns(3, gap="medium")
    with left:
        directors = pick_people(people, role="candidate director", key="candidate_directors", note=_KEPT)
    with middle:
        writers = pick_people(people, role="candidate writer", key="candidate_writers", note=_KEPT)
    with right:
        cast = pick_people(people, role="candidate actor", key="candidate_cast", note=_KEPT)
    left, middle, _ = st.columns(3, gap="medium")
    cast_size = left.number_input(
        "Actors per film", 1, 10, 1, key="cast_size", help="Each cast is that many of the candidate actors."
    )
    k = middle.number_input("Scenarios to show", 1, 100, 10, key="k", help="The best of all combinations.")
    return Candidates(directors=directors, writers=writers, cast=cast), k, cast_size


def _describe(draft: MovieDraft) -> str:
    genres = ", ".join(draft.genres) or "no genre yet"
    return f"{draft.title or 'the film'} ({draft.release_year}, {genres})"


def _show(found: Scenarios, people: People) -> None:
    st.subheader(f"Best {len(found.best)} of {found.n_combinations:,} combinations")
    table = scenario_table(found, people)
    points = st.column_config.NumberColumn(format="%.2f", help="On IMDb's scale from 1 to 10.")
    st.dataframe(table, hide_index=True, column_config=dict.fromkeys(("Rating", "80% from", "80% to"), points))
    st.download_button(
        "Download as CSV", table.to_csv(index=False), "scenarios.csv", "text/csv", icon=":material/download:"
    )
    show_warnings(found.warnings)


def scenario_table(found: Scenarios, people: People) -> pd.DataFrame:
    """A row per scenario, best first, in the words of the page."""
    table = pd.DataFrame(
        [
            {
                "Rank": rank,
                "Rating": scenario.prediction.rating,
                "80% from": scenario.prediction.low_80,
                "80% to": scenario.prediction.high_80,
                "Director": "; ".join(map(people.label, scenario.draft.directors)),
                "Writer": "; ".join(map(people.label, scenario.draft.writers)),
                "Cast": "; ".join(map(people.label, scenario.draft.cast)),
            }
            for rank, scenario in enumerate(found.best, start=1)
        ]
    )
    return table.loc[:, (table != "").any()]


if __name__ == "__main__":
    scenarios_page()

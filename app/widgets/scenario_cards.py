"""The scenarios that a search found: a card each, in groups that are too close to call."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import streamlit as st

from app.draft_link import address, address_of, query_of_drafts
from app.scenarios.table import FACT_NAMES, facts_of, names_by_id, shared_facts_of
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.constraints import Ranking
from imdb_assets.rating_model.scenarios.search import Scenario, Scenarios
from imdb_assets.rating_model.serving.comparison import MIN_CHANCE
from imdb_assets.rating_model.serving.prediction import Prediction

_PAIRS = round(100 * MIN_CHANCE)


def show_scenarios(scenarios: Scenarios, people: People, *, app: str, draft: MovieDraft, baseline: Prediction) -> None:
    """Show a card per scenario.

    Args:
        scenarios: The result of a search with at least one scenario.
        people: Names of the people.
        app: The address of the app, which the links start with; it ends in a slash.
        draft: The draft that varies, with which a scenario can be compared.
        baseline: The prediction for that draft as it is.
    """
    st.markdown(
        f"Your draft as it is: **{baseline.rating:.2f}**, and 4 out of 5 such films end up between "
        f"{baseline.low_80:.2f} and {baseline.high_80:.2f}."
    )
    names = names_by_id(scenarios, people)
    facts = [facts_of(scenario, names) for scenario in scenarios.best]
    shared = shared_facts_of(facts)
    if shared:
        st.markdown(f"The same in all: {_listed(shared)}.")
    ranked = list(enumerate(zip(scenarios.best, facts, strict=True), start=1))
    groups = [list(rows) for _, rows in groupby(ranked, key=lambda row: row[1][0].group)]
    if len(ranked) > 1:
        st.markdown(grouping_sentence([len(group) for group in groups]))
    for group in groups:
        if len(groups) > 1:
            st.markdown(f"**{_group_name([rank for rank, _ in group])}**")
        for rank, (scenario, of_scenario) in group:
            varying = {axis: text for axis, text in of_scenario.items() if axis not in shared}
            # The difference of the numbers as they are shown.
            gain = round(scenario.prediction.rating, 2) - round(baseline.rating, 2)
            _show_card(rank, scenario, varying, ranking=scenarios.ranking, app=app, draft=draft, gain=gain)


def grouping_sentence(sizes: Sequence[int]) -> str:
    """Return how scenarios are grouped, given the number of scenarios per group."""
    rule = f"the first would end up above another one in fewer than {_PAIRS} of 100 such pairs of films"
    if len(sizes) == 1:
        return f"All {sizes[0]} are **too close to call**: {rule}."
    return f"Scenarios of one group are **too close to call**: {rule}. Those of the next group are behind it."


def _group_name(ranks: Sequence[int]) -> str:
    return rank_name(ranks) + (", too close to call" if len(ranks) > 1 else "")


def rank_name(ranks: Sequence[int]) -> str:
    """Return ascending ranks as users read them: `Rank 3`, `Ranks 1 to 4` or `Ranks 1, 3, 4`."""
    if len(ranks) == 1:
        return f"Rank {ranks[0]}"
    if ranks[-1] - ranks[0] == len(ranks) - 1:
        return f"Ranks {ranks[0]} to {ranks[-1]}"
    return f"Ranks {', '.join(map(str, ranks))}"


def _show_card(
    rank: int,
    scenario: Scenario,
    facts: Mapping[str, str],
    *,
    ranking: Ranking,
    app: str,
    draft: MovieDraft,
    gain: float,
) -> None:
    answer = scenario.prediction
    lower = f"**{answer.low_80:.2f}**" if ranking is Ranking.LOW_80 else f"{answer.low_80:.2f}"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="medium", key=f"card_scenario_{rank}"
    ):
        with st.container(width=170):
            st.markdown(
                f"{rank}. :primary[**{answer.rating:.2f}**] :small[{gain:+.2f} vs. your draft]  \n"
                f":small[4 out of 5: {lower} to {answer.high_80:.2f}]"
            )
        both, _ = query_of_drafts({"A": draft, "B": scenario.draft})
        links = {"Open as draft": address_of(app, scenario.draft), "Compare": address(f"{app}compare", both)}
        with st.container(width="stretch"):
            st.markdown(
                (_listed(facts, separator="  \n") or "The draft as it is")
                + "  \n"
                + " · ".join(f"[{text}](<{url}>)" for text, url in links.items())
            )


def _listed(facts: Mapping[str, str], *, separator: str = " · ") -> str:
    return separator.join(f":gray[{FACT_NAMES[axis]}] {markdown(text)}" for axis, text in facts.items())

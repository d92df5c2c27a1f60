"""Scenarios as the page's table and as records."""

import pandas as pd
import pytest

from app.scenarios.table import facts_of, scenario_records, scenario_table, shared_facts_of, short_names
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.constraints import Ranking
from imdb_assets.rating_model.scenarios.search import Scenario, Scenarios
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets_tests.support.predictions import VOTES

ROWS = [
    ("nm0000001", "Zoë Gifted", 1950, ["Film 1 (2001)"]),
    ("nm0000003", "Ana Roe", 1960, ["Film 3 (2003)"]),
    ("nm0000004", "Ana Roe", 1970, ["Film 4 (2004)"]),
]


@pytest.fixture(scope="module")
def people() -> People:
    rows = [
        {"nconst": nconst, "name": name, "birth_year": born, "professions": ["director"], "roles": ["director"],
         "n_movies": 1, "n_rated_movies": 1, "known_movies": films}
        for nconst, name, born, films in ROWS
    ]  # fmt: skip
    return People.from_frame(pd.DataFrame(rows))


def scenarios(*directors: str, is_clear: bool) -> Scenarios:
    best = tuple(
        Scenario(
            draft=MovieDraft(
                release_year=2027, genres=("Drama",), runtime_minutes=90.0 + number, directors=(director,)
            ),
            prediction=Prediction(7.0 - number, 6.0, 8.0, 5.5, 8.5, *VOTES.values(), ()),
            chance_best_is_higher=0.5 + number / 4,
            is_distinguishable_from_best=is_clear,
            group=number + 1 if is_clear else 1,
            newcomers=("nm0000004",) if director == "nm0000004" else (),
            out_of_distribution=(),
        )
        for number, director in enumerate(directors)
    )
    return Scenarios(best, len(best), len(best), len(best), (), {}, Ranking.RATING)


def test_only_namesakes_have_their_full_labels(people: People) -> None:
    assert short_names(["nm0000001", "nm0000003"], people) == {"nm0000001": "Zoë Gifted", "nm0000003": "Ana Roe"}
    names = short_names(["nm0000003", "nm0000004"], people)
    assert names["nm0000003"] == "Ana Roe, 1960, Film 3 (2003)"
    assert len(set(names.values())) == 2


@pytest.mark.parametrize(("is_clear", "groups"), [(True, [1, 2]), (False, [1, 1])])
def test_the_table_has_ranks_and_groups_and_leaves_out_empty_columns(
    people: People, *, is_clear: bool, groups: list[int]
) -> None:
    table = scenario_table(scenarios("nm0000001", "nm0000003", is_clear=is_clear), people)
    assert list(table["Rank"]) == [1, 2]
    assert list(table["Directors"]) == ["Zoë Gifted", "Ana Roe"]
    assert list(table["Group"]) == groups
    assert list(table["Runtime"]) == [90.0, 91.0]
    assert list(table["Genres"]) == ["Drama", "Drama"]
    assert not {"Writers", "Cast", "Language"} & set(table)


def test_facts_are_readable_and_mark_newcomers() -> None:
    [scenario] = scenarios("nm0000004", is_clear=True).best
    assert facts_of(scenario, {"nm0000004": "Ana Roe"}) == {
        "directors": "Ana Roe (newcomer)", "genres": "Drama", "runtimes": "90 minutes", "years": "2027",
    }  # fmt: skip
    assert facts_of(scenario, {"nm0000004": "Ana Roe (newcomer)"})["directors"] == "Ana Roe (newcomer)"


def test_shared_facts_are_those_that_all_scenarios_have_alike() -> None:
    facts = [{"directors": "A", "years": "2027"}, {"directors": "B", "years": "2027"}, {"years": "2027"}]
    assert shared_facts_of(facts) == {"years": "2027"}
    assert shared_facts_of(facts[::2]) == {"years": "2027"}
    assert shared_facts_of(facts[:1]) == {}


def test_records_have_the_ids_of_people() -> None:
    records = scenario_records(scenarios("nm0000001", "nm0000004", is_clear=False))
    assert [record["rank"] for record in records] == [1, 2]
    assert records[1]["draft"]["directors"] == ("nm0000004",)
    second = records[1]
    assert (second["rating"], second["chance_best_is_higher"]) == (6.0, 0.75)
    assert second["is_distinguishable_from_best"] is False
    assert (second["group"], second["newcomers"]) == (1, ("nm0000004",))

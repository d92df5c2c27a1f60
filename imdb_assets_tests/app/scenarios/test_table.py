"""Scenarios as the page's table and as records."""

import pandas as pd
import pytest

from app.scenarios.table import scenario_records, scenario_table, short_names
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import Scenario, Scenarios
from imdb_assets.rating_model.serving.rating_model import Prediction
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
            chance_of_best=0.5 + number / 4,
            is_distinguishable_from_best=is_clear,
            out_of_distribution=(),
        )
        for number, director in enumerate(directors)
    )
    return Scenarios(best, len(best), len(best), len(best), (), {})


def test_only_namesakes_have_their_full_labels(people: People) -> None:
    assert short_names(["nm0000001", "nm0000003"], people) == {"nm0000001": "Zoë Gifted", "nm0000003": "Ana Roe"}
    names = short_names(["nm0000003", "nm0000004"], people)
    assert names["nm0000003"] == "Ana Roe, 1960, Film 3 (2003)"
    assert len(set(names.values())) == 2


@pytest.mark.parametrize(("is_clear", "difference"), [(True, "clear"), (False, "≈")])
def test_the_table_has_ranks_and_leaves_out_empty_columns_and_shared_facts(
    people: People, *, is_clear: bool, difference: str
) -> None:
    table = scenario_table(scenarios("nm0000001", "nm0000003", is_clear=is_clear), people)
    assert list(table["Rank"]) == [1, 2]
    assert list(table["Directors"]) == ["Zoë Gifted", "Ana Roe"]
    assert list(table["Difference from first"]) == ["", difference]
    assert list(table["Runtime"]) == [90.0, 91.0]
    assert not {"Writers", "Cast", "Genres", "Year", "Language"} & set(table)


def test_a_single_scenario_keeps_its_facts(people: People) -> None:
    table = scenario_table(scenarios("nm0000001", is_clear=True), people)
    assert (table["Genres"][0], table["Year"][0]) == ("Drama", 2027)


def test_records_have_the_ids_of_people() -> None:
    records = scenario_records(scenarios("nm0000001", "nm0000004", is_clear=False))
    assert [record["rank"] for record in records] == [1, 2]
    assert records[1]["draft"]["directors"] == ("nm0000004",)
    second = records[1]
    assert (second["rating"], second["chance_of_best"]) == (6.0, 0.75)
    assert second["is_distinguishable_from_best"] is False

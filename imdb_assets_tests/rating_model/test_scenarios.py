"""Scenario search against scoring each combination by itself."""

from itertools import combinations, product

import pytest

from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.model import RatingModel
from imdb_assets.rating_model.scenarios import (
    MAXIMUM_COMBINATIONS,
    Candidates,
    ScenarioError,
    TooManyCombinationsError,
    search_scenarios,
)
from imdb_assets_tests.champion import DULL_DIRECTOR, DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME, invented_model

DRAFT = MovieDraft(
    release_year=2027, runtime_minutes=100, genres=("Drama",), plot="quiet memory", directors=(DULL_DIRECTOR,)
)
ACTORS = tuple(f"nm{number:07d}" for number in range(50, 54))


@pytest.fixture(scope="module")
def model() -> RatingModel:
    return invented_model()


def test_the_best_scenarios_are_those_of_scoring_every_combination_singly(model):
    candidates = Candidates(directors=(DULL_NAME, GIFTED_NAME), writers=("nm0000030", "Somebody New"), cast=ACTORS)
    singly = [
        (-model.predict([draft])[0].rating, draft.directors, draft.writers, draft.cast)
        for director, writer, cast in product(
            (DULL_DIRECTOR, GIFTED_DIRECTOR), ("nm0000030", "newcomer:Somebody New"), combinations(ACTORS, 2)
        )
        for draft in [DRAFT.model_copy(update={"directors": (director,), "writers": (writer,), "cast": cast})]
    ]

    found = search_scenarios(model, DRAFT, candidates, k=8, cast_size=2)

    assert found.n_combinations == len(singly) == 24
    assert [
        (-scenario.prediction.rating, scenario.draft.directors, scenario.draft.writers, scenario.draft.cast)
        for scenario in found.best
    ] == sorted(singly)[:8]
    assert found.best[0].draft.directors == (GIFTED_DIRECTOR,)
    assert any("Somebody New" in warning for warning in found.warnings)


def test_equal_ratings_are_ordered_by_ids_whatever_the_order_of_candidates(model):
    strangers = ("nm0900003", "nm0900001", "nm0900002")
    found = [
        search_scenarios(model, DRAFT, Candidates(directors=order), k=3, cast_size=1)
        for order in (strangers, strangers[::-1])
    ]
    assert [scenario.draft.directors for scenario in found[0].best] == [(name,) for name in sorted(strangers)]
    assert found[0].best == found[1].best


def test_a_role_without_candidates_keeps_the_people_of_the_draft(model):
    found = search_scenarios(model, DRAFT, Candidates(writers=("nm0000030",)), k=5, cast_size=3)
    assert [(s.draft.directors, s.draft.cast) for s in found.best] == [((DULL_DIRECTOR,), ())]


def test_too_many_combinations_are_refused_with_their_number_and_what_to_do(model):
    crowd = tuple(f"nm{number:07d}" for number in range(1, 41))
    with pytest.raises(TooManyCombinationsError, match=r"395,200 combinations.*20,000.*Take out") as refused:
        search_scenarios(model, DRAFT, Candidates(directors=crowd, cast=crowd), k=5, cast_size=3)
    assert refused.value.size > MAXIMUM_COMBINATIONS


@pytest.mark.parametrize(("k", "cast_size", "said"), [(5, 7, "only 4 candidates"), (0, 1, "at least one")])
def test_what_cannot_be_searched_is_said(model, k, cast_size, said):
    with pytest.raises(ScenarioError, match=said):
        search_scenarios(model, DRAFT, Candidates(cast=ACTORS), k=k, cast_size=cast_size)

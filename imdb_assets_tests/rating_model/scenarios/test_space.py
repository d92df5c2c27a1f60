"""Combinations by number, and the validation before a search."""

from itertools import combinations

import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.constraints import Pick, ScenarioError
from imdb_assets.rating_model.scenarios.space import AXES, Variations, build_space, combinations_of
from imdb_assets_tests.support.champion import HOMONYM_NAME
from imdb_assets_tests.support.random_history_model import DRAFT, KNOWN
from imdb_assets_tests.support.reference_search import every_draft, tie_key

VARIATIONS = Variations(
    directors=Pick(KNOWN[3:7], 2), cast=Pick(KNOWN[:3]), genres=(("Horror",), ("Drama", "Comedy")), years=(2028, 2027),
)  # fmt: skip


@pytest.mark.parametrize(("n", "size"), [(5, 0), (5, 1), (6, 2), (7, 4), (4, 4), (0, 0)])
def test_choices_come_in_the_order_of_itertools(n, size):
    choices = combinations_of(n, size)
    assert choices.dtype == "int32"
    assert [tuple(row) for row in choices.tolist()] == list(combinations(range(n), size))


def test_each_number_is_a_distinct_combination_in_the_order_of_the_axes(model):
    space = build_space(model, DRAFT, VARIATIONS)
    assert dict(zip(AXES, space.shape, strict=True)) == {
        "years": 2, "genres": 2, "runtimes": 1, "languages": 1, "directors": 6, "writers": 1, "cast": 3,
    }  # fmt: skip
    assert space.n_combinations == VARIATIONS.n_combinations == 72
    assert [space.draft_at(number) for number in range(72)] == every_draft(DRAFT, VARIATIONS)
    assert [film.release_year for film in space.films] == [2028, 2028, 2027, 2027]
    assert not any(film.directors or film.writers or film.cast for film in space.films)


def test_tie_keys_sort_by_people_then_genres_runtime_and_year(model):
    space = build_space(model, DRAFT, VARIATIONS)
    numbers = np.random.default_rng(0).permutation(space.n_combinations)
    order = np.lexsort(list(reversed(space.tie_keys(numbers))))
    drafts = [space.draft_at(int(number)) for number in numbers[order]]
    assert drafts == sorted(drafts, key=tie_key)


def test_names_are_resolved_as_in_a_draft_with_the_same_warnings(model):
    space = build_space(model, DRAFT, Variations(directors=Pick((HOMONYM_NAME, "Nobody Yet"))))
    homonym, newcomer = space.people["directors"]
    assert homonym in {"nm0000003", "nm0000004"}
    assert newcomer == "newcomer:Nobody Yet"
    assert any(warning.startswith(f"{HOMONYM_NAME} matches 2 people") for warning in space.warnings)
    assert any("Nobody Yet" in warning for warning in space.warnings)


def test_a_candidate_or_a_value_that_occurs_twice_counts_once(model):
    variations = Variations(cast=Pick((*KNOWN[:3], KNOWN[0])), years=(2027, 2028, 2027))
    space = build_space(model, DRAFT, variations)
    assert space.people["cast"] == KNOWN[:3]
    assert space.facts["years"] == (2027, 2028)
    assert variations.n_combinations == space.n_combinations == 6


@pytest.mark.parametrize(
    ("variations", "message"),
    [
        (Variations(cast=Pick(KNOWN[:4], 7)), "7 cast per film from only 4 different candidates"),
        (Variations(cast=Pick(KNOWN[:4], 0)), "1 to 10 cast per film, not 0"),
        (Variations(years=(2027, 3000)), "release_year = 3000"),
    ],
)
def test_an_invalid_number_or_value_is_refused_by_name(model, variations, message):
    with pytest.raises(ScenarioError, match=message):
        build_space(model, DRAFT, variations)

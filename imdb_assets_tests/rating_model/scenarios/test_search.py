"""Scenario search against rating each combination by the model's own `predict_frame`."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    Ranking,
    ScenarioError,
)
from imdb_assets.rating_model.scenarios.scorer import SearchCancelledError
from imdb_assets.rating_model.scenarios.search import MAX_COMBINATIONS, TooManyCombinationsError, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.comparison import MIN_CHANCE, chance_above
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets.vocabulary.roles import ROLE_LISTS
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT, GENRES, KNOWN, NEWCOMERS, TITLE
from imdb_assets_tests.support.reference_search import every_draft, meets, newcomers_by_year, tie_key


def test_the_trees_of_these_tests_use_every_feature_of_people(model):
    booster = model.predictor.booster_for("1000")
    n_splits = dict(zip(booster.feature_name(), booster.feature_importance(), strict=True))
    of_people = [name for name in n_splits if GROUPS[name] in {*ROLE_LISTS, "team"} or name.startswith("franchise_")]
    assert len(of_people) == 80
    assert not [name for name in of_people if not n_splits[name]]


picks = st.builds(
    lambda people, size: Pick(tuple(people), min(size, len(people))),
    st.lists(st.sampled_from(CROWD), min_size=1, max_size=7, unique=True),
    st.integers(1, 3),
)
groups = st.lists(st.sampled_from(CROWD), min_size=1, max_size=4, unique=True).map(tuple)
constraints = st.one_of(
    st.builds(MustHave, groups),
    st.builds(Excludes, groups),
    st.builds(NotTogether, groups),
    st.builds(AtMost, st.integers(0, 2), groups),
    st.builds(AtMostNewcomers, st.integers(0, 2)),
)
spaces = st.builds(
    Variations,
    directors=st.none() | picks,
    writers=st.none() | picks,
    cast=st.none() | picks,
    genres=st.sampled_from([(), (("Drama",), ("Horror", "Comedy")), ((), GENRES, ("Horror",))]),
    runtimes=st.sampled_from([(), (80.0, 150.0)]),
    years=st.sampled_from([(), (1996, 2020), (1990,)]),
    languages=st.sampled_from([(), ("English", "French")]),
    constraints=st.lists(constraints, max_size=3).map(tuple),
)


@given(
    variations=spaces, title=st.sampled_from([TITLE, None, "Nothing like it"]), ranking=st.sampled_from(list(Ranking))
)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@pytest.mark.slow
def test_the_search_equals_rating_every_combination(model, variations, title, ranking):
    assume(variations.n_combinations <= 5_000)
    _assert_equal_to_reference(model, DRAFT.model_copy(update={"title": title}), variations, ranking)


@pytest.mark.parametrize("ranking", list(Ranking))
@pytest.mark.parametrize(
    "variations",
    [
        Variations(
            directors=Pick(CROWD[:8], 2), writers=Pick(CROWD[4:11], 2), cast=Pick(CROWD[2:], 2),
            constraints=(NotTogether(CROWD[:3]), AtMostNewcomers(1)),
        ),
        Variations(cast=Pick(CROWD, 7), genres=(("Drama",), ("Comedy", "Horror")), languages=("English", "French")),
        Variations(directors=Pick(CROWD), writers=Pick(CROWD), years=(1996, 2020), runtimes=tuple(range(60, 160))),
    ],
    ids=["people of several roles", "casts of seven", "films"],
)  # fmt: skip
@pytest.mark.slow
def test_the_search_equals_rating_every_combination_of_tens_of_thousands(model, variations, ranking):
    assert 20_000 < variations.n_combinations <= 50_000
    _assert_equal_to_reference(model, DRAFT, variations, ranking)


def _assert_equal_to_reference(model: RatingModel, draft: MovieDraft, variations: Variations, ranking: Ranking) -> None:
    newcomers = newcomers_by_year(model, variations.years or (draft.release_year,))
    drafts = [
        variant
        for variant in every_draft(draft, variations)
        if all(meets(variant, constraint, newcomers) for constraint in variations.constraints)
    ]
    ratings = model.predict_with_bounds(drafts_frame(drafts))[ranking].to_numpy() if drafts else np.zeros(0)
    order = sorted(range(len(drafts)), key=lambda row: (-round(ratings[row], 9), *tie_key(drafts[row])))[:50]

    result = search_scenarios(model, draft, variations, k=50, ranking=ranking)

    assert result.is_exact
    assert result.n_rated == result.n_combinations == variations.n_combinations
    assert result.n_allowed == len(drafts)
    assert [scenario.draft for scenario in result.best] == [drafts[row] for row in order]
    found = [getattr(scenario.prediction, ranking) for scenario in result.best]
    assert found == pytest.approx(ratings[order], abs=1e-9)
    for axes, heat_map in result.heat_maps.items():
        assert heat_map.ratings.shape == (len(heat_map.rows), len(heat_map.columns)), axes
        assert heat_map.ratings.max() == pytest.approx(ratings[order[0]] if drafts else -np.inf, abs=1e-9)


def test_equal_ratings_are_ordered_by_ids_whatever_the_order_of_candidates(model):
    unknown_people = ("nm0900003", "nm0900001", "nm0900002")
    results = [
        search_scenarios(model, DRAFT, Variations(directors=Pick(people)), k=3)
        for people in (unknown_people, unknown_people[::-1])
    ]
    assert len({scenario.prediction.rating for scenario in results[0].best}) == 1
    assert [scenario.draft.directors for scenario in results[0].best] == [(name,) for name in sorted(unknown_people)]
    assert results[0].best == results[1].best


def test_a_million_equal_ratings_are_ordered_by_ids_too(model):
    unknown_people = tuple(f"nm09{number:05d}" for number in range(1800, 0, -1))
    many = Variations(directors=Pick(unknown_people[:900]), writers=Pick(unknown_people[900:]))
    result = search_scenarios(model, DRAFT, many, k=2)
    assert result.n_rated == 810_000
    assert len({scenario.prediction.rating for scenario in result.best}) == 1
    assert [(scenario.draft.directors, scenario.draft.writers) for scenario in result.best] == [
        (("nm0900901",), ("nm0900001",)), (("nm0900901",), ("nm0900002",)),
    ]  # fmt: skip


def test_a_role_without_candidates_keeps_the_people_of_the_draft(model):
    result = search_scenarios(model, DRAFT, Variations(writers=Pick(KNOWN[:3])), k=5)
    assert {(scenario.draft.directors, scenario.draft.cast) for scenario in result.best} == {
        (DRAFT.directors, DRAFT.cast)
    }


def test_too_many_combinations_are_refused_with_their_number_and_a_remedy(model):
    candidates = tuple(f"nm{number:07d}" for number in range(1, 101))
    many = Variations(directors=Pick(candidates), writers=Pick(candidates), cast=Pick(candidates, 6))
    message = (
        r"11,920,524,000,000 combinations \(100 directors x 100 writers x 1,192,052,400 cast\) exceed the limit of "
        r"1,000,000,000,000\. Remove some candidates for cast"
    )
    with pytest.raises(TooManyCombinationsError, match=message) as refusal:
        search_scenarios(model, DRAFT, many, k=5)
    assert refusal.value.size > MAX_COMBINATIONS


def test_more_films_than_the_featurizer_should_build_are_refused(model):
    many = Variations(runtimes=tuple(range(50, 300)), years=tuple(range(1950, 2050)))
    with pytest.raises(TooManyCombinationsError, match=r"25,000 combinations .*Remove some runtimes"):
        search_scenarios(model, DRAFT, many, k=5)


def test_a_search_for_no_scenario_is_refused(model):
    with pytest.raises(ScenarioError, match="at least one scenario, not 0"):
        search_scenarios(model, DRAFT, Variations(cast=Pick(KNOWN[:4])), k=0)


def test_impossible_constraints_leave_no_scenario_and_a_warning(model):
    impossible = Variations(cast=Pick(KNOWN[:4]), constraints=(MustHave(KNOWN[20:21]),))
    result = search_scenarios(model, DRAFT, impossible, k=5)
    assert (result.best, result.n_allowed) == ((), 0)
    assert any("No combination meets all constraints" in warning for warning in result.warnings)


def test_a_search_reports_its_progress_and_can_be_cancelled(model):
    many = Variations(directors=Pick(KNOWN), writers=Pick(KNOWN), cast=Pick(KNOWN[:12], 2))
    reports: list[tuple[int, int]] = []
    search_scenarios(model, DRAFT, many, k=1, on_progress=lambda done, total: reports.append((done, total)))
    assert reports == sorted(reports)
    assert (reports[0], reports[-1]) == ((0, 105_600), (105_600, 105_600))
    assert len(reports) > 4
    with pytest.raises(SearchCancelledError, match=r"Cancelled after [1-9][\d,]* of 105,600"):
        search_scenarios(
            model, DRAFT, many, k=1, on_progress=lambda done, total: reports.append((done, total)),
            is_cancelled=lambda: reports[-1][0] not in (0, 105_600),
        )  # fmt: skip
    assert reports[-1][0] < 105_600


def test_scenarios_the_model_cannot_distinguish_from_the_best_are_marked(model):
    result = search_scenarios(model, DRAFT, Variations(directors=Pick(KNOWN), writers=Pick(KNOWN)), k=1600)
    best, chances = result.best[0], [scenario.chance_best_is_higher for scenario in result.best]
    assert (best.chance_best_is_higher, best.is_distinguishable_from_best) == (0.5, False)
    assert [scenario.is_distinguishable_from_best for scenario in result.best] == [chance >= 0.6 for chance in chances]
    assert chances[1] < 0.6 < chances[-1]


def test_a_group_ends_where_the_model_can_tell_a_scenario_from_the_first_of_the_group(model):
    result = search_scenarios(model, DRAFT, Variations(directors=Pick(KNOWN), writers=Pick(KNOWN)), k=1600)
    groups = [scenario.group for scenario in result.best]
    assert groups == sorted(groups)
    assert set(groups) == set(range(1, groups[-1] + 1))
    assert groups[-1] > 2
    firsts = {scenario.group: scenario.prediction for scenario in reversed(result.best)}
    for scenario in result.best:
        assert chance_above(scenario.prediction, firsts[scenario.group]) < MIN_CHANCE
        if scenario.group > 1 and scenario.prediction is firsts[scenario.group]:
            assert chance_above(scenario.prediction, firsts[scenario.group - 1]) >= MIN_CHANCE


def test_people_without_an_earlier_rated_film_are_newcomers(model):
    unknown = model.resolve_draft(MovieDraft(release_year=2027, cast=NEWCOMERS))[0].cast
    result = search_scenarios(model, DRAFT, Variations(cast=Pick((*KNOWN[:2], *unknown), 2)), k=20)
    newcomers = newcomers_by_year(model, (DRAFT.release_year,))[DRAFT.release_year] | {*unknown}
    for scenario in result.best:
        team = {*scenario.draft.directors, *scenario.draft.writers, *scenario.draft.cast}
        assert set(scenario.newcomers) == team & newcomers
    assert any(scenario.newcomers for scenario in result.best)


def test_values_outside_the_training_range_are_reported(model):
    result = search_scenarios(model, DRAFT, Variations(genres=(("Drama",), ("Western",)), years=(2027, 2060)), k=4)
    messages = {
        (scenario.draft.genres, scenario.draft.release_year): " ".join(scenario.out_of_distribution)
        for scenario in result.best
    }
    assert not messages[("Drama",), 2027]
    assert "year" in messages[("Drama",), 2060]
    assert "genres" in messages[("Western",), 2027]
    assert "year" not in messages[("Western",), 2027]

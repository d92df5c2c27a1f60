"""Scenario search against rating each combination by the model's own `predict_frame`."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history_table import ROLE_CODES, person_numbers, person_subjects
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    ScenarioError,
)
from imdb_assets.rating_model.scenarios.scorer import SearchCancelledError
from imdb_assets.rating_model.scenarios.search import MOST_COMBINATIONS, TooManyCombinationsError, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fit_tfidf_forest import build_pipeline
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets.vocabulary.roles import ROLE_LISTS
from imdb_assets_tests.support.champion import HOMONYM_NAME
from imdb_assets_tests.support.random_history_model import GENRES, KNOWN, TITLE, random_history_model

NEWCOMERS = ("newcomer:Nora First", "nm0000035", "newcomer:Otto First")
"""Two with names that nobody has, and one whom the history does not know."""
CROWD = (*KNOWN[:12], *NEWCOMERS)
DRAFT = MovieDraft(
    title=TITLE, release_year=2027, runtime_minutes=100, genres=("Drama",), language="French",
    directors=KNOWN[:2], writers=(KNOWN[1], NEWCOMERS[0]), cast=(KNOWN[4], KNOWN[0]),
)  # fmt: skip
ROLES = ("directors", "writers", "cast")


@pytest.fixture(scope="module")
def model() -> RatingModel:
    return random_history_model()


def test_the_trees_of_these_tests_ask_of_everything_that_people_change(model):
    asked = dict(zip(model.predictor.booster.feature_name(), model.predictor.booster.feature_importance(), strict=True))
    of_people = [name for name in asked if GROUPS[name] in {*ROLE_LISTS, "team"} or name.startswith("franchise_")]
    assert len(of_people) == 80
    assert not [name for name in of_people if not asked[name]]


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


@given(variations=spaces, title=st.sampled_from([TITLE, None, "Nothing like it"]))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@pytest.mark.slow
def test_the_search_is_the_rating_of_every_combination(model, variations, title):
    assume(variations.n_combinations <= 5_000)
    _assert_equal_to_brute_force(model, DRAFT.model_copy(update={"title": title}), variations)


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
def test_so_it_is_in_spaces_of_tens_of_thousands(model, variations):
    assert 20_000 < variations.n_combinations <= 50_000
    _assert_equal_to_brute_force(model, DRAFT, variations)


def _assert_equal_to_brute_force(model: RatingModel, draft: MovieDraft, variations: Variations) -> None:
    rules, debutants = variations.constraints, _debutants(model, draft, variations)
    drafts = [one for one in _every(draft, variations) if all(_holds(one, rule, debutants) for rule in rules)]
    ratings = model.predict_frame(drafts_frame(drafts)) if drafts else np.zeros(0)
    order = sorted(range(len(drafts)), key=lambda row: (-round(ratings[row], 9), *_tie_key(drafts[row])))[:50]

    found = search_scenarios(model, draft, variations, k=50)

    assert found.is_exact
    assert found.n_rated == found.n_combinations == variations.n_combinations
    assert found.n_allowed == len(drafts)
    assert [one.draft for one in found.best] == [drafts[row] for row in order]
    assert [one.prediction.rating for one in found.best] == pytest.approx(ratings[order], abs=1e-9)
    for (one, other), heat in found.heat.items():
        assert heat.ratings.shape == (len(heat.rows), len(heat.columns)), (one, other)
        assert heat.ratings.max() == pytest.approx(ratings[order[0]] if drafts else -np.inf, abs=1e-9)


def _every(draft: MovieDraft, variations: Variations) -> list[MovieDraft]:
    teams = [
        list(combinations(pick.people, pick.size)) if pick else [getattr(draft, role)]
        for role in ROLES
        for pick in [getattr(variations, role)]
    ]
    facts = [
        variations.years or [draft.release_year], variations.genres or [draft.genres],
        variations.runtimes or [draft.runtime_minutes], variations.languages or [draft.language],
    ]  # fmt: skip
    names = ("release_year", "genres", "runtime_minutes", "language", *ROLES)
    return [draft.model_copy(update=dict(zip(names, values, strict=True))) for values in product(*facts, *teams)]


def _holds(draft: MovieDraft, rule: Constraint, debutants: dict[int, set[str]]) -> bool:
    team = {*draft.directors, *draft.writers, *draft.cast}
    match rule:
        case MustHave(people):
            return bool(team & set(people))
        case Excludes(people):
            return not team & set(people)
        case NotTogether(people):
            return len(team & set(people)) <= 1
        case AtMost(number, people):
            return len(team & set(people)) <= number
        case AtMostNewcomers(number):
            return len(team & debutants[draft.release_year]) <= number


def _debutants(model: RatingModel, draft: MovieDraft, variations: Variations) -> dict[int, set[str]]:
    people = [*CROWD, *KNOWN]
    numbers = person_subjects(person_numbers(pd.Series(people)), ROLE_CODES["all"])
    found = {}
    for year in variations.years or (draft.release_year,):
        is_known = model.history.people.as_of(numbers, np.full(len(people), year)).known
        found[year] = {person for person, known in zip(people, is_known, strict=True) if not known}
    return found


def _tie_key(draft: MovieDraft) -> tuple:
    return (
        draft.directors, draft.writers, draft.cast, draft.genres, draft.runtime_minutes, draft.release_year,
        draft.language,
    )  # fmt: skip


def test_names_are_taken_as_in_a_draft_and_what_to_know_of_them_is_said(model):
    found = search_scenarios(model, DRAFT, Variations(directors=Pick((HOMONYM_NAME, "Nobody Yet"))), k=5)
    assert {one.draft.directors for one in found.best} == {("nm0000003",), ("newcomer:Nobody Yet",)} or {
        one.draft.directors for one in found.best
    } == {("nm0000004",), ("newcomer:Nobody Yet",)}
    assert any(warning.startswith(f"{HOMONYM_NAME} matches 2 people") for warning in found.warnings)
    assert any("Nobody Yet" in warning for warning in found.warnings)


def test_equal_ratings_are_ordered_by_ids_whatever_the_order_of_candidates(model):
    strangers = ("nm0900003", "nm0900001", "nm0900002")
    found = [
        search_scenarios(model, DRAFT, Variations(directors=Pick(order)), k=3) for order in (strangers, strangers[::-1])
    ]
    assert len({one.prediction.rating for one in found[0].best}) == 1
    assert [one.draft.directors for one in found[0].best] == [(name,) for name in sorted(strangers)]
    assert found[0].best == found[1].best


def test_a_million_equal_ratings_are_ordered_by_ids_too(model):
    strangers = tuple(f"nm09{number:05d}" for number in range(1800, 0, -1))
    many = Variations(directors=Pick(strangers[:900]), writers=Pick(strangers[900:]))
    found = search_scenarios(model, DRAFT, many, k=2)
    assert found.n_rated == 810_000
    assert len({one.prediction.rating for one in found.best}) == 1
    assert [(one.draft.directors, one.draft.writers) for one in found.best] == [
        (("nm0900901",), ("nm0900001",)), (("nm0900901",), ("nm0900002",)),
    ]  # fmt: skip


def test_a_role_without_candidates_keeps_the_people_of_the_draft(model):
    found = search_scenarios(model, DRAFT, Variations(writers=Pick(KNOWN[:3])), k=5)
    assert {(one.draft.directors, one.draft.cast) for one in found.best} == {(DRAFT.directors, DRAFT.cast)}


def test_too_many_combinations_are_refused_with_their_number_and_what_to_do(model):
    crowd = tuple(f"nm{number:07d}" for number in range(1, 101))
    many = Variations(directors=Pick(crowd), writers=Pick(crowd), cast=Pick(crowd, 6))
    said = r"11,920,524,000,000 combinations \(100 of directors x 100 of writers x 1,192,052,400 of cast\) .*Take out"
    with pytest.raises(TooManyCombinationsError, match=said) as refused:
        search_scenarios(model, DRAFT, many, k=5)
    assert refused.value.size > MOST_COMBINATIONS


def test_films_that_are_too_many_to_look_up_are_refused(model):
    many = Variations(runtimes=tuple(range(50, 300)), years=tuple(range(1950, 2050)))
    with pytest.raises(TooManyCombinationsError, match=r"25,000 combinations .*runtimes"):
        search_scenarios(model, DRAFT, many, k=5)


@pytest.mark.parametrize(
    ("variations", "k", "said"),
    [
        (Variations(cast=Pick(KNOWN[:4], 7)), 5, "only 4 different candidates"),
        (Variations(cast=Pick(KNOWN[:4], 0)), 5, "1 to 10 cast per film, not 0"),
        (Variations(cast=Pick(KNOWN[:4])), 0, "at least one scenario"),
        (Variations(years=(2027, 3000)), 5, "release_year = 3000"),
        (Variations(constraints=(MustHave(()),)), 5, "MustHave names nobody"),
    ],
)
def test_what_cannot_be_searched_is_said(model, variations, k, said):
    with pytest.raises(ScenarioError, match=said):
        search_scenarios(model, DRAFT, variations, k=k)


def test_a_model_without_readable_trees_is_refused(model):
    forest = replace(model, predictor=TfidfForest(build_pipeline(with_plots=False, seed=0)))
    with pytest.raises(ScenarioError, match="Only a LightGBM model can be searched"):
        search_scenarios(forest, DRAFT, Variations(cast=Pick(KNOWN[:4])), k=5)


def test_constraints_that_nothing_meets_leave_no_scenario_and_a_sentence(model):
    impossible = Variations(cast=Pick(KNOWN[:4]), constraints=(MustHave(KNOWN[20:21]),))
    found = search_scenarios(model, DRAFT, impossible, k=5)
    assert (found.best, found.n_allowed) == ((), 0)
    assert any("No combination meets all constraints" in warning for warning in found.warnings)


def test_a_search_reports_how_far_it_is_and_ends_when_told_to(model):
    many = Variations(directors=Pick(KNOWN), writers=Pick(KNOWN), cast=Pick(KNOWN[:12], 2))
    seen: list[tuple[int, int]] = []
    search_scenarios(model, DRAFT, many, k=1, report=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((0, 105_600), (105_600, 105_600))
    assert len(seen) > 4
    with pytest.raises(SearchCancelledError, match=r"Cancelled after [1-9][\d,]* of 105,600"):
        search_scenarios(
            model, DRAFT, many, k=1, report=lambda done, total: seen.append((done, total)),
            is_cancelled=lambda: seen[-1][0] not in (0, 105_600),
        )  # fmt: skip
    assert seen[-1][0] < 105_600


@pytest.mark.slow
def test_beyond_a_million_a_beam_says_how_many_it_rated_and_keeps_the_constraints(model):
    rules = (MustHave(KNOWN[25:26]), NotTogether(KNOWN[:2]), AtMostNewcomers(0))
    many = Variations(directors=Pick(KNOWN[:20]), writers=Pick(KNOWN[:20]), cast=Pick(KNOWN[:30], 4), constraints=rules)
    found = search_scenarios(model, DRAFT, many, k=10)
    assert not found.is_exact
    assert found.n_combinations == 400 * 27_405
    assert found.n_rated < 1_000_000
    assert any(f"a beam search rated {found.n_rated:,}" in warning for warning in found.warnings)
    assert len(found.best) == 10
    debutants = _debutants(model, DRAFT, many)
    assert all(_holds(one.draft, rule, debutants) for one in found.best for rule in rules)
    ratings = [one.prediction.rating for one in found.best]
    assert ratings == sorted(ratings, reverse=True)
    sample = np.random.default_rng(0).integers(0, 20, (3000, 2))
    anybody = [
        DRAFT.model_copy(update={"directors": (KNOWN[d],), "writers": (KNOWN[w],), "cast": (*KNOWN[3:6], KNOWN[25])})
        for d, w in sample
    ]
    assert ratings[0] > model.predict_frame(drafts_frame(anybody)).max()


def test_scenarios_that_differ_by_less_than_the_model_can_tell_are_marked(model):
    found = search_scenarios(model, DRAFT, Variations(directors=Pick(KNOWN), writers=Pick(KNOWN)), k=1600)
    best, chances = found.best[0], [one.chance_of_best for one in found.best]
    assert (best.chance_of_best, best.is_distinguishable_from_best) == (0.5, False)
    assert [one.is_distinguishable_from_best for one in found.best] == [chance >= 0.6 for chance in chances]
    assert chances[1] < 0.6 < chances[-1]


def test_what_the_model_never_learned_from_is_said(model):
    found = search_scenarios(model, DRAFT, Variations(genres=(("Drama",), ("Western",)), years=(2027, 2060)), k=4)
    said = {(one.draft.genres, one.draft.release_year): " ".join(one.out_of_distribution) for one in found.best}
    assert not said[("Drama",), 2027]
    assert "the year is far from them" in said[("Drama",), 2060]
    assert "genres" in said[("Western",), 2027]
    assert "year" not in said[("Western",), 2027]

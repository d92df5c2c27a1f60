"""Features of whole teams against the featurizer's, bit for bit, and the constraints on groups."""

import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.scenarios.constraints import AtMost, AtMostNewcomers, MustHave, NotTogether, Pick
from imdb_assets.rating_model.scenarios.kernel.arrays import Crew, TeamBlock
from imdb_assets.rating_model.scenarios.kernel.columns import (
    CREDIT_SUM_N_CREDITS,
    N_CREDIT_SUMS,
    N_TEAM_SUMS,
    TEAM_FEATURES,
    TEAM_SUM_BEST_FRANCHISE_EFFECT,
    TEAM_SUM_BEST_FRANCHISE_LAST_RATING,
    TEAM_SUM_BEST_FRANCHISE_LOG_FILMS,
    TEAM_SUM_N_BEST_FRANCHISE,
    TEAM_SUM_N_PEOPLE,
)
from imdb_assets.rating_model.scenarios.kernel.team_features import (
    add_person,
    add_role,
    clear_crew,
    complete_teams,
    sum_credits,
)
from imdb_assets.rating_model.scenarios.kernel_inputs import KernelInputs
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT, GENRES
from imdb_assets_tests.support.reference_search import meets, newcomers_by_year

RULES = (MustHave(CROWD[:3]), NotTogether(CROWD[3:5]), AtMost(4, CROWD[5:12]), AtMostNewcomers(3))
VARIATIONS = Variations(
    directors=Pick(CROWD[:5], 2), writers=Pick(CROWD[3:9]), cast=Pick(CROWD, 7), genres=((), GENRES, ("Drama",)),
    constraints=RULES,
)  # fmt: skip
N_CASTS = 30


def _empty_crew(n_people: int, n_groups: int) -> Crew:
    return Crew(
        masks=np.zeros(1, "uint64"), sums=np.zeros(1), is_member=np.ones(n_people, bool), totals=np.ones(N_TEAM_SUMS),
        group_counts=np.ones(n_groups, "int64"), credit_sums=np.ones(N_CREDIT_SUMS),
    )  # fmt: skip


@pytest.mark.parametrize("genres", VARIATIONS.genres)
def test_a_team_has_the_features_of_its_draft_and_is_allowed_if_it_meets_the_constraints(model, genres):
    space = build_space(model, DRAFT, VARIATIONS)
    people = KernelInputs(space, model.history, list(FEATURE_NAMES)).for_year(2027)[genres]
    directors, writers, cast = (
        role._replace(choices=choices) for role, choices in zip(people.roles, space.choices.values(), strict=True)
    )
    rng = np.random.default_rng(0)
    newcomers = newcomers_by_year(model, (2027,))
    crew = _empty_crew(len(people.team.person_sums), len(RULES))
    n_allowed = 0
    for _ in range(8):
        directing, writing = int(rng.integers(len(directors.choices))), int(rng.integers(len(writers.choices)))
        first = int(rng.integers(len(cast.choices) - N_CASTS))
        clear_crew(crew)
        add_role(crew, directors, directing, people.team, people.limits)
        add_role(crew, writers, writing, people.team, people.limits)
        cast_sums = np.empty((N_CASTS, 3))
        for row in range(N_CASTS):
            sum_credits(cast, first + row, cast_sums[row])
        block = _block()
        casts = cast.choices[first : first + N_CASTS]
        complete_teams(crew, casts, cast_sums, cast.persons, people.team, people.limits, block)
        drafts = [
            space.draft.model_copy(
                update={
                    "genres": genres,
                    "directors": space.team("directors", directing),
                    "writers": space.team("writers", writing),
                    "cast": space.team("cast", first + row),
                }
            )
            for row in range(N_CASTS)
        ]
        matrix = features(drafts_frame(drafts), model.history)
        for column, name in enumerate(TEAM_FEATURES):
            computed, expected = block.values[:, column].tolist(), matrix[name].tolist()
            # NumPy's logarithm differs from the compiled one in the last bit on some processors.
            assert computed == (pytest.approx(expected, rel=4e-16, abs=0) if "_log_" in name else expected), name
        assert block.is_allowed.tolist() == [all(meets(draft, rule, newcomers) for rule in RULES) for draft in drafts]
        n_allowed += block.is_allowed.sum()
    assert 0 < n_allowed < 8 * N_CASTS


def test_a_person_of_two_roles_enters_a_crew_once_with_two_credits(model):
    space = build_space(model, DRAFT, VARIATIONS)
    people = KernelInputs(space, model.history, list(FEATURE_NAMES)).for_year(2027)["Drama",]
    directors, writers, _ = people.roles
    both = np.array([[3]], "int32"), np.array([[0]], "int32")
    crew = _empty_crew(len(people.team.person_sums), len(RULES))
    clear_crew(crew)
    for role, choices in zip((directors, writers), both, strict=True):
        add_role(crew, role._replace(choices=choices), 0, people.team, people.limits)
    assert np.flatnonzero(crew.is_member).tolist() == [3]
    assert crew.totals[TEAM_SUM_N_PEOPLE] == 1
    assert crew.credit_sums[CREDIT_SUM_N_CREDITS] == 2
    assert crew.group_counts.tolist() == people.limits.members[3].tolist()


def test_only_people_with_the_most_films_of_a_franchise_count_for_it(model):
    space = build_space(model, DRAFT, VARIATIONS)
    team = KernelInputs(space, model.history, list(FEATURE_NAMES)).for_year(2027)["Drama",].team
    franchise = np.tile([[2.0, np.log(3.0), 0.5, 7.0]], (len(team.franchise), 1))
    franchise[1] = [3.0, np.log(4.0), 0.25, 8.0]
    franchise[2] = [3.0, np.log(4.0), 0.75, 6.0]
    franchise[3] = [-1.0, 0.0, 9.0, 9.0]
    totals = np.zeros(N_TEAM_SUMS)
    for person, counts in ((0, True), (1, True), (2, True), (3, True), (4, True), (2, False)):
        add_person(totals, person, team.person_sums, team.genres, franchise, counts)
    assert totals[TEAM_SUM_N_PEOPLE] == 6
    assert totals[TEAM_SUM_N_BEST_FRANCHISE] == 2
    assert totals[TEAM_SUM_BEST_FRANCHISE_EFFECT] == 1.0
    assert totals[TEAM_SUM_BEST_FRANCHISE_LAST_RATING] == 14.0
    assert totals[TEAM_SUM_BEST_FRANCHISE_LOG_FILMS] == np.log(4.0)


def _block() -> TeamBlock:
    n_columns = len(TEAM_FEATURES)
    return TeamBlock(
        values=np.empty((N_CASTS, n_columns)), is_allowed=np.empty(N_CASTS, bool), ranges=np.empty((n_columns, 2))
    )

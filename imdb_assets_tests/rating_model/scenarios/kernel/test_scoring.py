"""The scoring loop: the division into blocks does not change any bit, and each block writes only its own ratings."""

import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.constraints import NotTogether, Pick
from imdb_assets.rating_model.scenarios.kernel.arrays import Strides
from imdb_assets.rating_model.scenarios.kernel.scoring import score
from imdb_assets.rating_model.scenarios.scorer import Scorer
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT

VARIATIONS = Variations(
    directors=Pick(CROWD[:3]), writers=Pick(CROWD[2:7]), cast=Pick(CROWD[5:12], 3), runtimes=(80.0, 150.0),
    constraints=(NotTogether(CROWD[:2]), NotTogether(CROWD[5:7])),
)  # fmt: skip
N_DIRECTORS, N_WRITERS, N_CASTS = 3, 5, 35
N_TEAMS = N_DIRECTORS * N_WRITERS * N_CASTS


@pytest.fixture(scope="module")
def kernel(model):
    """Score tasks of the space into an array of both films' ratings."""
    space = build_space(model, DRAFT, VARIATIONS)
    scorer = Scorer(model, space)
    trees = scorer._rating_trees
    people, masks = trees.groups[0]
    people = people.with_choices(space.choices.values())

    def run(tasks: list[tuple[int, ...]], ratings: np.ndarray) -> np.ndarray:
        score(
            np.array(tasks, "int64"), masks, trees.forest, people.roles, people.pairs, people.team, people.limits,
            Strides(film=N_TEAMS, directors=N_WRITERS * N_CASTS, writers=N_CASTS), ratings,
        )  # fmt: skip
        return ratings

    return run


def _score_all(kernel) -> np.ndarray:
    return kernel([(0, N_DIRECTORS, 0, N_WRITERS, 0, N_CASTS, 0)], np.full(2 * N_TEAMS, np.nan))


def test_blocks_of_one_team_are_bitwise_equal_to_large_blocks(kernel):
    single = [
        (director, director + 1, writer, writer + 1, cast, cast + 1, (director * N_WRITERS + writer) * N_CASTS + cast)
        for director in range(N_DIRECTORS)
        for writer in range(N_WRITERS)
        for cast in range(N_CASTS)
    ]
    expected = _score_all(kernel)
    assert np.isfinite(expected).any()
    assert np.isneginf(expected).any()
    assert (kernel(single, np.full(2 * N_TEAMS, np.nan)) == expected).all()


def test_a_block_writes_the_ratings_of_its_own_teams_only(kernel):
    ratings = kernel([(1, 2, 2, 4, 10, 20, (1 * N_WRITERS + 2) * N_CASTS + 10)], np.full(2 * N_TEAMS, np.nan))
    written = np.zeros((2, N_DIRECTORS, N_WRITERS, N_CASTS), bool)
    written[:, 1, 2:4, 10:20] = True
    assert (~np.isnan(ratings) == written.ravel()).all()
    assert (ratings[written.ravel()] == _score_all(kernel)[written.ravel()]).all()

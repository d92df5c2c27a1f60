from dataclasses import replace

import pytest

from imdb_assets.rating_model.evaluation.candidate_evaluation import CandidateEvaluation, evaluate_candidate
from imdb_assets.rating_model.evaluation.mature_films import mature_films
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets_tests.support.evaluation_films import FILMS, HISTORY, RECIPE, ROWS


@pytest.fixture(scope="session")
def evaluation() -> CandidateEvaluation:
    """A candidate evaluated together with a champion of another recipe."""
    return evaluate_candidate(ROWS, FILMS, HISTORY, RECIPE, lambda _: None, champion=replace(RECIPE, learning_rate=0.2))


@pytest.fixture(scope="session")
def films() -> RatedMovies:
    """The mature rated films."""
    return mature_films(ROWS, FILMS)

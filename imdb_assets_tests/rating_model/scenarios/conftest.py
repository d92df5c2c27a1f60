"""One model for all tests of this folder."""

import pytest

from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets_tests.support.random_history_model import random_history_model


@pytest.fixture(scope="session")
def model() -> RatingModel:
    return random_history_model()

"""One model on invented films for all tests of this folder."""

import pytest

from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets_tests.support.champion import invented_model


@pytest.fixture(scope="session")
def model() -> RatingModel:
    return invented_model()

import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.training_set import training_set
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.rating_model.features.test_matrix import HISTORY
from imdb_assets_tests.support.films import SNAPSHOT, invented_films

FILMS = invented_films(60)


def test_rated_films_have_features_target_and_split() -> None:
    films = FILMS.sample(60, random_state=2).assign(target_rating=FILMS["target_rating"].mask(FILMS.index % 4 == 0))
    rows = training_set(films, HISTORY, test_years=(2015, 2016))
    rated = films[films["target_rating"].notna()].sort_values("tconst")
    assert rows["tconst"].tolist() == rated["tconst"].tolist()
    assert rows["target_rating"].tolist() == rated["target_rating"].tolist()
    assert set(rows) == {*FEATURE_NAMES, "tconst", "target_rating", "n_votes", "is_mature", "split"}
    is_test = np.isin(rows["release_year"], [2015, 2016])
    assert (rows["split"] == "test").tolist() == is_test.tolist()
    assert rows["is_mature"].tolist() == (rows["release_year"] <= SNAPSHOT.year - 2).tolist()


def test_no_rated_film_gives_no_rows() -> None:
    rows = training_set(FILMS.assign(target_rating=np.nan), HISTORY, test_years=None)
    assert isinstance(rows, pd.DataFrame)
    assert len(rows) == 0
    assert set(FEATURE_NAMES) < set(rows)

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.leaky_history import leaky_person_history
from imdb_assets.rating_model.features.history_table import ROLE_CODES, person_subjects
from imdb_assets_tests.support.films import invented_films

FILMS = invented_films(300)
BASELINE = pd.Series(6.0, index=FILMS.index)


def test_the_leaky_average_contains_films_of_the_same_year_and_later() -> None:
    directed = FILMS.explode("directors").groupby("directors")
    nconst, n_films = max(directed["tconst"].count().items(), key=lambda item: item[1])
    earliest = int(directed["release_year"].min()[nconst])
    subject = person_subjects(np.array([int(nconst[2:])]), ROLE_CODES["director"])
    state = leaky_person_history(FILMS, BASELINE).as_of(subject, np.array([earliest]))
    assert state.take("n_films") == [n_films]
    assert state.take("mean_rating") == [pytest.approx(directed["target_rating"].mean()[nconst])]

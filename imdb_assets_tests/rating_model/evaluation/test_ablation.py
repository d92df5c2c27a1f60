import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.ablation import NO_CAST, PEOPLE, ablate, without_cast
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.tables.evaluation import MODEL_ABLATION
from imdb_assets_tests.support.evaluation_films import FILMS, HISTORY, RECIPE, ROWS, TEST_YEARS


def test_without_people_the_error_is_larger(films: RatedMovies) -> None:
    rows = pd.DataFrame(ablate(films, TEST_YEARS, RECIPE, lambda _: None, groups=[PEOPLE]))
    assert set(rows) == set(MODEL_ABLATION.column_names)
    assert rows.set_index("population").loc["all", "rmse_difference_low"] > 0


def test_a_withheld_cast_influences_no_feature(films: RatedMovies) -> None:
    unseen = without_cast(ROWS, FILMS, HISTORY)
    assert (unseen.tconsts == films.tconsts).all()
    assert np.ptp(unseen.matrix["cast_effect_mean"]) == 0
    assert not unseen.present["cast"].any()
    assert (unseen.matrix["team_effect_mean"] != films.matrix["team_effect_mean"]).any()
    rows = pd.DataFrame(ablate(films, TEST_YEARS, RECIPE, lambda _: None, groups=[], withheld={NO_CAST: unseen}))
    assert set(rows["left_out"]) == {NO_CAST}

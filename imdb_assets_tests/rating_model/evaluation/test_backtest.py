import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.backtest import backtest, backtest_year
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.tables.evaluation import BACKTEST
from imdb_assets_tests.support.evaluation_films import RECIPE

TOO_EARLY = "1995 cannot be backtested: 0 mature rated training films"


def test_a_year_is_backtested_with_the_films_before_it(films: RatedMovies) -> None:
    rows = pd.DataFrame(backtest_year(films, 2020, RECIPE, lambda _: None))
    assert set(rows) == set(BACKTEST.column_names)
    assert rows["n"].max() == (films.years == 2020).sum()
    with pytest.raises(TooFewRatingsError, match=TOO_EARLY):
        backtest_year(films, 1995, RECIPE, lambda _: None)


def test_a_year_with_too_few_films_is_skipped_unless_it_is_the_only_one(films: RatedMovies) -> None:
    done = backtest(films, [1995, 2020], RECIPE, lambda _: None)
    assert set(done.rows["test_year"]) == {2020}
    assert [message.startswith(TOO_EARLY) for message in done.skipped] == [True]
    with pytest.raises(TooFewRatingsError, match=f"{TOO_EARLY}.*1996 cannot be backtested"):
        backtest(films, [1995, 1996], RECIPE, lambda _: None)

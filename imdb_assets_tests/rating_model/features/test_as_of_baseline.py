import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.as_of_baseline import (
    DECLARED_RATING,
    MINIMUM_BASELINE_FILMS,
    Baseline,
    baseline_coefficients,
    baseline_ratings,
    baseline_terms,
    clip_runtime,
    original_title_differs,
)
from imdb_assets_tests.support.films import invented_films

FILMS = invented_films(3000)


@pytest.fixture(scope="module")
def coefficients() -> pd.DataFrame:
    return baseline_coefficients(FILMS)


def test_a_year_with_too_few_earlier_films_gets_the_declared_constant(coefficients: pd.DataFrame) -> None:
    first = coefficients[coefficients["year"] == 1995]
    assert first["term"].tolist() == ["intercept", "intercept"]
    assert set(first["coefficient"]) == {DECLARED_RATING}
    fitted = coefficients[coefficients["year"] == 2020]
    assert fitted["n_films"].min() >= MINIMUM_BASELINE_FILMS


def test_later_ratings_do_not_change_the_coefficients_of_a_year(coefficients: pd.DataFrame) -> None:
    scrambled = FILMS.assign(target_rating=FILMS["target_rating"].where(FILMS["release_year"] < 2015, 1.0))
    before, after = (rows.query("year <= 2015") for rows in (coefficients, baseline_coefficients(scrambled)))
    assert before.equals(after)


def test_a_future_year_uses_the_last_coefficients(coefficients: pd.DataFrame) -> None:
    baseline = Baseline(coefficients)
    film = FILMS[FILMS["release_year"] == 2024].head(1)
    last = baseline.rate(film.assign(release_year=2025), "with_language")
    assert baseline.rate(film.assign(release_year=2060), "with_language") == pytest.approx(last)


def test_an_absent_runtime_is_treated_as_average(coefficients: pd.DataFrame) -> None:
    film = FILMS[FILMS["release_year"] == 2020].head(1)
    baseline = Baseline(coefficients)
    absent = baseline.rate(film.assign(runtime_minutes=np.nan), "without_language")[0]
    lengths = [baseline.rate(film.assign(runtime_minutes=float(m)), "without_language")[0] for m in range(70, 180, 5)]
    assert min(lengths) <= absent <= max(lengths)


def test_unrated_movies_have_a_baseline_too() -> None:
    films = FILMS.head(50).assign(target_rating=np.nan)
    ratings = baseline_ratings(films, baseline_coefficients(films))
    assert len(ratings) == 50
    assert set(ratings["baseline_rating"]) == {DECLARED_RATING}


def test_absent_facts_give_nan_terms_and_unknown_values_give_zeros() -> None:
    films = FILMS.head(2).assign(genres=[[], ["Nonsense"]], language=[None, "Klingon"], runtime_minutes=[np.nan, 60.0])
    terms = baseline_terms(films)
    of_values = [name for name in terms if name.startswith(("genre_", "language_"))]
    assert terms.loc[0, [*of_values, "log_runtime", "is_short", "is_long"]].isna().all()
    assert (terms.loc[1, of_values] == 0).all()
    assert terms.loc[1, ["is_short", "is_long"]].tolist() == [1, 0]


def test_implausible_runtimes_are_clipped() -> None:
    assert clip_runtime(FILMS.head(3).assign(runtime_minutes=[51_420, 0.5, 90])).tolist() == [400, 1, 90]


def test_titles_are_compared_only_where_both_are_known() -> None:
    films = FILMS.head(3).assign(title=["Ice", "Ice", None], original_title=["Ice", "Buz", "Buz"])
    assert original_title_differs(films)[:2].tolist() == [0, 1]
    assert np.isnan(original_title_differs(films)[2])

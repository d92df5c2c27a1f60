import numpy as np
import pytest

from imdb_assets.rating_model.features.as_of_baseline import (
    DECLARED_RATING,
    MINIMUM_BASELINE_FILMS,
    Baseline,
    baseline_coefficients,
    baseline_ratings,
)
from imdb_assets_tests.support.films import invented_films

FILMS = invented_films(3000)


def test_a_year_with_too_few_earlier_films_gets_the_declared_constant() -> None:
    coefficients = baseline_coefficients(FILMS)
    first = coefficients[coefficients["year"] == 1995]
    assert first["term"].tolist() == ["intercept", "intercept"]
    assert set(first["coefficient"]) == {DECLARED_RATING}
    fitted = coefficients[coefficients["year"] == 2020]
    assert fitted["n_films"].min() >= MINIMUM_BASELINE_FILMS


def test_later_ratings_do_not_move_the_coefficients_of_a_year() -> None:
    scrambled = FILMS.assign(target_rating=FILMS["target_rating"].where(FILMS["release_year"] < 2015, 1.0))
    before, after = (baseline_coefficients(films).query("year <= 2015") for films in (FILMS, scrambled))
    assert before.equals(after)


def test_a_future_year_is_rated_by_the_last_coefficients() -> None:
    baseline = Baseline(baseline_coefficients(FILMS))
    film = FILMS[FILMS["release_year"] == 2024].head(1)
    last = baseline.rate(film.assign(release_year=2025), "with_language")
    assert baseline.rate(film.assign(release_year=2060), "with_language") == pytest.approx(last)


def test_an_absent_runtime_is_rated_as_the_mean_runtime_shape() -> None:
    film = FILMS[FILMS["release_year"] == 2020].head(1)
    baseline = Baseline(baseline_coefficients(FILMS))
    absent = baseline.rate(film.assign(runtime_minutes=np.nan), "without_language")[0]
    lengths = [baseline.rate(film.assign(runtime_minutes=float(m)), "without_language")[0] for m in range(70, 180, 5)]
    assert min(lengths) <= absent <= max(lengths)


def test_unrated_movies_are_rated_too() -> None:
    films = FILMS.head(50).assign(target_rating=np.nan)
    ratings = baseline_ratings(films, baseline_coefficients(films))
    assert len(ratings) == 50
    assert set(ratings["baseline_rating"]) == {DECLARED_RATING}

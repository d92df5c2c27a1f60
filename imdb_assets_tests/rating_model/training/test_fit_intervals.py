import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.intervals import NO_LANGUAGE, OTHER_LANGUAGE, languages_of
from imdb_assets.vocabulary.features import FEATURE_NAMES


def test_intervals_cover_their_nominal_share_for_easy_and_hard_films() -> None:
    rng = np.random.default_rng(0)
    n = 4000
    matrix = pd.DataFrame(0.0, index=range(n), columns=list(FEATURE_NAMES))
    matrix["director_debut_share"] = rng.random(n).round()
    ratings = rng.normal(6, 0.5, n)
    target = ratings + rng.normal(0, 0.4 + 0.4 * matrix["director_debut_share"].to_numpy())
    fitted = fit_intervals(matrix[:2000], ratings[:2000], target[:2000])
    bounds = fitted.bounds(matrix[2000:].reset_index(drop=True), ratings[2000:])
    inside = (target[2000:] >= bounds["low_80"]) & (target[2000:] <= bounds["high_80"])
    debut = matrix["director_debut_share"][2000:].to_numpy() > 0
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    assert inside[debut].mean() == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("n", [1, 5, 9, 10, 100])
def test_few_films_give_the_corrected_quantile_and_at_most_the_largest_error(n: int) -> None:
    matrix = pd.DataFrame(0.0, index=range(n), columns=list(FEATURE_NAMES))
    errors = np.linspace(0.1, 1.0, n)
    fitted = fit_intervals(matrix, np.full(n, 6.0), 6.0 + errors)
    # All films are equally hard, so each score is error / mean error.
    for level in (80, 90):
        rank = min(int(np.ceil((n + 1) * level / 100)), n)
        assert fitted.quantiles[str(level)] == pytest.approx(errors[rank - 1] / errors.mean())
    assert fitted.n_films == n


@pytest.mark.parametrize("hard", ["language_hindi", "genre_horror"])
def test_a_language_or_genre_that_is_harder_to_predict_gets_wider_intervals(hard: str) -> None:
    rng = np.random.default_rng(4)
    n = 3000
    matrix = pd.DataFrame(0.0, index=range(n), columns=list(FEATURE_NAMES))
    is_hard = np.arange(n) % 20 == 0
    matrix["language_english"] = ~is_hard * 1.0 if hard.startswith("language") else 1.0
    matrix[["genre_comedy", hard]] = np.column_stack([np.ones(n), is_hard])
    target = 6.0 + rng.normal(0.0, np.where(is_hard, 1.0, 0.5))
    half = n // 2
    fitted = fit_intervals(matrix[:half], np.full(half, 6.0), target[:half])
    factors = {**fitted.language_factors, **fitted.genre_factors}
    assert factors[hard] > 1.0
    hard_film, easy_film = fitted.factors(matrix)[:2]
    assert hard_film >= factors[hard] > easy_film
    bounds = fitted.bounds(matrix[half:].reset_index(drop=True), np.full(half, 6.0))
    inside = target[half:] <= bounds["high_80"]
    inside &= target[half:] >= bounds["low_80"]
    assert inside[is_hard[half:]].mean() >= 0.74
    assert inside.mean() == pytest.approx(0.8, abs=0.03)


def test_films_without_a_language_are_told_from_those_in_a_rare_one() -> None:
    matrix = pd.DataFrame(0.0, index=range(3), columns=list(FEATURE_NAMES))
    matrix["language_tamil"], matrix["language_effect"] = [1.0, 0.0, 0.0], [0.2, 0.0, -0.1]
    assert languages_of(matrix).tolist() == ["language_tamil", NO_LANGUAGE, OTHER_LANGUAGE]

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit_intervals import fit_intervals
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

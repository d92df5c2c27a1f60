import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.rated_films import rated_movies
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE, text_counts
from imdb_assets.vocabulary.effect_estimation import VOTE_NOISE
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.films import invented_films

# The facts are in a different order than the training set and include more films.
FACTS = invented_films(40)
ROWS = pd.DataFrame({name: np.arange(20.0) for name in FEATURE_NAMES}).assign(
    tconst=FACTS["tconst"].sample(20, random_state=1).to_numpy(),
    target_rating=7.0,
    n_votes=np.arange(0, 2000, 100),
    release_year=2000.0,
    baseline_rating_with_language=6.5,
)
FILMS = rated_movies(ROWS, FACTS)


def test_facts_and_features_of_a_film_are_in_the_same_row() -> None:
    facts = FACTS.set_index("tconst").loc[FILMS.tconsts]
    assert FILMS.tconsts.tolist() == ROWS["tconst"].tolist()
    assert FILMS.texts["title"].tolist() == facts["title"].tolist()
    assert FILMS.present["plot"].tolist() == facts["plot"].notna().tolist()
    assert FILMS.matrix["runtime_minutes"].tolist() == list(range(20))


def test_a_mask_selects_the_same_films_in_every_part() -> None:
    mask = np.arange(20) % 3 == 0
    films = FILMS.where(mask)
    counted = text_counts(films.texts)
    for name in (PLOT, TITLE):
        assert [(part != other).nnz for part, other in zip(films.counts[name], counted[name], strict=True)] == [
            0 for _ in counted[name]
        ]
    assert films.tconsts.tolist() == FILMS.tconsts[mask].tolist()
    assert films.matrix.index.tolist() == films.present.index.tolist() == list(range(7))
    assert films.n_votes.tolist() == FILMS.n_votes[mask].tolist()


def test_votes_weigh_up_to_a_cap_and_few_votes_are_uncertain() -> None:
    assert FILMS.weight(250).tolist()[:4] == [0.0, 100.0, 200.0, 250.0]
    assert FILMS.certainty[0] == pytest.approx(1 / sum(VOTE_NOISE))
    assert (np.diff(FILMS.certainty) > 0).all()
    assert FILMS.residual == pytest.approx(0.5)
    assert set(FILMS.years) == {2000}


def test_a_film_without_facts_is_an_error() -> None:
    with pytest.raises(KeyError):
        rated_movies(ROWS.assign(tconst="tt9999999"), FACTS)

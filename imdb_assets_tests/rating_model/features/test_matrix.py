import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.as_of_baseline import baseline_coefficients
from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import crew_experience, features, present_blocks
from imdb_assets.tables.history import ANYBODY
from imdb_assets.vocabulary.effect_estimation import EFFECT_SHRINKAGE
from imdb_assets.vocabulary.features import FEATURE_NAMES, FEATURES, WHY_KNOWN

STATISTICS = {
    "n_films": 2, "n_films_last_year": 1, "debut_year": 2001, "last_film_year": 2009, "sum_weight": 2.0,
    "sum_weighted_effect": 1.0, "decayed_sum_weight": 1.0, "decayed_sum_weighted_effect": 0.5, "last_sum_weight": 1.0,
    "last_sum_weighted_effect": 0.4, "mean_rating": 7.0, "last_year_rating": 6.5, "mean_baseline": 6.1,
    "vote_weighted_rating": 7.0, "best_rating": 8.0,
    "worst_rating": 6.0, "rating_spread": 1.0, "mean_votes": 100.0,
}  # fmt: skip
PEOPLE = pd.DataFrame(
    [
        {"nconst": "nm0000001", "role": "director", "from_year": 2005, **STATISTICS},
        {"nconst": "nm0000001", "role": "director", "from_year": 2010, **STATISTICS, "sum_weighted_effect": 4.0},
        {"nconst": "nm0000001", "role": "all", "from_year": 2005, **STATISTICS},
    ]
)
GENRES = pd.DataFrame([{"nconst": "nm0000001", "genre": "Drama", "from_year": 2005, **STATISTICS}])
PAIRS = pd.DataFrame(
    [{"nconst": "nm0000001", "partner_nconst": "nm0000002", "partner_role": "cast", "from_year": 2005, **STATISTICS}]
)
FRANCHISES = pd.DataFrame(
    [{"title_stem": "rocky", "nconst": nconst, "from_year": 2005, **STATISTICS} for nconst in ("nm0000001", ANYBODY)]
)
OUTSIDE = pd.DataFrame([{"nconst": "nm0000003", "kind": "series", "from_year": 2005, **STATISTICS}])
CONSTANT = baseline_coefficients(pd.DataFrame({"tconst": [], "release_year": [], "target_rating": [], "title": [],
    "original_title": [], "runtime_minutes": [], "genres": [], "language": [], "n_votes": []}))  # fmt: skip
FRAMES = {
    "gold_person_history": PEOPLE,
    "gold_person_genre_history": GENRES,
    "gold_pair_history": PAIRS,
    "gold_franchise_history": FRANCHISES,
    "gold_outside_history": OUTSIDE,
    "gold_baseline_coefficients": CONSTANT,
}
HISTORY = History.from_frames(FRAMES)
# A history row's effect: sum_weighted_effect over sum_weight and the prior.
EFFECT = 1.0 / (2.0 + EFFECT_SHRINKAGE)


def row(**facts: object) -> pd.Series:
    return features(drafts_frame([MovieDraft(**({"release_year": 2008} | facts))]), HISTORY).iloc[0]


def test_a_state_is_valid_from_its_year_until_the_next() -> None:
    for year, effect in ((2004, 0.0), (2005, 1.0), (2009, 1.0), (2010, 4.0), (2090, 4.0)):
        weight = 0.0 if year < 2005 else 2.0
        expected = effect / (weight + EFFECT_SHRINKAGE)
        assert row(release_year=year, directors=("nm0000001",))["director_effect_mean"] == pytest.approx(expected)


def test_absent_facts_are_neutral() -> None:
    empty = row()
    for feature in FEATURES:
        if feature.block != "release_year":
            assert empty[feature.name] == feature.neutral, feature.name


def test_a_newcomer_is_a_debut_and_not_an_absent_fact() -> None:
    assert row(directors=("newcomer:Ada",))["director_debut_share"] == 1.0
    assert row(directors=("nm0000001",))["director_debut_share"] == 0.0
    assert row()["director_debut_share"] not in (0.0, 1.0)


def test_an_older_effect_decays() -> None:
    fresh, old = (row(release_year=year, directors=("nm0000001",)) for year in (2010, 2040))
    assert abs(old["director_decayed_effect_mean"]) < abs(fresh["director_decayed_effect_mean"])


def test_no_feature_depends_on_the_number_of_listed_cast() -> None:
    one, many = (row(cast=tuple(f"newcomer:{i}" for i in range(n))) for n in (1, 9))
    assert one.to_numpy() == pytest.approx(many.to_numpy())


def test_a_draft_has_the_same_features_alone_and_among_others() -> None:
    drafts = drafts_frame(
        [MovieDraft(release_year=2000 + i, directors=("nm0000001",) * (i % 2), genres=("Drama",)) for i in range(9)]
    )
    together = features(drafts, HISTORY)
    alone = pd.concat([features(drafts.iloc[[i]], HISTORY) for i in range(9)], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)
    assert tuple(together.columns) == FEATURE_NAMES
    assert together.notna().all(axis=None)


def test_with_an_empty_history_everyone_is_a_newcomer() -> None:
    empty = {name: frame.head(0) for name, frame in FRAMES.items() if frame is not CONSTANT}
    no_history = History.from_frames({**empty, "gold_baseline_coefficients": CONSTANT})
    drafts = drafts_frame([MovieDraft(release_year=2020, directors=("nm0000001",))])
    assert features(drafts, no_history)["director_debut_share"].tolist() == [1.0]


def test_a_block_is_present_if_the_draft_has_its_facts() -> None:
    drafts = drafts_frame([MovieDraft(release_year=2020, plot=" ", genres=("Drama",), writers=("nm0000001",))])
    present = present_blocks(drafts).iloc[0]
    assert present[present].index.tolist() == ["genres", "writer", "team", "team_genres"]
    assert not np.any(present[["plot", "director", "cast", "runtime", "language"]])


def test_a_persons_effect_in_other_genres_does_not_count() -> None:
    drama, horror = (row(directors=("nm0000001",), genres=(genre,)) for genre in ("Drama", "Horror"))
    assert drama["team_genre_effect_mean"] == pytest.approx(EFFECT)
    assert (horror["team_genre_effect_mean"], horror["team_genre_share"]) == (0.0, 0.0)


def test_a_pair_is_a_director_and_another_person() -> None:
    pair = row(directors=("nm0000001",), cast=("nm0000009", "nm0000002"))
    assert pair["cast_pair_effect_mean"] == pytest.approx(EFFECT / 2)
    assert pair["cast_pair_films_max"] == pytest.approx(np.log(3))
    alone = row(directors=("nm0000001",), writers=("nm0000001",))
    assert (alone["writer_pair_effect_mean"], alone["director_writes"]) == (0.0, 1.0)
    assert row(directors=("nm0000001",), writers=("nm0000009",))["director_writes"] == 0.0


def test_a_franchise_needs_the_title_and_a_person_of_an_earlier_film() -> None:
    theirs, others = (row(title="Rocky II", directors=(nconst,)) for nconst in ("nm0000001", "nm0000009"))
    assert theirs["title_effect"] == others["title_effect"] == pytest.approx(EFFECT)
    assert theirs["franchise_log_films"] == pytest.approx(np.log(3))
    assert (others["franchise_log_films"], others["franchise_last_rating"]) == (0.0, 6.2)
    assert row(title="Rocket", directors=("nm0000001",))["title_effect"] == 0.0


def test_a_movie_debut_has_the_effect_of_earlier_series() -> None:
    known = row(directors=("nm0000003",))
    assert known["director_debut_share"] == known["director_outside_share"] == 1.0
    assert known["director_outside_effect_mean"] == pytest.approx(EFFECT)


def test_a_known_country_is_not_another_country() -> None:
    french = row(country="France", certificate="PG-13")
    assert (french["country_france"], french["country_india"], french["certificate_teenagers"]) == (1.0, 0.0, 1.0)


def test_every_feature_has_a_reason_why_it_is_known_before_release() -> None:
    assert {feature.group for feature in FEATURES} <= set(WHY_KNOWN)
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)


def test_the_experience_of_a_crew_is_that_of_its_most_experienced_director_or_writer() -> None:
    drafts = drafts_frame(
        [
            MovieDraft(release_year=2008, directors=("newcomer:Ada",), writers=("nm0000001",)),
            MovieDraft(release_year=2000, directors=("nm0000001",)),
            MovieDraft(release_year=2008, cast=("nm0000001",)),
        ]
    )
    assert crew_experience(drafts, HISTORY).tolist()[:2] == [2.0, 0.0]
    assert np.isnan(crew_experience(drafts, HISTORY)[2])

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.credit_arrays import role_credits
from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history_table import (
    STATISTIC_NAMES,
    by_pair,
    by_person_and_kind,
    by_person_and_role,
    by_title_and_person,
)
from imdb_assets.rating_model.features.person_features import (
    Aggregation,
    RoleFeature,
    franchise_states,
    pair_states,
    role_features,
)
from imdb_assets.vocabulary.effect_estimation import EFFECT_DECAY_YEARS, EFFECT_SHRINKAGE
from imdb_assets.vocabulary.features import FEATURE_NAMES, NEUTRAL_VALUES

NO_STATISTICS = dict.fromkeys(STATISTIC_NAMES, 0.0) | {"from_year": 2001}
STATE = NO_STATISTICS | {
    "n_films": 2, "mean_rating": 8.0, "sum_weight": 1.0, "sum_weighted_effect": 2.0, "decayed_sum_weight": 1.0,
    "decayed_sum_weighted_effect": 2.0, "debut_year": 1990, "last_film_year": 2000, "rating_spread": 0.5,
    "mean_votes": 99.0,
}  # fmt: skip
# The first person directed and acted, the second acted only.
PEOPLE = by_person_and_role(
    pd.DataFrame(
        [
            STATE | {"nconst": "nm1", "role": "director"},
            STATE | {"nconst": "nm1", "role": "all", "n_films": 5},
            STATE | {"nconst": "nm2", "role": "all"},
        ]
    )
)
OUTSIDE = by_person_and_kind(
    pd.DataFrame(
        [
            NO_STATISTICS | {"nconst": "nm3", "kind": kind, "sum_weight": 1.0, "sum_weighted_effect": 0.5}
            for kind in ("series", "short")
        ]
    )
)
NEWCOMER = -1


def values_of(role: str, *, year: int = 2004) -> dict[str, RoleFeature]:
    persons = np.array([1, 2, 3, NEWCOMER])
    features = role_features(role, persons, np.full(4, year), people=PEOPLE, outside=OUTSIDE)
    return {feature.feature.removeprefix(f"{role}_"): feature for feature in features}


@pytest.mark.parametrize("role", ["director", "writer", "cast"])
def test_a_role_has_all_of_its_declared_features(role: str) -> None:
    pairs = {f"{role}_pair_effect_mean", f"{role}_pair_films_max", f"{role}_writes"}
    declared = {name.removeprefix(f"{role}_") for name in FEATURE_NAMES if name.startswith(f"{role}_")}
    assert set(values_of(role)) == declared - {name.removeprefix(f"{role}_") for name in pairs}


def test_a_debut_is_a_first_film_in_any_role() -> None:
    features = values_of("director")
    assert features["debut_share"].per_person.tolist() == [0, 0, 1, 1]
    assert features["log_films_mean"].per_person == pytest.approx(np.log1p([2, 0, 0, 0]))
    assert features["career_years_mean"].known.tolist() == [True, True, False, False]
    assert features["career_years_mean"].per_person[:2].tolist() == [14, 14]


def test_ratings_of_few_films_are_shrunk_and_unknown_ratings_do_not_count() -> None:
    features = values_of("director")
    assert features["rating_mean"].per_person == pytest.approx([(2 * 8 + 2 * 6.2) / 4, 6.2, 6.2, 6.2])
    assert features["best_rating_max"].known.tolist() == [True, False, False, False]
    # One film has no spread; the second person has none as a director.
    assert features["spread_mean"].known.tolist() == [True, False, False, False]


def test_a_decayed_effect_refers_to_the_year_of_its_state() -> None:
    for year in (2001, 2031):
        factor = np.exp(-(year - 2001) / EFFECT_DECAY_YEARS)
        expected = 2.0 * factor / (factor + EFFECT_SHRINKAGE)
        assert values_of("director", year=year)["decayed_effect_mean"].per_person[0] == pytest.approx(expected)


def test_effects_outside_movies_are_pooled_over_kinds() -> None:
    features = values_of("cast")
    assert features["outside_effect_mean"].per_person == pytest.approx([0, 0, 1.0 / (2.0 + EFFECT_SHRINKAGE), 0])
    assert features["outside_share"].per_person.tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [(Aggregation.MEAN, 4.0), (Aggregation.HIGHEST, 6.0), (Aggregation.LOWEST, 2.0), (Aggregation.BILLED, 10 / 3)],
)
def test_values_are_aggregated_per_draft_and_absent_people_are_neutral(
    aggregation: Aggregation, expected: float
) -> None:
    drafts = drafts_frame([MovieDraft(release_year=2020), MovieDraft(release_year=2020, cast=("nm1", "nm2"))])
    name = "cast_rating_mean"
    feature = RoleFeature(name, aggregation, np.array([2.0, 6.0]), np.array([True, True]))
    assert feature.aggregate(role_credits(drafts, "cast")) == pytest.approx([NEUTRAL_VALUES[name], expected])


def test_a_person_is_not_paired_with_themselves() -> None:
    rows = [{"nconst": "nm1", "partner_nconst": partner, "partner_role": "cast"} for partner in ("nm1", "nm2")]
    history = by_pair(pd.DataFrame([STATE | row for row in rows]))
    directors, partners = np.array(["nm1", "nm1"], object), np.array(["nm1", "nm2"], object)
    assert pair_states(directors, partners, "cast", np.full(2, 2020), history).known.tolist() == [False, True]
    assert not pair_states(directors, partners, "writer", np.full(2, 2020), history).known.any()


def test_an_empty_title_stem_has_no_franchise() -> None:
    history = by_title_and_person(pd.DataFrame([STATE | {"title_stem": stem, "nconst": "nm1"} for stem in ("", "ice")]))
    stems, people = np.array(["", "ice", "ice"]), np.array(["nm1", "nm1", "nm2"], object)
    assert franchise_states(stems, people, np.full(3, 2020), history).known.tolist() == [False, True, False]

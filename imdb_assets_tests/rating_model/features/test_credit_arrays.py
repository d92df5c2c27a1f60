import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.credit_arrays import (
    BILLED_CAST,
    credits_by_genre,
    director_pairs,
    merged_credits,
    role_credits,
)
from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history_table import GENRE_CODES

# A repeated director, a draft without people, a person with several roles, and a cast longer than the limit.
DRAFTS = drafts_frame(
    [
        MovieDraft(release_year=2000, genres=("Drama", "Nonsense"), directors=("nm2", "nm1", "nm2"), writers=("nm1",)),
        MovieDraft(release_year=2001),
        MovieDraft(release_year=2002, genres=("War",), directors=("nm1",), cast=tuple(f"nm{n}" for n in range(1, 15))),
    ]
)
ROLES = ("director", "writer", "cast")
CREDITS = {role: role_credits(DRAFTS, role) for role in ROLES}


def test_people_count_once_per_role_up_to_the_billed_cast() -> None:
    directors, cast = CREDITS["director"], CREDITS["cast"]
    assert directors.nconsts.tolist() == ["nm2", "nm1", "nm1"]
    assert (directors.rows.tolist(), directors.billing.tolist()) == ([0, 0, 2], [1, 2, 1])
    assert (directors.persons.tolist(), directors.years.tolist()) == ([2, 1, 1], [2000, 2000, 2002])
    assert cast.count().tolist() == [0, 0, BILLED_CAST]


def test_a_person_of_several_roles_is_merged_into_one_credit_per_draft() -> None:
    team = merged_credits(CREDITS)
    assert team.nconsts[team.rows == 0].tolist() == ["nm2", "nm1"]
    assert team.count().tolist() == [2, 0, BILLED_CAST]
    assert (np.diff(team.rows) >= 0).all()
    assert merged_credits(CREDITS, max_cast=3).nconsts[2:].tolist() == ["nm1", "nm2", "nm3"]


def test_drafts_without_known_values_get_the_absent_value() -> None:
    directors = CREDITS["director"]
    values, known = np.array([3.0, -1.0, 7.0]), np.array([True, True, False])
    assert directors.sum(values).tolist() == [2.0, 0.0, 7.0]
    assert directors.mean(values, known, 9.5).tolist() == [1.0, 9.5, 9.5]
    assert directors.highest(values, known, 9.5).tolist() == [3.0, 9.5, 9.5]
    assert directors.lowest(values, known, 9.5).tolist() == [-1.0, 9.5, 9.5]


def test_each_credit_is_repeated_for_the_genres_of_its_own_draft() -> None:
    repeated, codes = credits_by_genre(DRAFTS, CREDITS["director"])
    assert repeated.nconsts.tolist() == ["nm2", "nm2", "nm1", "nm1", "nm1"]
    assert codes.tolist() == [GENRE_CODES["Drama"], -1, GENRE_CODES["Drama"], -1, GENRE_CODES["War"]]


def test_directors_are_paired_with_the_partners_of_their_own_draft() -> None:
    pairs = director_pairs(CREDITS["director"], CREDITS["writer"], max_partners=5)
    assert list(zip(pairs.directors, pairs.partners, strict=True)) == [("nm2", "nm1"), ("nm1", "nm1")]
    assert pairs.is_self.tolist() == [False, True]
    assert pairs.share_of_directors(pairs.is_self).tolist()[0] == 0.5
    assert np.isnan(pairs.share_of_directors(pairs.is_self)[1:]).all()
    cast = director_pairs(CREDITS["director"], CREDITS["cast"], max_partners=2)
    assert list(zip(cast.directors, cast.partners, strict=True)) == [("nm1", "nm1"), ("nm1", "nm2")]


@pytest.mark.parametrize("drafts", [DRAFTS.head(0), DRAFTS.iloc[[1]]])
def test_drafts_without_people_have_no_credits_and_no_pairs(drafts: pd.DataFrame) -> None:
    credits = {role: role_credits(drafts, role) for role in ROLES}
    assert merged_credits(credits).count().tolist() == [0] * len(drafts)
    assert len(director_pairs(credits["director"], credits["cast"], max_partners=5).directors) == 0
    assert len(credits_by_genre(drafts, credits["cast"])[1]) == 0

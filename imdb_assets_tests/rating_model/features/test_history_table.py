from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.history_table import (
    GENRE_CODES,
    KIND_CODES,
    ROLE_CODES,
    STATISTIC_NAMES,
    HistoryTable,
    by_pair,
    by_person_and_role,
    by_title_and_person,
    person_number,
    person_numbers,
    person_subjects,
    text_subjects,
)
from imdb_assets.vocabulary.effect_estimation import EFFECT_SHRINKAGE

NO_STATISTICS = dict.fromkeys(STATISTIC_NAMES, 0.0)
# Unsorted rows: a person with two states, a person with only another role, and a row without a valid person.
ROWS = pd.DataFrame(
    [
        NO_STATISTICS | row
        for row in (
            {"nconst": "nm0000007", "role": "director", "from_year": 2010, "n_films": 2, "sum_weight": 3.0},
            {"nconst": "nm0000002", "role": "cast", "from_year": 1990, "n_films": 5},
            {"nconst": "nm0000007", "role": "director", "from_year": 2001, "n_films": 1, "sum_weight": 1.0},
            {"nconst": "", "role": "director", "from_year": 1900, "n_films": 9},
        )
    ]
)
HISTORY = by_person_and_role(ROWS)


def films(nconst: str, role: str, year: int, history: HistoryTable = HISTORY) -> float:
    subjects = person_subjects(np.array([person_number(nconst)]), ROLE_CODES[role])
    return float(history.as_of(subjects, np.array([year])).take("n_films", absent=-1.0)[0])


def test_a_lookup_finds_the_latest_state_of_the_subject_itself() -> None:
    assert [films("nm0000007", "director", year) for year in (2000, 2001, 2009, 2010, 2090)] == [-1, 1, 1, 2, 2]
    assert films("nm0000002", "director", 2020) == films("nm0000003", "director", 2020) == -1
    assert films("nobody", "director", 2020) == -1


@pytest.mark.parametrize("nconst", ["nm0000002", "nm0000003", "nm0000007", "nobody"])
@pytest.mark.parametrize("year", [1989, 1990, 2001, 2010, 2090])
def test_a_single_lookup_finds_the_same_state(nconst: str, year: int) -> None:
    for role in ("director", "cast"):
        [subject] = person_subjects(np.array([person_number(nconst)]), ROLE_CODES[role])
        assert HISTORY.state_of(int(subject), year).get("n_films", -1.0) == films(nconst, role, year)


def test_a_saved_table_and_an_empty_one_answer_lookups(tmp_path: Path) -> None:
    HISTORY.save(tmp_path / "history.arrow")
    opened = HistoryTable.open(tmp_path / "history.arrow")
    assert opened.table.equals(HISTORY.table)
    assert films("nm0000007", "director", 2009, opened) == 1
    assert films("nm0000007", "director", 2009, by_person_and_role(ROWS.head(0))) == -1


def test_many_rows_give_the_same_result_as_few() -> None:
    subjects = np.tile(person_subjects(np.array([7, 2, -1]), ROLE_CODES["director"]), 1000)
    years = np.resize(np.arange(1985, 2030), len(subjects))
    many = HISTORY.as_of(subjects, years)
    few = [HISTORY.as_of(subjects[start : start + 50], years[start : start + 50]) for start in range(0, 3000, 50)]
    for name in STATISTIC_NAMES:
        assert many.take(name).tolist() == np.concatenate([states.take(name) for states in few]).tolist()


def test_an_effect_is_shrunk_and_decays_with_its_weight() -> None:
    rows = ROWS.assign(sum_weighted_effect=4.0, decayed_sum_weight=2.0, decayed_sum_weighted_effect=2.0)
    history = by_person_and_role(rows)
    state = history.as_of(person_subjects(np.array([7, 99]), ROLE_CODES["director"]), np.array([2050, 2050]))
    assert state.effect().tolist() == [4.0 / (3.0 + EFFECT_SHRINKAGE), 0.0]
    assert state.effect("decayed_", decay=0.5)[0] == pytest.approx(1.0 / (1.0 + EFFECT_SHRINKAGE))


def test_ids_that_are_not_an_nconst_have_no_number() -> None:
    ids = ["nm0000012", "newcomer:x", "tt12", None, "", "nm", "nm\u0661", "nm1234567890123"]
    numbers = [12, -1, -1, -1, -1, -1, -1, -1]
    assert person_numbers(pd.Series(ids)).tolist() == numbers
    assert person_numbers(pd.Series(ids * 200)).tolist() == numbers * 200


def test_different_people_and_codes_are_different_subjects() -> None:
    codes = [*ROLE_CODES.values(), *GENRE_CODES.values(), *KIND_CODES.values()]
    assert len(set(GENRE_CODES.values())) == len(GENRE_CODES)
    persons = np.repeat([0, 1, 10**12 - 1], max(codes) + 1)
    subjects = person_subjects(persons, np.tile(np.arange(max(codes) + 1), 3))
    assert len(set(subjects.tolist())) == len(subjects)
    assert subjects.min() >= 0
    # The key of the largest nconst fits into an int64.
    assert (subjects.max() * 4096 + 2100) > 0
    assert person_subjects(np.array([-1, 5]), np.array([1, -1])).tolist() == [-1, -1]


def test_pairs_and_franchises_are_found_by_their_text() -> None:
    pairs = pd.DataFrame([NO_STATISTICS | {"nconst": "nm1", "partner_nconst": "nm2", "partner_role": "cast",
                                           "from_year": 2000, "n_films": 3}])  # fmt: skip
    texts = np.array(["nm1|nm2|cast", "nm2|nm1|cast", "nm1|nm2|writer"])
    assert by_pair(pairs).as_of(text_subjects(texts), np.full(3, 2020)).take("n_films").tolist() == [3, 0, 0]
    titles = pairs.assign(title_stem="rocky")
    states = by_title_and_person(titles).as_of(text_subjects(np.array(["rocky|nm1"])), np.array([2000]))
    assert states.take("n_films").tolist() == [3]

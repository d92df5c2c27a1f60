import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.slices import SLICES, slice_rows
from imdb_assets.tables.evaluation import MODEL_SLICES
from imdb_assets_tests.support.predictions import scored, truth

N = 400
FILMS = scored(truth(N), votes=np.repeat([2000, 50], N // 2))
FACTS = pd.DataFrame(
    {
        "tconst": FILMS.tconsts,
        "release_year": np.tile([2009, 2010], N // 2),
        "genres": [["Drama"] if n < 300 else ["Drama", "Western"] if n < 329 else [] for n in range(N)],
        "language": ["English"] * 300 + ["Welsh"] * 29 + [None] * 71,
        "has_plot": [n % 4 > 0 for n in range(N)],
        "has_cast": True,
        "n_crew_films": np.tile([0.0, 3.0, 4.0, np.nan], N // 4),
    }
)


def sizes(slice_by: str, population: str = "all", facts: pd.DataFrame = FACTS) -> dict[object, object]:
    rows = slice_rows("lightgbm", FILMS, facts)
    return {row["slice"]: row["n"] for row in rows if (row["slice_by"], row["population"]) == (slice_by, population)}


def test_a_crew_is_as_experienced_as_its_most_experienced_member() -> None:
    assert sizes("crew") == {"debut": 100, "1-3 films": 100, "more than 3 films": 100, "unknown": 100}


def test_a_decade_begins_with_its_round_year() -> None:
    assert sizes("decade") == {"2000s": 200, "2010s": 200}


def test_a_film_counts_in_each_of_its_genres_and_rare_genres_are_left_out() -> None:
    assert sizes("genre") == {"Drama": 329}
    assert sizes("genre", facts=FACTS.assign(genres=[["Drama", "Western"]] * N)) == {"Drama": N, "Western": N}


def test_a_rare_language_is_other_and_a_missing_one_unknown() -> None:
    assert sizes("language") == {"English": 300, "other": 29, "unknown": 71}


def test_vote_bands_end_before_the_next_power_of_ten() -> None:
    votes = np.repeat([0, 9, 10, 999, 1000, 9999, 10_000, 99_999, 100_000, 2_000_000], 2)
    rows = slice_rows("m", scored(truth(20), votes=votes), FACTS[:20])
    assert {row["slice"]: row["n"] for row in rows if (row["slice_by"], row["population"]) == ("votes", "all")} == {
        "1-9": 4, "10-99": 2, "100-999": 2, "1,000-9,999": 4, "10,000-99,999": 4, "100,000 or more": 4,
    }  # fmt: skip


def test_films_are_sliced_by_the_facts_that_are_known() -> None:
    assert sizes("plot") == {"with plot": 300, "without plot": 100}
    assert sizes("cast") == {"with cast": N}


def test_quintiles_are_fifths_of_the_predictions_lowest_first() -> None:
    assert set(sizes("predicted_quintile").values()) == {N // 5}
    [row] = [row for row in slice_rows("m", FILMS, FACTS) if (row["slice"], row["population"]) == ("1 (lowest)", "all")]
    lowest = FILMS.where(FILMS.predicted_rating <= np.sort(FILMS.predicted_rating)[N // 5 - 1])
    assert row["bias"] == measure(lowest).bias


def test_the_strict_population_contains_only_films_with_many_votes() -> None:
    assert sizes("votes", "votes_1000") == {"1,000-9,999": 200}
    assert sum(map(int, map(str, sizes("decade", "votes_1000").values()))) == 200


def test_facts_are_matched_by_id_and_other_films_are_ignored() -> None:
    more = pd.concat([FACTS[::-1], FACTS[:1].assign(tconst="tt9999999")])
    assert slice_rows("m", FILMS, more) == slice_rows("m", FILMS, FACTS)


def test_a_predicted_film_without_facts_is_named() -> None:
    with pytest.raises(ValueError, match="1 films have predictions but no facts to slice by, such as tt0000007"):
        slice_rows("m", FILMS, FACTS.drop(7))


def test_rows_have_the_columns_of_the_table_and_unique_keys() -> None:
    rows = pd.DataFrame(slice_rows("m", FILMS, FACTS))
    assert tuple(rows) == MODEL_SLICES.column_names
    assert not rows.duplicated(list(MODEL_SLICES.primary_key)).any()
    assert set(rows["slice_by"]) == set(SLICES)

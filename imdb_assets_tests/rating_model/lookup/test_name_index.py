from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdb_assets.rating_model.lookup.name_index import InvertedIndex, NameIndex, fold, trigram_buckets

NAMES = st.lists(st.text(st.characters(codec="utf-8", categories=("L", "Zs", "Pd")), max_size=12), max_size=30)


def index_of(*names: str) -> NameIndex:
    return NameIndex.build(pa.array([fold(name) for name in names], type=pa.string()))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ZOË  O'Hara-Kiš", "zoe ohara kis"),
        ("Søren Łukasz", "soren lukasz"),
        ("J. R. Ewing, Jr.", "j r ewing jr"),
        ("O’Neill–Smith", "oneill smith"),  # noqa: RUF001
        ("Straße", "strasse"),
        ("李安", "李安"),
        ("!!!", "!!!"),
        (" ", ""),
    ],
)  # fmt: skip
def test_case_accents_and_punctuation_are_folded_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(max_examples=80, deadline=None)
@given(names=NAMES, text=st.text(alphabet="abcdeéß -", min_size=1, max_size=4))
def test_the_index_finds_the_same_rows_as_a_scan_of_all_names(names: list[str], text: str) -> None:
    folded = [fold(name) for name in names]
    index = NameIndex.build(pa.array(folded, type=pa.string()))
    text = fold(text)
    assert index.exact(text).tolist() == [row for row, name in enumerate(folded) if name == text]
    rows = index.search(text, limit=len(names) + 1) if text else []
    with_prefix = {row for row, name in enumerate(folded) if text and name.startswith(text)}
    assert with_prefix <= set(rows)
    for row, name in enumerate(folded):
        if text and all(any(word.startswith(part) for word in name.split()) for part in text.split()):
            assert row in rows
    assert len(rows) == len(set(rows))


@settings(max_examples=40, deadline=None)
@given(names=NAMES)
def test_a_name_has_one_trigram_per_letter_in_the_index(names: list[str]) -> None:
    folded = [fold(name) for name in names]
    index = NameIndex.build(pa.array(folded, type=pa.string()))
    counts = pc.list_value_length(index.trigrams.rows).to_numpy()
    assert counts.sum() == sum(len(name) for name in folded)
    rows = np.bincount(pc.list_flatten(index.trigrams.rows).to_numpy(), minlength=len(folded))
    assert rows.tolist() == [len(name) for name in folded]


def test_similar_names_tolerate_a_typo_and_the_most_similar_comes_first() -> None:
    index = index_of("Anna Nowak", "Christopher Nolan", "Cristofer Nolan", "Nolan Christopher")
    assert index.similar("cristofer nolan", limit=3)[0] == 2
    assert 1 in index.similar("cristofer nolen", limit=3)
    assert index.similar("anna", limit=3) == index.similar("anna", limit=9) == [0]
    assert index.similar("nol", limit=3) == index.similar("qqqq", limit=3) == []
    assert index_of().similar("anna nowak", limit=3) == []


def test_names_of_about_equal_similarity_keep_the_order_of_their_rows() -> None:
    assert index_of("Jon Smyth", "Jan Smith").similar("john smith", limit=2) == [0, 1]
    assert index_of("Jan Smith", "Jon Smyth").similar("john smith", limit=2) == [0, 1]


def test_an_inverted_index_groups_rows_by_key_and_survives_its_file(tmp_path: Path) -> None:
    index = InvertedIndex.build(pa.array(["a", "b", "c"]), np.array([2, 0, 2]), np.array([0, 1, 4]))
    index.save(tmp_path / "index.arrow")
    for one in (index, InvertedIndex.open(tmp_path / "index.arrow")):
        assert [one.between(key, key + 1).tolist() for key in range(3)] == [[1], [], [0, 4]]
        assert one.between(0, 3).tolist() == [1, 0, 4]


def test_a_text_shorter_than_a_trigram_has_no_buckets() -> None:
    assert len(trigram_buckets("ab")) == 0
    assert len(trigram_buckets("abab")) == len(trigram_buckets("ababab")) == 2

import json

import numpy as np
import pyarrow as pa

from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.text import choose, escape_json, join, lines, lists, numbers, person_names


def test_a_joined_text_is_null_if_a_part_is_null() -> None:
    assert join("a", pa.array(["b", None]), separator="-").to_pylist() == ["a-b", None]


def test_a_null_is_written_with_the_marker_of_imdb() -> None:
    known = np.array([True, False])
    assert lines(pa.array(["x", "y"]), numbers(np.array([1, 2]), known)).to_pylist() == ["x\t1\n", "y\t\\N\n"]


def test_a_row_without_items_has_a_null_list() -> None:
    present = np.array([[True, True], [False, False], [False, True]])
    assert lists(pa.array(["a", "b", "c"]), present).to_pylist() == ["a,b", None, "c"]


def test_none_stands_for_null_in_a_choice() -> None:
    assert choose(np.array([True, False]), "yes", None).to_pylist() == ["yes", None]


def test_an_escaped_text_survives_a_json_parser() -> None:
    texts = ['say "hi"', "back\\slash", "plain"]
    assert [json.loads(f'"{text}"') for text in escape_json(pa.array(texts)).to_pylist()] == texts


def test_some_people_share_a_name_and_a_renamed_person_gets_a_double_name() -> None:
    people = np.arange(2_000)
    names = person_names(IndexedRandom(0), people).to_pylist()
    assert 0.01 < 1 - len(set(names)) / len(people) < 0.04
    renamed = person_names(IndexedRandom(0), people, renamed=people == 7).to_pylist()
    assert renamed[7].startswith(f"{names[7]}-")
    assert renamed[:7] + renamed[8:] == names[:7] + names[8:]

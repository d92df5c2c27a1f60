import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path

import dagster as dg
import numpy as np
import pytest

import imdb_assets
from imdb_assets.materialization.stable_text import UnstableValueError, stable_text


class Colour(Enum):
    RED = "r"


@dataclass
class Rule:
    colours: set[Colour]
    apply: object


def double(n: int) -> int:
    return 2 * n


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ({"a", "b"}, {"a", "c"}),
        ({"a": double}, {"b": double}),
        ((1, 2), [1, 2]),
        (np.arange(3), np.arange(3.0)),
        (re.compile("a"), re.compile("a", re.IGNORECASE)),
        (date(2024, 2, 29), date(2024, 3, 1)),
        (partial(double, 1), partial(double, 2)),
        (Rule({Colour.RED}, double), Rule(set(), double)),
        (True, 1),
        (dg.AssetKey("a"), dg.AssetKey("b")),
    ],
)
def test_different_values_have_different_texts_without_addresses(value, other):
    assert stable_text(value, []) == stable_text(value, [])
    assert stable_text(value, []) != stable_text(other, [])
    assert " at 0x" not in stable_text(value, [])


def test_functions_and_classes_inside_a_value_are_found():
    found: list[object] = []
    stable_text({"x": [Rule({Colour.RED}, double)]}, found)
    assert set(found) == {Rule, Colour, double}


def test_a_value_without_stable_text_is_refused():
    with pytest.raises(UnstableValueError, match=r"builtins\.object"):
        stable_text({"x": [object()]}, [])


def test_a_file_of_the_package_has_the_same_text_in_every_installation():
    assert stable_text(Path(imdb_assets.__file__).parent / "settings.py", []) == "PosixPath('settings.py')"

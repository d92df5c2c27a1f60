"""Constraints as the scenario form labels them."""

import pandas as pd
import pytest

from app.widgets.scenario_form import rule_label
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
)

PERSON = {"nconst": "nm0000001", "name": "Zoë Gifted", "birth_year": 1950, "professions": ["director"],
          "roles": ["director"], "n_movies": 1, "n_rated_movies": 1, "known_movies": ["Film 1 (2001)"]}  # fmt: skip
OTHER = PERSON | {"nconst": "nm0000002", "name": "Basil Dull"}
PEOPLE = People.from_frame(pd.DataFrame([PERSON, OTHER]))
BOTH = ("nm0000001", "nm0000002")


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        (MustHave(BOTH), "Must have Zoë Gifted or Basil Dull"),
        (Excludes(BOTH), "Without Zoë Gifted or Basil Dull"),
        (NotTogether(BOTH), "Not together: Zoë Gifted, Basil Dull"),
        (AtMost(1, BOTH), "At most 1 of Zoë Gifted, Basil Dull"),
        (AtMostNewcomers(2), "At most 2 newcomers"),
    ],
)
def test_a_constraint_has_a_label_with_names(rule: Constraint, label: str) -> None:
    assert rule_label(rule, PEOPLE) == label

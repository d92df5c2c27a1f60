from dataclasses import replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.history_table import STATISTIC_NAMES, by_person_and_role
from imdb_assets.rating_model.lookup.homonyms import by_work_in_role
from imdb_assets.rating_model.lookup.people import Person
from imdb_assets_tests.support.champion import invented_model

ACTOR, DIRECTOR, OTHER = "nm0000010", "nm0000011", "nm0000012"


def person(nconst: str, name: str) -> Person:
    return Person(nconst, name, None, (), (), 0, ())


def history(rows: list[tuple[str, str, int, int]]) -> History:
    """The past with these rows: person, role, year from which the state holds, films so far."""
    frame = pd.DataFrame(rows, columns=["nconst", "role", "from_year", "n_films"])
    statistics = {name: np.zeros(len(frame)) for name in STATISTIC_NAMES if name not in frame}
    return replace(invented_model().history, people=by_person_and_role(frame.assign(**statistics)))


def test_the_one_with_recent_films_in_the_role_comes_first() -> None:
    past = history([(ACTOR, "cast", 1981, 26), (DIRECTOR, "director", 2019, 4), (DIRECTOR, "cast", 2001, 1)])
    namesakes = [person(ACTOR, "Sten Mac Quin"), person(OTHER, "Sten Mac Quinn"), person(DIRECTOR, "STEN MAC QUIN")]
    ranked = by_work_in_role(past, "director", 2027)(namesakes)
    assert [one.nconst for one in ranked] == [DIRECTOR, ACTOR, OTHER]
    ranked = by_work_in_role(past, "cast", 1990)(namesakes)
    assert [one.nconst for one in ranked] == [ACTOR, DIRECTOR, OTHER]


def test_people_of_different_names_keep_their_order() -> None:
    past = history([(DIRECTOR, "director", 2019, 4)])
    people = [person(ACTOR, "Ida Berg"), person(DIRECTOR, "Omar Falk")]
    assert by_work_in_role(past, "director", 2027)(people) == people

"""People found by name, by its parts and by likeness; what a name is taken for; and the index on disk."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdb_assets.rating_model.features.arrow_files import save_table
from imdb_assets.rating_model.lookup.name_index import NameIndex, fold
from imdb_assets.rating_model.lookup.people import NEWCOMER, People

FAMOUS, OBSCURE, OTHER = "nm0000010", "nm0000020", "nm0000030"
ROWS = [
    # nconst, name, birth year, rated films, known for
    (FAMOUS, "Ana Roe", 1981, 40, "The Long Night (2009)"),
    (OBSCURE, "Ana Roe", 1950, 2, "Harbour (1977)"),
    (OTHER, "Ana Roe", None, 0, None),
    ("nm0000040", "Ana Roebuck", 1990, 50, "Fathoms (2015)"),
    ("nm0000050", "Mariana Roe", 1970, 60, "Low Tide (2001)"),
    ("nm0000060", "Zoë Kieślowska-Öst", 1960, 9, "Snow (1999)"),
    ("nm0000070", "Søren Łukasz O'Hara", 1965, 8, "Ice (1998)"),
    ("nm0000080", "Christofer Nolander", 1970, 30, "Clock (2010)"),
    ("nm0000090", "Robert Daun, Jr.", 1965, 70, "Metal (2008)"),
    ("nm0000100", "李安", 1954, 20, "Tiger (2000)"),
    ("nm0000110", "nm0000110", None, 0, None),
]


def index_of(rows: list[tuple]) -> People:
    frame = pd.DataFrame(rows, columns=["nconst", "name", "birth_year", "n_rated_movies", "known"])
    frame["n_movies"] = frame["n_rated_movies"]
    frame["known_movies"] = [[title] if title else [] for title in frame.pop("known")]
    return People.from_frame(frame.assign(professions=[["actress"]] * len(rows), roles=[["cast"]] * len(rows)))


PEOPLE = index_of(ROWS)


def ids(text: str, limit: int = 20) -> list[str]:
    return [person.nconst for person in PEOPLE.search(text, limit=limit)]


def test_whole_names_come_before_beginnings_before_beginnings_of_words() -> None:
    assert ids("ana roe") == [FAMOUS, OBSCURE, OTHER, "nm0000040"]
    assert ids("ana roe", limit=2) == [FAMOUS, OBSCURE]
    assert ids("roe")[:3] == ["nm0000050", "nm0000040", FAMOUS]


def test_words_are_found_in_any_order() -> None:
    assert ids("nola chris") == ["nm0000080"]
    assert ids("o'hara soren") == ["nm0000070"]


@pytest.mark.parametrize(
    "text", ["ZOE KIESLOWSKA OST", "zoë kieślowska-öst", "  Zoe  Kieslowska-Ost ", "zoe kies", "Zoe Kislowska Ost"]
)
def test_accents_case_hyphens_and_a_slip_do_not_count(text: str) -> None:
    assert ids(text) == ["nm0000060"]


@pytest.mark.parametrize("text", ["soren lukasz ohara", "SØREN ŁUKASZ O’HARA", "Soren Lukas O'Hara"])  # noqa: RUF001
def test_letters_that_unicode_does_not_take_apart_are_folded(text: str) -> None:
    assert ids(text) == ["nm0000070"]


def test_names_in_other_scripts_and_ids_are_found() -> None:
    assert ids("李安") == ["nm0000100"]
    assert ids("nm0000110") == ["nm0000110"]
    assert ids(" nm10 ") == ids("nm0000010") == [FAMOUS]


@pytest.mark.parametrize("text", ["", "  ", "qqqqqq", "nm0000999", "x", "\x00", "ب" * 300, "a" * 10_000])
def test_what_nobody_is_called_finds_nobody(text: str) -> None:
    assert ids(text) == []


def test_a_name_of_several_takes_the_longest_career_and_names_the_others() -> None:
    found = PEOPLE.resolve("Ana Roe")
    assert found.nconst == FAMOUS
    assert found.warning == (
        "Ana Roe fits 3 people: took Ana Roe, 1981, The Long Night (2009) (nm0000010); "
        "others: Ana Roe, 1950, Harbour (1977) (nm0000020), Ana Roe (nm0000030)."
    )


def test_a_label_is_taken_for_its_person_alone() -> None:
    for nconst in (FAMOUS, OBSCURE):
        found = PEOPLE.resolve(PEOPLE.label(nconst))
        assert (found.nconst, found.warning) == (nconst, None)
    assert PEOPLE.resolve("Ana Roe, 1950").nconst == OBSCURE
    assert PEOPLE.resolve("Robert Daun, Jr.").nconst == "nm0000090"


def test_a_misspelt_name_is_nobodys_and_the_warning_names_who_may_be_meant() -> None:
    found = PEOPLE.resolve("Cristofer Nolender")
    assert found.nconst is None
    assert found.warning == (
        "Cristofer Nolender is not in the people index: treated as a newcomer. Names like it: Christofer Nolander, "
        "1970, Clock (2010) (nm0000080)."
    )
    assert PEOPLE.resolve("Cristofer Nolender", suggest=False).warning == (
        "Cristofer Nolender is not in the people index: treated as a newcomer."
    )


def test_a_debutant_gets_no_suggestion_and_an_id_without_credit_is_said() -> None:
    assert PEOPLE.resolve("Xu Qwzvk").warning == "Xu Qwzvk is not in the people index: treated as a newcomer."
    assert PEOPLE.resolve("nm0999999").warning == "nm0999999 has no movie credit: treated as a newcomer."
    assert PEOPLE.resolve("nm0000010").warning is None
    assert PEOPLE.name(f"{NEWCOMER}Xu") == "Xu"
    assert PEOPLE.name("nm0000090") == "Robert Daun, Jr."
    assert PEOPLE.label("nm0999999") == PEOPLE.name("nm0999999") == "nm0999999"


def test_an_index_from_its_file_finds_the_same(tmp_path: Path) -> None:
    PEOPLE.save(tmp_path / "people.arrow")
    opened = People.open(tmp_path / "people.arrow")
    for text in ("ana roe", "roe", "nola chris", "Zoe Kislowska Ost", "nm0000010", "nobody at all"):
        assert opened.search(text) == PEOPLE.search(text)
        assert opened.resolve(text) == PEOPLE.resolve(text)


def test_an_index_that_an_earlier_version_saved_still_opens(tmp_path: Path) -> None:
    table = PEOPLE.table.drop_columns(["by_name", "number", "by_number"])
    folded = pa.array([name.casefold() for name in table["name"].to_pylist()])
    save_table(table.set_column(table.column_names.index("folded"), "folded", folded), tmp_path / "people.arrow")
    opened = People.open(tmp_path / "people.arrow")
    assert opened.search("zoe kieslowska") == PEOPLE.search("zoe kieslowska")
    assert opened.resolve("Ana Roe") == PEOPLE.resolve("Ana Roe")


def test_an_index_of_nobody_answers(tmp_path: Path) -> None:
    index_of([]).save(tmp_path / "people.arrow")
    nobody = People.open(tmp_path / "people.arrow")
    assert nobody.search("Ana Roe") == []
    assert nobody.resolve("Ana Roe").nconst is None
    assert nobody.resolve("nm0000010").warning == "nm0000010 has no movie credit: treated as a newcomer."


def test_the_most_rated_of_a_role_are_found_wherever_they_stand() -> None:
    rows = [(f"nm{number:07d}", f"Person {number}", None, number, None) for number in range(1, 40)]
    people = index_of(rows)
    roles = pa.array([["director"] if number % 10 == 0 else ["cast"] for number in range(39)])
    table = people.table.set_column(people.table.column_names.index("roles"), "roles", roles)
    found = People(table, NameIndex.of(people.table["folded"].chunk(0))).most_rated("director", limit=3)
    assert [person.n_rated_movies for person in found] == [39, 29, 19]


NAMES = st.lists(st.text(st.characters(codec="utf-8", categories=("L", "Zs", "Pd")), max_size=12), max_size=30)


@settings(max_examples=80, deadline=None)
@given(names=NAMES, wanted=st.text(alphabet="abcdeéß -", min_size=1, max_size=4))
def test_the_index_finds_what_looking_through_all_names_finds(names: list[str], wanted: str) -> None:
    folded = [fold(name) for name in names]
    index = NameIndex.of(pa.array(folded, type=pa.string()))
    text = fold(wanted)
    assert index.named(text).tolist() == [row for row, name in enumerate(folded) if name == text]
    found = index.search(text, limit=len(names) + 1) if text else []
    begin = {row for row, name in enumerate(folded) if text and name.startswith(text)}
    assert begin <= set(found)
    for row, name in enumerate(folded):
        if text and all(any(word.startswith(part) for word in name.split()) for part in text.split()):
            assert row in found
    assert len(found) == len(set(found))


@settings(max_examples=40, deadline=None)
@given(names=NAMES)
def test_a_name_has_as_many_trigrams_in_the_index_as_letters(names: list[str]) -> None:
    folded = [fold(name) for name in names]
    index = NameIndex.of(pa.array(folded, type=pa.string()))
    counts = pc.list_value_length(index.trigrams.rows).to_numpy()
    assert counts.sum() == sum(len(name) for name in folded)
    of_rows = np.bincount(pc.list_flatten(index.trigrams.rows).to_numpy(), minlength=len(folded))
    assert of_rows.tolist() == [len(name) for name in folded]

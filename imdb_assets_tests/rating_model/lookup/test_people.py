from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from imdb_assets.rating_model.lookup.name_index import NameIndex
from imdb_assets.rating_model.lookup.people import NEWCOMER, People

FAMOUS, OBSCURE, OTHER = "nm0000010", "nm0000020", "nm0000030"
ROWS = [
    # nconst, name, birth year, rated films, best-known film
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


def test_whole_names_come_before_prefixes_before_prefixes_of_words() -> None:
    assert ids("ana roe") == [FAMOUS, OBSCURE, OTHER, "nm0000040"]
    assert ids("ana roe", limit=2) == [FAMOUS, OBSCURE]
    assert ids("roe")[:3] == ["nm0000050", "nm0000040", FAMOUS]


def test_words_are_found_in_any_order() -> None:
    assert ids("nola chris") == ["nm0000080"]
    assert ids("o'hara soren") == ["nm0000070"]


@pytest.mark.parametrize(
    "text", ["ZOE KIESLOWSKA OST", "zoë kieślowska-öst", "  Zoe  Kieslowska-Ost ", "zoe kies", "Zoe Kislowska Ost"]
)
def test_accents_case_hyphens_and_a_typo_do_not_matter(text: str) -> None:
    assert ids(text) == ["nm0000060"]


@pytest.mark.parametrize("text", ["soren lukasz ohara", "SØREN ŁUKASZ O’HARA", "Soren Lukas O'Hara"])  # noqa: RUF001
def test_letters_that_unicode_does_not_decompose_are_folded(text: str) -> None:
    assert ids(text) == ["nm0000070"]


def test_names_in_other_scripts_and_ids_are_found() -> None:
    assert ids("李安") == ["nm0000100"]
    assert ids("nm0000110") == ["nm0000110"]
    assert ids(" nm10 ") == ids("nm0000010") == [FAMOUS]


@pytest.mark.parametrize("text", ["", "  ", "qqqqqq", "nm0000999", "x", "\x00", "ب" * 300, "a" * 10_000])
def test_an_unknown_name_or_id_has_no_match(text: str) -> None:
    assert ids(text) == []


def test_a_name_of_several_people_resolves_to_the_longest_career_and_lists_the_others() -> None:
    resolution = PEOPLE.resolve("Ana Roe")
    assert resolution.nconst == FAMOUS
    assert resolution.warning == (
        "Ana Roe matches 3 people. Used: Ana Roe, 1981, The Long Night (2009) (nm0000010). "
        "Others: Ana Roe, 1950, Harbour (1977) (nm0000020); Ana Roe (nm0000030)."
    )


def test_a_label_resolves_to_its_person_without_a_warning() -> None:
    for nconst in (FAMOUS, OBSCURE):
        resolution = PEOPLE.resolve(PEOPLE.label(nconst))
        assert (resolution.nconst, resolution.warning) == (nconst, None)
    assert PEOPLE.resolve("Ana Roe, 1950").nconst == OBSCURE
    assert PEOPLE.resolve("Robert Daun, Jr.").nconst == "nm0000090"


def test_a_misspelled_name_is_never_resolved_and_the_warning_lists_similar_names() -> None:
    resolution = PEOPLE.resolve("Cristofer Nolender")
    assert resolution.nconst is None
    assert resolution.warning == (
        "Cristofer Nolender: unknown person, treated as a newcomer. Similar names: Christofer Nolander, "
        "1970, Clock (2010) (nm0000080)."
    )
    assert PEOPLE.resolve("Cristofer Nolender", suggest=False).warning == (
        "Cristofer Nolender: unknown person, treated as a newcomer."
    )


def test_a_debut_has_no_suggestion_and_an_id_without_credits_a_warning() -> None:
    assert PEOPLE.resolve("Xu Qwzvk").warning == "Xu Qwzvk: unknown person, treated as a newcomer."
    assert PEOPLE.resolve("nm0999999").warning == "nm0999999: no film credits, treated as a newcomer."
    assert PEOPLE.resolve("nm0000010").warning is None
    assert PEOPLE.resolve(f"{NEWCOMER}Xu").warning is None
    assert PEOPLE.resolve(" ").warning == "An empty name was ignored."


def test_people_without_credits_are_labelled_by_name_or_id() -> None:
    assert PEOPLE.name(f"{NEWCOMER}Xu") == "Xu"
    assert PEOPLE.label(f"{NEWCOMER}Xu") == "Xu (newcomer)"
    assert PEOPLE.name("nm0000090") == "Robert Daun, Jr."
    assert PEOPLE.label("nm0999999") == PEOPLE.name("nm0999999") == "nm0999999"


def test_a_saved_index_finds_the_same_people(tmp_path: Path) -> None:
    PEOPLE.save(tmp_path / "people.arrow")
    opened = People.open(tmp_path / "people.arrow")
    for text in ("ana roe", "roe", "nola chris", "Zoe Kislowska Ost", "nm0000010", "nobody at all"):
        assert opened.search(text) == PEOPLE.search(text)
        assert opened.resolve(text) == PEOPLE.resolve(text)


def test_an_empty_index_finds_no_people(tmp_path: Path) -> None:
    index_of([]).save(tmp_path / "people.arrow")
    empty = People.open(tmp_path / "people.arrow")
    assert empty.search("Ana Roe") == []
    assert empty.resolve("Ana Roe").nconst is None
    assert empty.resolve("nm0000010").warning == "nm0000010: no film credits, treated as a newcomer."


def test_the_most_rated_people_of_a_role_are_found_in_any_row() -> None:
    rows = [(f"nm{number:07d}", f"Person {number}", None, number, None) for number in range(1, 40)]
    people = index_of(rows)
    roles = pa.array([["director"] if number % 10 == 0 else ["cast"] for number in range(39)])
    table = people.table.set_column(people.table.column_names.index("roles"), "roles", roles)
    directors = People(table, NameIndex.build(people.table["folded"].chunk(0))).most_rated("director", limit=3)
    assert [person.n_rated_movies for person in directors] == [39, 29, 19]

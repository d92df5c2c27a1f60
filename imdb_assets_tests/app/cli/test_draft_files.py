"""Drafts from JSON and CSV files, valid and invalid."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli.draft_files import DraftEntry, DraftFileError, read_drafts
from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, MovieDraft

NAMES = ("drafts.csv", "drafts.json")
PARTS = st.sampled_from(
    [
        *DRAFT_COLUMNS,
        "2027",
        "Ana Roe",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        '"',
        "[",
        "]",
        "{",
        "}",
        ":",
        " ",
        "\u2028",
        "\0",
        "NaN",
    ]
)
# Pieces of sound files in any order.
LIKELY = st.lists(PARTS, max_size=25).map(lambda parts: "".join(["release_year,title\n", *parts]).encode())


def drafts(folder: Path, name: str, text: str) -> list[MovieDraft | str | None]:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return [entry.draft or entry.error for entry in read_drafts(file)]


@pytest.mark.parametrize(
    "text",
    [
        '{"release_year": 2027}',
        '[{"release_year": 2027}]',
        '\ufeff[{"release_year": 2027}]',
    ],
)
def test_json_with_or_without_a_byte_order_mark_is_one_draft_or_a_list(tmp_path: Path, text: str) -> None:
    assert drafts(tmp_path, "drafts.json", text) == [MovieDraft(release_year=2027)]


def test_an_invalid_line_of_json_lines_does_not_affect_others(tmp_path: Path) -> None:
    text = '{"release_year": 2027}\n{"release_year": 20\n\n{"release_year": 2029}\n'
    first, invalid, last = drafts(tmp_path, "drafts.jsonl", text)
    assert (first, last) == (MovieDraft(release_year=2027), MovieDraft(release_year=2029))
    assert invalid == 'A draft must be an object with release_year, not {"release_year": 20.'


def test_csv_lists_are_separated_by_semicolons_or_bars_since_names_contain_commas(tmp_path: Path) -> None:
    text = 'release_year,directors\n2027,"Robert Downey, Jr.; Ana Roe"\n2027,"Robert Downey, Jr.|Ana Roe"\n2028,\n'
    assert drafts(tmp_path, "drafts.csv", text) == [
        MovieDraft(release_year=2027, directors=("Robert Downey, Jr.", "Ana Roe")),
        MovieDraft(release_year=2027, directors=("Robert Downey, Jr.", "Ana Roe")),
        MovieDraft(release_year=2028),
    ]


def test_a_csv_line_with_surplus_fields_is_invalid(tmp_path: Path) -> None:
    text = "release_year,title\n2027,A,B\n"
    assert drafts(tmp_path, "drafts.csv", text) == [
        "A draft must be an object with release_year, not a line with 3 fields."
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("drafts.json", "no json", "is not JSON"),
        ("drafts.csv", "", "is empty. Its first line must name the columns"),
        ("drafts.csv", "release_year,rating\n2027,9\n", "has the unknown column 'rating'.*Valid fields are title,"),
    ],
)
def test_an_invalid_file_is_an_error_with_the_reason(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(DraftFileError, match=message):
        drafts(tmp_path, name, text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["drafts.csv", "drafts.json"])
def test_a_file_is_read_in_every_encoding_with_a_mark(tmp_path: Path, name: str, encoding: str) -> None:
    text = (
        "release_year,title\r\n2027,Zoë 映画\r\n"
        if name.endswith("csv")
        else '{"release_year": 2027, "title": "Zoë 映画"}'
    )
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert read_drafts(tmp_path / name) == [DraftEntry(1, MovieDraft(release_year=2027, title="Zoë 映画"))]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "drafts.json",
            '{"release_year": 2027, "title": "Zoë"}'.encode("latin-1"),
            r"is not UTF-8: .* at byte \d+\. Save",
        ),
        ("drafts.csv", "release_year,title\n2027,Zoë\n".encode("utf-16-le"), "is not text: byte 0 occurs in it"),
        ("drafts.csv", b"release_year,title\n2027,\x81\n", r"is not CP1252: .* Save it in the encoding UTF-8\.$"),
    ],
)
def test_a_file_in_another_encoding_is_an_error(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DraftFileError, match=message):
        read_drafts(file)


@pytest.mark.parametrize(("encoding", "n_notes"), [("utf-8", 0), ("utf-8-sig", 0), ("cp1252", 1)])
@pytest.mark.parametrize("first_line", ["", "sep=;\r\n"])
def test_a_file_of_a_european_spreadsheet_is_read_as_it_is(
    tmp_path: Path, encoding: str, n_notes: int, first_line: str
) -> None:
    header = "title;release_year;runtime_minutes;genres;directors;plot\r\n"
    rows = (
        'Zoë, allein;2027;104,5;"Drama;Romance";Robert Downey, Jr.|Ana Roe;"Er sagt ""nein""; sie geht."\r\n'
        "Zwei;2028;90;Horror;;\r\n;;;;;\r\n"
    )
    file, notes = tmp_path / "drafts.csv", []
    file.write_bytes(f"{first_line}{header}{rows}".encode(encoding))
    assert [entry.draft for entry in read_drafts(file, notify=notes.append)] == [
        MovieDraft(
            title="Zoë, allein", release_year=2027, runtime_minutes=104.5, genres=("Drama", "Romance"),
            directors=("Robert Downey, Jr.", "Ana Roe"), plot='Er sagt "nein"; sie geht.',
        ),
        MovieDraft(title="Zwei", release_year=2028, runtime_minutes=90, genres=("Horror",)),
    ]  # fmt: skip
    assert len(notes) == n_notes
    assert all("was read as Windows-1252" in note for note in notes)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A;2027;1,440;Drama", "is this a separator of thousands or a decimal comma?"),
        ("A;2027;1.440;Drama", "is this a separator of thousands or a decimal comma?"),
        ("A;2.027;90;Drama", "release_year = '2.027': is this a separator"),
        ("A;2027;90;Drama;Romance", "not a line with 5 fields. Put a list with semicolons in quotes"),
        ("A;2027;90;Drama;", "not a line with 5 fields. Put a list with semicolons in quotes"),
        ("A;2027;90,;Drama", "runtime_minutes = '90,': send a number"),
    ],
)
def test_an_ambiguous_value_of_a_european_spreadsheet_is_refused_and_keeps_its_title(
    tmp_path: Path, row: str, message: str
) -> None:
    file = tmp_path / "drafts.csv"
    file.write_text(f"title;release_year;runtime_minutes;genres\n{row}\nB;2028;88,25;\n", encoding="utf-8")
    refused, sound = read_drafts(file)
    assert message in str(refused.error)
    assert (refused.row, refused.draft, refused.title) == (1, None, "A")
    assert sound.draft == MovieDraft(title="B", release_year=2028, runtime_minutes=88.25)


@pytest.mark.parametrize("name", NAMES)
def test_a_refused_draft_keeps_its_title(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    texts = {"drafts.csv": "release_year,title\n3000,A\n", "drafts.json": '{"release_year": 3000, "title": "A"}'}
    file.write_text(texts[name], encoding="utf-8")
    [entry] = read_drafts(file)
    assert (entry.draft, entry.title) == (None, "A")
    assert str(entry.error).startswith("release_year = ")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_only_a_line_end_ends_a_line(tmp_path: Path, separator: str, quote: str) -> None:
    plot = f"A plot.{separator}More of it."
    table = f"release_year,plot\n2027,{quote}{plot}{quote}\n2028,{quote}{plot}{quote}\n"
    lines = "".join(f'{{"release_year": {year}, "plot": "{plot}"}}\n' for year in (2027, 2028))
    expected = [MovieDraft(release_year=2027, plot=plot), MovieDraft(release_year=2028, plot=plot)]
    assert drafts(tmp_path, "drafts.csv", table) == expected
    if separator >= " ":
        # JSON escapes other control characters.
        assert drafts(tmp_path, "drafts.jsonl", lines) == expected


def test_a_quoted_field_holds_line_ends_and_quotes_of_any_length(tmp_path: Path) -> None:
    plot = 'One line.\nShe says ""no"".\n' + "x" * 200_000
    text = f'release_year,plot\n2027,"{plot}"\n2028,\n'
    first, second = drafts(tmp_path, "drafts.csv", text)
    assert first == MovieDraft(release_year=2027, plot=plot.replace('""', '"'))
    assert second == MovieDraft(release_year=2028)


@pytest.mark.parametrize("text", ['release_year,title\n2027,"A\n2028,B\n', 'release_year,title\n2027,"A" b\n2028,C\n'])
def test_a_quote_that_swallows_lines_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(DraftFileError, match=r"is not CSV, line \d: .* Close every quote"):
        drafts(tmp_path, "drafts.csv", text)


def test_the_entries_of_a_list_may_have_a_column_each(tmp_path: Path) -> None:
    text = "release_year,cast,cast,title,cast\n2027,A,,T,B;C\n2028,,,,\n"
    assert drafts(tmp_path, "drafts.csv", text) == [
        MovieDraft(release_year=2027, title="T", cast=("A", "B", "C")),
        MovieDraft(release_year=2028),
    ]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('"[""A"", ""B""]"', MovieDraft(release_year=2027, cast=("A", "B"))),
        ("\"['A', 'B']\"", "cast = \"['A', 'B']\": separate the entries with ';', without brackets."),
    ],
)
def test_a_list_in_brackets_is_read_as_json_or_refused(tmp_path: Path, cell: str, read: MovieDraft | str) -> None:
    assert drafts(tmp_path, "drafts.csv", f"release_year,cast\n2027,{cell}\n") == [read]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("release_year,title,title\n2027,A,B\n", "has the column 'title' 2 times: keep one"),
        ("release_year;title;title\n2027;A;B\n", "has the column 'title' 2 times: keep one"),
        ("release_year;titel\n2027;A\n", "has the unknown column 'titel'"),
        ("sep=\t\nrelease_year\tgenres\n2027\tDrama\n", "is separated by tabs"),
        ("release_year|genres\n2027|Drama\n", "is separated by vertical bars"),
        ("release_year\tgenres\n2027\tDrama\n", "is separated by tabs"),
        ("release_year,cast.1\n2027,A\n", "has the unknown column 'cast.1'"),
        ("Titel;Jahr\nA;2027\n", "has the unknown column 'Titel'"),
        ("Release Year,release_year\n2027,2028\n", "has the column 'release_year' 2 times: keep one"),
    ],
)
def test_a_header_that_would_lose_values_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DraftFileError, match=message):
        drafts(tmp_path, "drafts.csv", text)


@pytest.mark.parametrize("header", ["Release Year;RUNTIME-MINUTES;Title", "release year ;Runtime  Minutes; TITLE "])
def test_names_of_columns_are_found_in_other_spellings(tmp_path: Path, header: str) -> None:
    draft = MovieDraft(release_year=2027, runtime_minutes=90.5, title="A, b")
    assert drafts(tmp_path, "drafts.csv", f"{header}\n2027;90,5;A, b\n") == [draft]


def test_blank_rows_count_as_rows_of_the_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "drafts.csv"
    file.write_text("release_year,title\n2027,A\n,\n\nsoon,B\n2028,C\n,\n", encoding="utf-8")
    assert [(entry.row, entry.title, bool(entry.error)) for entry in read_drafts(file)] == [
        (1, None, False), (4, "B", True), (5, None, False),
    ]  # fmt: skip


def test_rows_and_columns_of_commas_alone_are_no_drafts(tmp_path: Path) -> None:
    text = "release_year,title,,\r\n2027,A,,\r\n,,,\r\n ,\r\n2028,B,,,,\r\n,,,\r\n"
    assert drafts(tmp_path, "drafts.csv", text) == [
        MovieDraft(release_year=2027, title="A"),
        MovieDraft(release_year=2028, title="B"),
    ]
    [entry] = drafts(tmp_path, "drafts.csv", "release_year,\n2027,Drama\n")
    assert entry == "'Drama' is in a column without a name: name the column or remove it."


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | LIKELY, name=st.sampled_from(NAMES))
def test_no_file_raises_anything_but_an_error_of_the_file(tmp_path: Path, content: bytes, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with contextlib.suppress(DraftFileError):
        assert all((entry.draft is None) == bool(entry.error) for entry in read_drafts(file))

"""Drafts from JSON and CSV files, valid and invalid."""

from pathlib import Path

import pytest

from app.cli.draft_files import DraftFileError, read_drafts
from imdb_assets.rating_model.features.draft import MovieDraft


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


def test_csv_lists_are_separated_by_semicolons_since_names_contain_commas(tmp_path: Path) -> None:
    text = 'release_year,directors\n2027,"Robert Downey, Jr.; Ana Roe"\n2028,\n'
    assert drafts(tmp_path, "drafts.csv", text) == [
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
        ("drafts.csv", "release_year,rating\n2027,9\n", "has the unknown column 'rating'. Valid columns are"),
    ],
)
def test_an_invalid_file_is_an_error_with_the_reason(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(DraftFileError, match=message):
        drafts(tmp_path, name, text)


def test_a_file_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "drafts.csv"
    file.write_bytes("release_year,title\n2027,Zoë\n".encode("latin-1"))
    with pytest.raises(DraftFileError, match="is not UTF-8"):
        read_drafts(file)

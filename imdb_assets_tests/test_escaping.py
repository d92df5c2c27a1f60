"""Hostile text in Markdown, CSV, JSON and on terminals. What a browser makes of it is tested with the app."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdb_assets.escaping import csv_cell, json_text, markdown, terminal

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Zoë O'Hara-Kiš, 1981, imdb_rating (nm0000001)", "Zoë O'Hara-Kiš, 1981, imdb_rating (nm0000001)"),
        ("The film: 21:30, 100%!", "The film: 21:30, 100%!"),
        ("*a* __b__ ~~c~~ `d`", r"\*a\* \_\_b\_\_ \~\~c\~\~ \`d\`"),
        ("[a](b) ![c](d) <b>", r"\[a\](b) !\[c\](d) \<b\>"),
        ("a|b\n\n# c", r"a\|b # c"),
        ("# a", r"\# a"), ("- a", r"\- a"), ("1. a", r"1\. a"), ("12) a", r"12\) a"), ("====", r"\===="),
        ("  code", "code"), ("$x$", r"\$x\$"), ("&amp;", r"\&amp;"), ("\\", r"\\"),
        (":smile: :red[x]", ":\u2060smile: :\u2060red\\[x\\]"),
        ("https://x.example www.x.example a@x.example",
         "https:\u2060//x.example www\u2060.x.example a\u2060@x.example"),
        ("a\x1b[31m\u202eb", r"a\\x1b\[31m\\u202eb"),
    ],
)  # fmt: skip
def test_markdown_shows_text_as_it_is(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\uff1d1"])
def test_a_text_that_a_spreadsheet_would_compute_starts_with_an_apostrophe(text: str) -> None:
    cell = csv_cell(text)
    assert isinstance(cell, str)
    assert cell.startswith("'")


@pytest.mark.parametrize("value", [None, -1.5, 7, True, "The Well", "a = b", "7 - 8"])
def test_numbers_and_other_texts_stay(value: object) -> None:
    assert csv_cell(value) == value


@given(TEXTS)
def test_no_character_controls_a_terminal(text: str) -> None:
    shown = terminal(text)
    assert not set(shown) & {"\x1b", "\x9b", "\x07", "\r", "\x7f", "\u202e", "\u2066"}
    assert terminal(shown) == shown
    assert json.loads(json_text([text])) == [text]
    assert terminal(json_text([text])) == json_text([text])


@given(TEXTS)
def test_an_escaped_text_is_one_cell_of_csv(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([csv_cell(text), 1])
    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [[csv_cell(text), "1"]]

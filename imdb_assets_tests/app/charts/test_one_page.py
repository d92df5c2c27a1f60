from dataclasses import replace

import pytest

from app.charts.one_page import Page, one_line, one_page_pdf
from imdb_assets.rating_model.serving.explanation import Reason
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets_tests.support.predictions import VOTES

ANSWER = Prediction(7.0, 5.9, 8.1, 5.5, 8.5, *VOTES.values(), ())


def test_the_page_is_a_pdf_of_one_page_whatever_the_texts_are() -> None:
    hostile = "$\\frac{1}{0}$ <b>bold</b> \x07 李安 " + "word " * 400
    page = Page(
        title=hostile,
        facts=[("Plot", hostile), ("Year", "2027")],
        prediction=ANSWER,
        average=6.2,
        reasons=[Reason("director", 0.5, hostile), Reason("genres", -0.1, "Drama.")],
        similar=[hostile, "Lanterns (2019), rated 7.1."],
        footer=["Answered by imdb_rating version 1.", hostile],
    )
    pdf = one_page_pdf(page)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    bare = Page("A film", [], ANSWER, 7.0, [], [], [])
    assert one_page_pdf(bare).startswith(b"%PDF")


def test_warnings_stand_on_the_page_as_far_as_there_is_room() -> None:
    warnings = [f"Warning {number}. {'word ' * 30}" for number in range(90)]
    few, many = (
        one_page_pdf(Page("A film", [], replace(ANSWER, warnings=tuple(given)), 7.0, [], [], []))
        for given in (warnings[:1], warnings)
    )
    plain = one_page_pdf(Page("A film", [], ANSWER, 7.0, [], [], []))
    assert len(plain) < len(few) < len(many)
    assert many.count(b"/Type /Page\n") + many.count(b"/Type /Page ") == 1


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("short", "short"),
        ("several words that are too long", "several words ..."),
        ("http://127.0.0.1:8501/?title=x", "http://127.0.0.1 ..."),
        ("x" * 40, "x" * 16 + " ..."),
    ],
)
def test_long_texts_end_between_words_and_long_words_are_cut(text: str, shortened: str) -> None:
    assert one_line(text, 20) == shortened


def test_the_address_of_the_draft_is_a_link() -> None:
    address = f"http://127.0.0.1:8501/?title={'x' * 300}"
    pdf = one_page_pdf(Page("A film", [], ANSWER, 7.0, [], [], ["Answered by version 1.", address]))
    assert f"/URI ({address})".encode() in pdf

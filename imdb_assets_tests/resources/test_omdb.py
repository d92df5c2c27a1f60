"""The outcomes of OMDb's responses."""

import pytest

from imdb_assets.resources.omdb import ResponseOutcome, outcome_of


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (b'{"Response": "True", "Plot": "A plot."}', ResponseOutcome.FOUND),
        (b'{"Response": "True", "Plot": "N/A"}', ResponseOutcome.FOUND_WITHOUT_PLOT),
        (b'{"Response": "True"}', ResponseOutcome.FOUND_WITHOUT_PLOT),
        (b'{"Response":"False","Error":"Movie not found!","imdbID":"tt3"}', ResponseOutcome.NOT_FOUND),
        (b'{"Title": "Half a', ResponseOutcome.MALFORMED),
        (b"\xff", ResponseOutcome.MALFORMED),
        (b"[1]", ResponseOutcome.MALFORMED),
        (b'{"Title": "Not OMDb"}', ResponseOutcome.MALFORMED),
    ],
)
def test_a_response_is_classified_by_its_content(response: bytes, outcome: ResponseOutcome) -> None:
    assert outcome_of(response) == outcome

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
        (b'{"Response":"False","Error":"Incorrect IMDb ID."}', ResponseOutcome.NOT_FOUND),
        (b'{"Response":"False","Error":"Error getting data."}', ResponseOutcome.TEMPORARY_ERROR),
        (b'{"Response":"False","Error":"Never seen before."}', ResponseOutcome.TEMPORARY_ERROR),
        (b'{"Response":"False"}', ResponseOutcome.TEMPORARY_ERROR),
        (b'{"Response":"True","imdbID":"tt4"}', ResponseOutcome.MALFORMED),
        (b'\xef\xbb\xbf{"Response": true, "imdbID": "tt3 "}', ResponseOutcome.FOUND_WITHOUT_PLOT),
        (b'{"Title": "Half a', ResponseOutcome.MALFORMED),
        (b"\xff", ResponseOutcome.MALFORMED),
        (b"[1]", ResponseOutcome.MALFORMED),
        (b'{"Title": "Not OMDb"}', ResponseOutcome.MALFORMED),
    ],
)
def test_a_response_is_classified_by_its_content(response: bytes, outcome: ResponseOutcome) -> None:
    assert outcome_of(response, "tt3") == outcome

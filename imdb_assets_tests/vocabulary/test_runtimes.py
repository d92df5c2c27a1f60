"""Running times as OMDb and people write them."""

import pytest

from imdb_assets.vocabulary.runtimes import minutes_in

RUNTIMES = {
    "142 min": 142, "142": 142, " 142 mins. ": 142, "2 h": 120, "2h": 120, "1 h 15 min": 75, "1h15min": 75,
    "1 hr, 5 mins": 65, "2 hours and 5 minutes": 125, "1,440 min": 1440, "51,420 min": 51420, "PT2H3M": 123,
    "N/A": None, "": None, "S min": None, "0 min": None, "1,440": None, "1:30": None, "min": None, "-5 min": None,
    "14,40 min": None, "2 h 15 s": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "minutes"), RUNTIMES.items())
def test_minutes_are_read_in_every_way_to_write_them(text: str, minutes: int | None) -> None:
    assert minutes_in(text) == minutes

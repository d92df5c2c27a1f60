from datetime import date, timedelta

from imdb_assets.materialization.omdb_priorities import Title, titles_by_priority
from imdb_assets.resources.omdb import ResponseOutcome
from imdb_assets.resources.omdb_landing import LastResponse

DAY = date(2025, 1, 1)


def test_titles_are_ordered_by_votes_without_those_that_have_a_fresh_response() -> None:
    long_ago = LastResponse(ResponseOutcome.FOUND, DAY - timedelta(days=400))
    titles = [
        Title("tt1", 50, 2001),
        Title("tt2", None, None),
        Title("tt3", 9000, 2001),
        Title("tt4", 900_000, 1994),
        Title("tt5", None, 2026),
        Title("tt6", None, 2025),
        Title("tt7", 900_000, 1994),
        Title("tt8", 10, 1994),
        Title("tt9", 10_000, 1994),
    ]
    last_responses = {
        "tt7": long_ago,
        "tt8": LastResponse(ResponseOutcome.NOT_FOUND, DAY - timedelta(days=800)),
        "tt9": LastResponse(ResponseOutcome.FOUND, DAY),
    }
    requested = titles_by_priority(titles, last_responses, today=DAY)
    assert requested == ["tt4", "tt3", "tt6", "tt5", "tt8", "tt7", "tt1", "tt2"]

"""Selects the titles to request from OMDb, and their order."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from imdb_assets.resources.omdb import ResponseOutcome
from imdb_assets.resources.omdb_landing import LastResponse
from imdb_assets.vocabulary.votes import MANY_VOTES

# Days until a title is requested again: OMDb adds titles and completes their facts.
DAYS_FRESH = {
    ResponseOutcome.FOUND: 365,
    ResponseOutcome.FOUND_WITHOUT_PLOT: 90,
    ResponseOutcome.NOT_FOUND: 90,
    ResponseOutcome.TEMPORARY_ERROR: 7,
    ResponseOutcome.MALFORMED: 7,
}
# Outcomes that are no answer: the title keeps its rank among the titles that were never requested.
WITHOUT_ANSWER = (ResponseOutcome.TEMPORARY_ERROR, ResponseOutcome.MALFORMED)


class Title(NamedTuple):
    """The facts that decide a title's priority."""

    tconst: str
    n_votes: int | None
    release_year: int | None


def titles_by_priority(
    titles: Iterable[Title], last_responses: Mapping[str, LastResponse], *, today: date
) -> list[str]:
    """Return the ids of the titles to request, highest priority first. Titles with a fresh response are left out.

    The order is: titles with `MANY_VOTES` by descending votes, unreleased titles by release year, titles with an
    outdated response from the oldest to the newest, then all other titles by descending votes. A title that OMDb had
    trouble with is ordered like one that was never requested.

    Args:
        titles: All candidate titles.
        last_responses: The last response per title id; titles that were never requested are absent.
        today: The current day in UTC.
    """
    ranked: list[tuple[tuple[int, float], str]] = []
    for title in titles:
        last = last_responses.get(title.tconst)
        if last and (today - last.day).days < DAYS_FRESH[last.outcome]:
            continue
        if last and last.outcome in WITHOUT_ANSWER:
            last = None
        n_votes = title.n_votes or 0
        if last is None and n_votes >= MANY_VOTES:
            rank = (0, -float(n_votes))
        elif last is None and title.release_year is not None and title.release_year >= today.year:
            rank = (1, float(title.release_year))
        elif last is not None:
            rank = (2, float(last.day.toordinal()))
        else:
            rank = (3, -float(n_votes))
        ranked.append((rank, title.tconst))
    return [tconst for _, tconst in sorted(ranked)]

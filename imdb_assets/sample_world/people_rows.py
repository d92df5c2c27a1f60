"""Rows of `name.basics`: names, years, professions and the titles people are known for."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Floats, Integers
from imdb_assets.sample_world.industry import EMPTY, FIRST_YEAR, SNAPSHOT_YEAR
from imdb_assets.sample_world.state import World
from imdb_assets.sample_world.teams import Teams
from imdb_assets.sample_world.text import Text, lines, lists, look_up, nconsts, numbers, person_names, tconsts

PROFESSIONS = ("director", "writer", "actor", "producer", "composer", "cinematographer")
MAX_KNOWN_FOR = 4
# How rare people are who have credits but no row in `name.basics`.
MISSING_ONE_IN = 4_000


@dataclass(frozen=True)
class Careers:
    """Career facts, one row per person.

    Attributes:
        first_year: Year of the first credit; 0 without credits. Shape (people,).
        professions: Bit mask over `PROFESSIONS`. Shape (people,).
        known_for: Rows of the titles with the most votes, padded with `EMPTY`. Shape (people, 4).
    """

    first_year: NDArray[np.int16]
    professions: NDArray[np.uint8]
    known_for: NDArray[np.int32]


def make_careers(world: World) -> Careers:
    """Summarize each person's credits. It uses the first day's votes, so that the summary does not change daily."""
    teams, n = world.teams, world.teams.n_people
    first_year, professions = np.zeros(n, np.int16), np.zeros(n, np.uint8)
    keys = []
    for bit, team in enumerate(_teams_by_profession(teams)):
        title, column = np.nonzero(team != EMPTY)
        person = team[title, column]
        has_profession = np.zeros(n, np.bool)
        has_profession[person] = True
        professions |= np.where(has_profession, 1 << bit, 0).astype(np.uint8)
        # Rows are sorted by year: with assignments in reverse order, the earliest year remains.
        years = np.full(n, 9_999, np.int16)
        years[person[::-1]] = world.titles.year[title[::-1]]
        first_year = np.where(has_profession & ((first_year == 0) | (years < first_year)), years, first_year)
        keys.append(_sort_key(person, title, world.facts.log_votes[title]))
    return Careers(first_year, professions, _most_popular(np.concatenate(keys), n))


def _teams_by_profession(teams: Teams) -> tuple[Integers, ...]:
    return (teams.directors, teams.writers, teams.cast, *(teams.craft[:, [column]] for column in range(3)))


def _sort_key(person: Integers, title: Integers, log_votes: Floats) -> NDArray[np.uint64]:
    """Return keys that sort by person, then by descending popularity, then by title."""
    rank = (255 - np.clip(log_votes * 16, 0, 255)).astype(np.uint64)
    return (person.astype(np.uint64) << np.uint64(36)) | (rank << np.uint64(28)) | title.astype(np.uint64)


def _most_popular(keys: NDArray[np.uint64], n_people: int) -> NDArray[np.int32]:
    keys.sort()
    # A person with two professions on one title has the same key twice, in adjacent positions.
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    person = (keys >> np.uint64(36)).astype(np.int64)
    counts = np.bincount(person, minlength=n_people)
    rank = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
    top = rank < MAX_KNOWN_FOR
    known_for = np.full((n_people, MAX_KNOWN_FOR), EMPTY, np.int32)
    known_for[person[top], rank[top]] = (keys[top] & np.uint64((1 << 28) - 1)).astype(np.int32)
    return known_for


def name_basics(world: World, careers: Careers, people: Integers) -> Text:
    """Return the rows of people. A few people of the crew have no row."""
    random = world.random
    missing = random.rarely("unexplained", people, one_in=MISSING_ONE_IN)
    missing |= np.isin(people, world.teams.directors[10:12, 0])
    people = people[~missing]
    first = careers.first_year[people].astype(np.int64)
    age = 20 + random.pick("age", people, 14) + random.pick("more age", people, 14)
    birth = np.maximum(first, FIRST_YEAR) - age
    death = np.maximum(birth + 55 + random.pick("life", people, 42), first)
    fame = np.where(careers.known_for[people, -1] == EMPTY, 0.2, 0.75)
    known = (random.uniform("birth known", people) < fame) & (first > 0)
    titles = careers.known_for[people]
    return lines(
        nconsts(people),
        person_names(random, people, renamed=world.day.renamed[people]),
        numbers(birth, known),
        numbers(death, known & (death < SNAPSHOT_YEAR)),
        _professions(world, careers, people),
        lists(tconsts(titles[titles != EMPTY]), titles != EMPTY),
    )


def _professions(world: World, careers: Careers, people: Integers) -> Text:
    """Return up to three professions. Actors and actresses match the categories in `title.principals`."""
    words = []
    for actor, bits in product(("actor", "actress"), range(1 << len(PROFESSIONS))):
        has = [name for bit, name in enumerate(PROFESSIONS) if bits >> bit & 1][:3]
        words.append(",".join(has).replace("actor", actor) or None)
    woman = world.random.pick("woman", people, 2)
    return look_up(words, woman * (1 << len(PROFESSIONS)) + careers.professions[people])

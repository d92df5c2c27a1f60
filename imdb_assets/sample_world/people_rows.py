"""Rows of `name.basics`: names, years, professions and the titles people are known for."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Floats, Integers
from imdb_assets.sample_world.industry import FIRST_YEAR, NOBODY, SNAPSHOT_YEAR, Teams
from imdb_assets.sample_world.state import World
from imdb_assets.sample_world.text import Text, lines, lists, look_up, nconsts, numbers, person_names, tconsts

PROFESSIONS = ("director", "writer", "actor", "producer", "composer", "cinematographer")
MAX_KNOWN_FOR = 4
# People whom a crew names but no row explains.
UNEXPLAINED_ONE_IN = 4_000


@dataclass(frozen=True)
class Careers:
    """Of each person: first year (0: none), professions as bits, and the titles of most votes (-1: none)."""

    first_year: NDArray[np.int16]
    professions: NDArray[np.uint8]
    known_for: NDArray[np.int32]


def make_careers(world: World) -> Careers:
    """What each person's credits add up to. Popularity is the first day's, so that it does not change daily."""
    teams, n = world.teams, world.teams.n_people
    first_year, professions = np.zeros(n, np.int16), np.zeros(n, np.uint8)
    keys = []
    for bit, place in enumerate(_places(teams)):
        title, column = np.nonzero(place != NOBODY)
        person = place[title, column]
        there = np.zeros(n, np.bool)
        there[person] = True
        professions |= np.where(there, 1 << bit, 0).astype(np.uint8)
        # Rows are in the order of years: assigned backwards, the earliest stays.
        years = np.full(n, 9_999, np.int16)
        years[person[::-1]] = world.titles.year[title[::-1]]
        first_year = np.where(there & ((first_year == 0) | (years < first_year)), years, first_year)
        keys.append(_sort_key(person, title, world.facts.log_votes[title]))
    return Careers(first_year, professions, _most_popular(np.concatenate(keys), n))


def _places(teams: Teams) -> tuple[Integers, ...]:
    return (teams.directors, teams.writers, teams.cast, *(teams.craft[:, [column]] for column in range(3)))


def _sort_key(person: Integers, title: Integers, log_votes: Floats) -> NDArray[np.uint64]:
    """Sorts by person, then by falling popularity, then by title."""
    rank = (255 - np.clip(log_votes * 16, 0, 255)).astype(np.uint64)
    return (person.astype(np.uint64) << np.uint64(36)) | (rank << np.uint64(28)) | title.astype(np.uint64)


def _most_popular(keys: NDArray[np.uint64], n_people: int) -> NDArray[np.int32]:
    keys.sort()
    # The same title may come by two professions, side by side.
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    person = (keys >> np.uint64(36)).astype(np.int64)
    counts = np.bincount(person, minlength=n_people)
    place = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
    top = place < MAX_KNOWN_FOR
    known_for = np.full((n_people, MAX_KNOWN_FOR), NOBODY, np.int32)
    known_for[person[top], place[top]] = (keys[top] & np.uint64((1 << 28) - 1)).astype(np.int32)
    return known_for


def name_basics(world: World, careers: Careers, people: Integers) -> Text:
    """The people, except a few whom only the crew knows."""
    dice = world.dice
    unexplained = dice.rarely("unexplained", people, one_in=UNEXPLAINED_ONE_IN)
    unexplained |= np.isin(people, world.teams.directors[10:12, 0])
    people = people[~unexplained]
    first = careers.first_year[people].astype(np.int64)
    age = 20 + dice.pick("age", people, 14) + dice.pick("more age", people, 14)
    birth = np.maximum(first, FIRST_YEAR) - age
    death = np.maximum(birth + 55 + dice.pick("life", people, 42), first)
    fame = np.where(careers.known_for[people, -1] == NOBODY, 0.2, 0.75)
    known = (dice.uniform("birth known", people) < fame) & (first > 0)
    titles = careers.known_for[people]
    return lines(
        nconsts(people),
        person_names(dice, people, renamed=world.day.renamed[people]),
        numbers(birth, known),
        numbers(death, known & (death < SNAPSHOT_YEAR)),
        _professions(world, careers, people),
        lists(tconsts(titles[titles != NOBODY]), titles != NOBODY),
    )


def _professions(world: World, careers: Careers, people: Integers) -> Text:
    """Three at most; who plays is an actor or an actress, the same as in the principals."""
    words = []
    for actor, bits in product(("actor", "actress"), range(1 << len(PROFESSIONS))):
        has = [name for bit, name in enumerate(PROFESSIONS) if bits >> bit & 1][:3]
        words.append(",".join(has).replace("actor", actor) or None)
    woman = world.dice.pick("woman", people, 2)
    return look_up(words, woman * (1 << len(PROFESSIONS)) + careers.professions[people])

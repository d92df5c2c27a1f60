"""`title.crew` and `title.principals` of a block of titles. Both name the same directors and writers."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from benchmarks.imdb_shape.people import People
from benchmarks.imdb_shape.sizes import EPISODE, of_types, share_out
from benchmarks.imdb_shape.titles import TitleBlock
from imdb_assets.sample_world import text
from imdb_assets.sample_world.indexed_random import IndexedRandom, Integers
from imdb_assets.sample_world.text import Text

_MOST_AUTHORS = 5
_SLOTS = 64
_CAST_SHARE = 0.55
_N_DIRECTORS = (0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
_N_WRITERS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5)
CATEGORIES = (
    "actor", "actress", "self", "director", "writer", "producer", "composer", "cinematographer", "editor",
    "production_designer", "casting_director", "archive_footage", "archive_sound",
)  # fmt: skip
_ACTOR, _ACTRESS, _SELF, _DIRECTOR, _WRITER, _PRODUCER = range(6)
# Categories after the cast, in this order, and then again.
_BEHIND_THE_CAMERA = np.array([3, 4, 5, 6, 7, 8, 9, 4, 10, 5, 3, 8, 5, 4, 11, 12])
# How many directors, or writers, come before in this list.
_EARLIER = np.array([np.sum(_BEHIND_THE_CAMERA[:place] == code) for place, code in enumerate(_BEHIND_THE_CAMERA)])
_JOBS = {
    _WRITER: ("written by", "screenplay", "story", "novel", "creator", "based on the novel by", None, None, None),
    _PRODUCER: ("producer", "producer", "executive producer", "co-producer", "line producer", "producer: live", None),
    7: ("director of photography", "director of photography", None, None, None, None, None),
    8: ("film editor", None, None, None, None, None),
}
_N_JOBS = 16
_N_CHARACTERS = 200_000
_SELVES = ('["Self"]', '["Self"]', '["Self - Host"]', '["Self - Guest"]', '["Self - Presenter"]', None)


@dataclass(frozen=True)
class Credits:
    """The credits of a block of titles.

    Attributes:
        people: The people of the world.
        block: The titles.
    """

    people: People
    block: TitleBlock

    def authors(self, role: str, titles: Integers, slots: Integers) -> Integers:
        """Return directors or writers.

        Args:
            role: director or writer.
            titles: Index of each title within the block.
            slots: Number of each author within the title, from 0.
        """
        positions, parents = self.block.positions[titles], self.block.parents[titles]
        own = positions * _SLOTS + slots
        random = self.people.random
        # Most episodes of a series have authors from a small team.
        team = parents * _SLOTS + random.pick(f"team {role}", own, 6)
        is_team = (parents >= 0) & (random.pick(f"is team {role}", own, 10) < 6)
        # Every third film is written by its director.
        key = np.where(is_team, team, own) * 2
        if role == "writer":
            key += ~random.rarely("writes", positions, one_in=3)
        return self.people.pick("author", key)

    def title_crew(self) -> tuple[Text, ...]:
        """Return the columns of `title.crew`."""
        return (self.block.ids, self._list("director"), self._list("writer"))

    def title_principals(self, n_rows: int) -> tuple[Text, ...]:
        """Return the columns of `title.principals`.

        Args:
            n_rows: Number of rows.
        """
        random, block = self.people.random, self.block
        start = float(random.uniform("principals from", block.positions[:1])[0])
        spread = np.exp(1.2 * random.uniform("principals", block.positions))
        counts = share_out(n_rows, of_types("principals")[block.types] * spread, start=start)
        titles = np.repeat(np.arange(len(counts)), counts)
        place = np.arange(n_rows) - np.repeat(np.cumsum(counts) - counts, counts)
        n_cast = np.ceil(counts * _CAST_SHARE).astype(np.int64)[titles]
        is_cast = place < n_cast
        key = block.positions[titles] * _SLOTS + place % _SLOTS
        behind = np.where(is_cast, 0, (place - n_cast) % len(_BEHIND_THE_CAMERA))
        category = np.where(is_cast, _ACTOR, _BEHIND_THE_CAMERA[behind])
        slot = _EARLIER[behind]
        for role, code in (("director", _DIRECTOR), ("writer", _WRITER)):
            is_missing = (category == code) & (slot >= self._n_authors(role)[titles])
            category = np.where(is_missing, _PRODUCER, category)
        shared = self._shared_key(titles, place, key)
        person = self._person(titles, slot, category, shared)
        cast = self._cast_category(titles, person)
        category = np.where(is_cast, cast, category)
        return (
            block.ids.take(pa.array(titles)),
            text.numbers(place + 1),
            self.people.ids(person),
            text.look_up(CATEGORIES, category),
            self._jobs(category, key),
            self._characters(category, shared),
        )

    def _n_authors(self, role: str) -> Integers:
        numbers = np.array(_N_DIRECTORS if role == "director" else _N_WRITERS)
        return numbers[self.people.random.pick(f"n {role}", self.block.positions, len(numbers))]

    def _list(self, role: str) -> Text:
        present = np.arange(_MOST_AUTHORS) < self._n_authors(role)[:, None]
        titles, slots = np.nonzero(present)
        return text.lists(self.people.ids(self.authors(role, titles, slots)), present)

    def _shared_key(self, titles: Integers, place: Integers, key: Integers) -> Integers:
        """Return a key that titles with the same team share: episodes of a series, and films of a director."""
        random = self.people.random
        first = self.authors("director", np.arange(len(self.block.positions)), np.zeros(1, np.int64))
        is_episode = self.block.types == EPISODE
        team = np.where(is_episode, self.block.parents, -first - 1)[titles]
        is_shared = random.pick("is shared", key, 100) < np.where(is_episode, 70, 25)[titles]
        # Odd numbers are teams, even numbers single titles.
        return np.where(is_shared, (team * _SLOTS + place % 12) * 2 + 1, key * 2)

    def _person(self, titles: Integers, slot: Integers, category: Integers, shared: Integers) -> Integers:
        is_cast, is_director, is_writer = category == _ACTOR, category == _DIRECTOR, category == _WRITER
        person = np.empty(len(titles), np.int64)
        for role, rows in (("director", is_director), ("writer", is_writer)):
            person[rows] = self.authors(role, titles[rows], slot[rows])
        person[is_cast] = self.people.pick("cast", shared[is_cast])
        others = ~(is_cast | is_director | is_writer)
        person[others] = self.people.pick("crew", shared[others])
        return person

    def _cast_category(self, titles: Integers, person: Integers) -> Integers:
        block, random = self.block, self.people.random
        programme = np.where(block.parents >= 0, block.parents, block.positions)
        is_self = (random.pick("is self", programme, 100) < np.where(block.types == EPISODE, 32, 12))[titles]
        return np.where(is_self, _SELF, np.where(random.pick("gender", person, 100) < 58, _ACTOR, _ACTRESS))

    def _jobs(self, category: Integers, key: Integers) -> Text:
        words: list[str | None] = []
        for code in range(len(CATEGORIES)):
            jobs = _JOBS.get(code, (None,))
            words += (jobs * _N_JOBS)[:_N_JOBS]
        return text.look_up(words, category * _N_JOBS + self.people.random.pick("job", key, _N_JOBS))

    def _characters(self, category: Integers, shared: Integers) -> Text:
        random = self.people.random
        words = _characters(random.seed)
        index = (random.uniform("character", shared) ** 1.5 * _N_CHARACTERS).astype(np.int64)
        own = _N_CHARACTERS + random.pick("self", shared, len(_SELVES))
        nobody = np.full(len(category), len(words) - 1)
        is_unnamed = random.pick("is unnamed", shared, 100) < 14
        index = np.where(category == _SELF, own, np.where((category <= _ACTRESS) & ~is_unnamed, index, nobody))
        return words.take(pa.array(index))


@cache
def _characters(seed: int) -> Text:
    """Return names of characters as JSON arrays, followed by those of people who appear as themselves, and null."""
    random, index = IndexedRandom(seed), np.arange(_N_CHARACTERS)
    first = text.character_names(random, index)
    second = text.character_names(random, index + _N_CHARACTERS)
    short = text.look_up(("Narrator", "Dancer", "Policeman", "Nurse", "Waiter", "Various"), random.pick("s", index, 6))
    names = text.choose(random.rarely("is short", index, one_in=6), short, first)
    names = text.choose(random.rarely("has two", index, one_in=40), text.join(names, second, separator='","'), names)
    arrays = text.join('["', names, '"]')
    return pa.concat_arrays([arrays, pa.array([*_SELVES, None], pa.string())])

"""Who works on a title, and `name.basics`. A few people have very many credits, and teams work together again."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks.imdb_shape import ids
from benchmarks.imdb_shape.sizes import Sizes
from imdb_assets.sample_world import text
from imdb_assets.sample_world.indexed_random import IndexedRandom, Integers
from imdb_assets.sample_world.text import Text

# Of ten consecutive people, these places belong to the same line of work.
PLACES = {"cast": (0, 2, 3, 5, 7, 9), "author": (1, 6), "crew": (4, 8)}
# The share of credits of the most prolific fraction x of people is x to the power of 1 / SKEW.
SKEW = 2.2
_CROSSING = 20
_PROFESSIONS = {
    "cast": ("actor", "actress", "actor,producer,writer", "actress,producer", "actor,soundtrack", None, "actress"),
    "author": ("director,writer", "writer", "director,writer,producer", "writer,producer", "director", None),
    "crew": ("producer", "editor", "composer,soundtrack", "cinematographer,camera_department", "casting_director",
             "editorial_department", "production_designer,art_department", "sound_department", None),
}  # fmt: skip
_PROFESSION_OF_PLACE = [next(work for work, places in PLACES.items() if place in places) for place in range(10)]
_LATEST_YEAR = 2025


@dataclass(frozen=True)
class People:
    """The people of a world."""

    random: IndexedRandom
    sizes: Sizes

    def pick(self, work: str, key: Integers) -> Integers:
        """Return the position of a person for each key. Equal keys return the same person.

        Args:
            work: The line of work: cast, author or crew. One person in 20 comes from another line.
            key: Any numbers.
        """
        places = np.array(PLACES[work])
        n_groups = max(1, self.sizes.people // 10)
        rank = self.random.uniform(f"person {work}", key) ** SKEW * (n_groups * len(places))
        group, place = np.divmod(rank.astype(np.int64), len(places))
        # A few famous people have low ids. Most of the ids say nothing about fame.
        group = np.where(group % 8 == 0, group, (group * 7_368_787 + 11) % n_groups)
        place = np.where(self.random.rarely(f"crossing {work}", key, one_in=_CROSSING), key % 10, places[place])
        return np.minimum(group * 10 + place, self.sizes.people - 1)

    def ids(self, positions: Integers) -> Text:
        """Return the ids of people."""
        return ids.texts("nm", positions, self.sizes.people)

    def name_basics(self, positions: Integers) -> tuple[Text, ...]:
        """Return the columns of `name.basics` for people at positions."""
        random = self.random
        born = 1870 + (random.uniform("born", positions) ** 0.6 * 135).astype(np.int64)
        has_birth = random.pick("has birth", positions, 1000) < 45
        died = born + 30 + random.pick("age", positions, 65)
        has_death = has_birth & (died <= _LATEST_YEAR) & (random.pick("has death", positions, 100) < 70)
        return (
            self.ids(positions),
            text.person_names(random, positions),
            text.numbers(born, has_birth),
            text.numbers(died, has_death),
            self._professions(positions),
            self._known_titles(positions),
        )

    def _professions(self, positions: Integers) -> Text:
        longest = max(map(len, _PROFESSIONS.values()))
        # One row of words for each place, repeated to the same length.
        words = [
            word for place in range(10) for word in (_PROFESSIONS[_PROFESSION_OF_PLACE[place]] * longest)[: longest * 2]
        ]
        return text.look_up(
            words, positions % 10 * longest * 2 + self.random.pick("profession", positions, longest * 2)
        )

    def _known_titles(self, positions: Integers) -> Text:
        numbers = np.array([0, 1, 1, 1, 1, 1, 2, 2, 3, 4])[self.random.pick("n known", positions, 10)]
        present = np.arange(4) < numbers[:, None]
        key = (positions[:, None] * 4 + np.arange(4))[present]
        titles = self.random.pick("known title", key, self.sizes.titles)
        return text.lists(ids.texts("tt", titles, self.sizes.titles), present)


def repeated(values: Text, counts: Integers) -> Text:
    """Repeat each text as often as its count."""
    return values.take(pa.array(np.repeat(np.arange(len(counts)), counts)))

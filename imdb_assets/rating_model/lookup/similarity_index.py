"""Which released films have a person, and whose plots have a word: two indexes, mapped into memory."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from imdb_assets.rating_model.features.history_table import person_number, person_numbers
from imdb_assets.rating_model.lookup.name_index import InvertedIndex, fold, index_words
from imdb_assets.vocabulary.roles import ROLE_LISTS

N_LEADS = 4
"""The first cast members, in billing order, are the leads."""
_PEOPLE_FILE, _WORDS_FILE = "films_people.arrow", "films_words.arrow"
_MIN_WORD_LENGTH = 4
_WORD = re.compile(rf"[^\W\d_]{{{_MIN_WORD_LENGTH},}}")
_STOP_WORDS = frozenset(
    (
        "about", "after", "again", "against", "also", "among", "around", "back", "based", "because", "become",
        "becomes", "been", "before", "begin", "begins", "being", "between", "come", "comes", "could", "discover",
        "down", "during", "each", "every", "find", "finds", "first", "follow", "follows", "former", "from", "have",
        "having", "help", "herself", "himself", "into", "itself", "just", "later", "leads", "life", "lives", "make",
        "makes", "more", "most", "must", "named", "only", "other", "others", "over", "people", "please", "should",
        "since", "shows", "some", "someone", "something", "still", "story", "such", "take", "takes", "tells", "than",
        "that", "their", "them", "themselves", "then", "there", "these", "they", "thing", "things", "this", "those",
        "three", "through", "together", "toward", "towards", "tries", "trying", "turns", "under", "until", "upon",
        "very", "wants", "well", "were", "what", "when", "where", "which", "while", "whom", "whose", "will", "with",
        "within", "without", "would", "years", "young", "your",
    )
)  # fmt: skip
"""Words that occur in plots of all kinds."""


class FilmRole(IntEnum):
    """What a person does on a film, as similar films distinguish it."""

    DIRECTOR = 0
    WRITER = 1
    LEAD = 2
    SUPPORT = 3


def film_roles(role: str, n: int) -> list[FilmRole]:
    """Return the role of each of the `n` people in a list of a film: `director`, `writer` or `cast`."""
    if role == "cast":
        return [FilmRole.LEAD if position < N_LEADS else FilmRole.SUPPORT for position in range(n)]
    return [FilmRole[role.upper()]] * n


def plot_words(plot: str | None) -> frozenset[str]:
    """Return the words of a plot: folded, a plural as its singular, without short words and those of all plots."""
    words = set(_WORD.findall(fold(plot or ""))) - _STOP_WORDS
    return frozenset(_singular(word) for word in words)


def _singular(word: str) -> str:
    is_plural = len(word) > _MIN_WORD_LENGTH and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if is_plural else word


@dataclass(frozen=True)
class SimilarityIndex:
    """Films by person and by word of the plot.

    Attributes:
        people: Rows of films; a key is a person's number and a `FilmRole`.
        words: Rows of films by the words that `plot_words` returns.
        n_films: Number of films.
    """

    people: InvertedIndex
    words: InvertedIndex
    n_films: int

    @classmethod
    def build(cls, facts: pd.DataFrame) -> "SimilarityIndex":
        """Index films: rows with the people lists of a draft and `plot`."""
        numbers, rows = [], []
        for role, column in ROLE_LISTS.items():
            people = facts[column].to_list()
            sizes = np.array([len(names) for names in people], "int64")
            flat = pd.Series([person for names in people for person in names], dtype="object")
            codes = np.array([code for size in sizes for code in film_roles(role, size)], "int64")
            numbers.append(_keys(person_numbers(flat), codes))
            rows.append(np.repeat(np.arange(len(facts)), sizes))
        keys, occurrences = np.concatenate(numbers), np.concatenate(rows)
        is_person = keys >= 0
        distinct, codes = np.unique(keys[is_person], return_inverse=True)
        plots = (plot_words(plot) if isinstance(plot, str) else () for plot in facts["plot"])
        texts = pa.array([" ".join(sorted(words)) for words in plots], type=pa.string())
        return cls(
            InvertedIndex.build(pa.array(distinct), codes, occurrences[is_person]), index_words(texts), len(facts)
        )

    @classmethod
    def open(cls, folder: Path, n_films: int) -> "SimilarityIndex":
        """Map the files that `save` wrote into memory."""
        return cls(InvertedIndex.open(folder / _PEOPLE_FILE), InvertedIndex.open(folder / _WORDS_FILE), n_films)

    def save(self, folder: Path) -> None:
        """Write both indexes as Arrow files into a folder."""
        self.people.save(folder / _PEOPLE_FILE)
        self.words.save(folder / _WORDS_FILE)

    def films_of(self, nconst: str) -> dict[FilmRole, np.ndarray]:
        """Return the rows of a person's films by role, int32; roles without a film are left out."""
        number = person_number(nconst)
        if number < 0:
            return {}
        films = {role: self.people.rows_of(number * len(FilmRole) + role) for role in FilmRole}
        return {role: rows for role, rows in films.items() if len(rows)}

    @property
    def n_plots(self) -> int:
        """Number of films with a plot."""
        return int((self._squared_norms > 0).sum())

    def word_similarity(self, words: Sequence[str]) -> np.ndarray:
        """Return the cosine between these words and each film's plot, words weighted by rarity: float32 (n_films,)."""
        similarity = np.zeros(self.n_films, "float32")
        squared_norm = 0.0
        for word in words:
            rows = self.words.rows_of(word)
            squared = float(np.log(self.n_films / len(rows)) ** 2) if len(rows) else 0.0
            similarity[rows] += squared
            squared_norm += squared
        return similarity / np.sqrt(np.maximum(self._squared_norms * squared_norm, 1e-9))

    @cached_property
    def _squared_norms(self) -> np.ndarray:
        """The squared length of each plot's vector of weighted words, float32; 0 for a film without a plot."""
        counts = np.diff(self.words.rows.offsets.to_numpy())
        squared = np.repeat(np.log(self.n_films / np.maximum(counts, 1)) ** 2, counts)
        return np.bincount(self.words.between(0, len(counts)), squared, self.n_films).astype("float32")


def _keys(numbers: np.ndarray, roles: np.ndarray) -> np.ndarray:
    return np.where(numbers >= 0, numbers * len(FilmRole) + roles, -1)

"""An index of names: rows found by a whole name, by its beginning, by beginnings of its words, and by likeness.

All of it is arrays of row numbers that are mapped into memory, so that opening a million names costs nothing.
"""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, whole

SHORTEST_FUZZY = 4
"""A shorter text is like too many names."""
LEAST_LIKENESS = 80.0
"""Of 100, by rapidfuzz's ratio, words in their order or in any; `Cristofer Nolen` and `Christopher Nolan` have 88."""
_LOOKED_AT = 300
_SHARED_TRIGRAMS = 0.4
_BUCKETS = 1 << 16
_BAND = 5.0
_DROPPED = re.compile("['\u2019`\u00b4.]")
_BLANKS = re.compile("[-\u2010-\u2015,:;!?]")
# Letters that Unicode does not take apart into a plain one and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def fold(text: str) -> str:
    """A name without case, accents, punctuation and doubled blanks, so that `Zoë O'Hara-Kiš` finds `ZOE OHARA KIS`."""
    plain = text.casefold()
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain.translate(_PLAIN))
        plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    words = " ".join(_BLANKS.sub(" ", _DROPPED.sub("", plain)).split())
    return words or " ".join(plain.split())


@dataclass(frozen=True)
class InvertedIndex:
    """For each key, in ascending order, the rows that have it."""

    keys: pa.Array
    rows: pa.ListArray

    @classmethod
    def of(cls, keys: pa.Array, codes: np.ndarray, rows: np.ndarray) -> "InvertedIndex":
        """Gather rows by key.

        :param keys: all keys, ascending.
        :param codes: per occurrence the place of its key.
        :param rows: per occurrence its row, ascending.
        """
        starts = np.zeros(len(keys) + 1, "int32")
        np.cumsum(np.bincount(codes, minlength=len(keys)), out=starts[1:])
        values = pa.array(rows[np.argsort(codes, kind="stable")].astype("int32"))
        return cls(keys, pa.ListArray.from_arrays(pa.array(starts), values))

    def between(self, first: int, last: int) -> np.ndarray:
        """The rows of the keys from one place to before another; a row as often as it has such a key."""
        starts, values = self.rows.offsets, self.rows.values
        return values.slice(starts[first].as_py(), starts[last].as_py() - starts[first].as_py()).to_numpy()

    @classmethod
    def open(cls, file: Path) -> "InvertedIndex":
        """Map what `save` wrote into memory."""
        table = open_table(file)
        return cls(whole(table["key"]), whole(table["rows"]))

    def save(self, file: Path) -> None:
        """Write keys and rows as one uncompressed Arrow file."""
        save_table(pa.table({"key": self.keys, "rows": self.rows}), file)


class NameIndex:
    """Finds rows by folded names; whoever makes it says by the order of the rows which come first."""

    def __init__(self, folded: pa.Array, by_name: np.ndarray, words: InvertedIndex, trigrams: InvertedIndex) -> None:
        """Take the names, their order in the alphabet, and the rows of each word and of each bucket of trigrams."""
        self._folded = folded
        self.by_name = by_name
        self.words = words
        self.trigrams = trigrams

    @classmethod
    def of(cls, folded: pa.Array) -> "NameIndex":
        """Index names."""
        by_name = pc.sort_indices(folded).to_numpy().astype("int32")
        return cls(folded, by_name, _index_words(folded), _index_trigrams(folded))

    def named(self, text: str) -> np.ndarray:
        """The rows of a name."""
        return np.sort(self.by_name[self._between(text, whole=True)])

    def search(self, text: str, *, limit: int) -> list[int]:
        """Rows of this name, then of names that begin so, then of those whose words do, then of names like it.

        :param text: folded.
        """
        found = dict.fromkeys(self.named(text)[:limit].tolist())
        for look in (self._beginning, self._with_words, self.like):
            if len(found) < limit:
                found |= dict.fromkeys(look(text, limit=limit + len(found)))
        return list(found)[:limit]

    def like(self, text: str, *, limit: int) -> list[int]:
        """Rows of names that differ little, the most like first; among those about as much alike, in order of rows."""
        if len(text) < SHORTEST_FUZZY or not len(self._folded):
            return []
        buckets = trigram_buckets(f" {text} ")
        shared = np.bincount(
            np.concatenate([self.trigrams.between(bucket, bucket + 1) for bucket in buckets.tolist()]),
            minlength=len(self._folded),
        )
        rows = np.flatnonzero(shared >= max(2, int(_SHARED_TRIGRAMS * len(buckets))))
        if len(rows) > _LOOKED_AT:
            rows = rows[np.argsort(-shared[rows], kind="stable")[:_LOOKED_AT]]
        names = self._folded.take(pa.array(rows)).to_pylist()
        likeness = np.array([max(fuzz.ratio(text, name), fuzz.token_sort_ratio(text, name)) for name in names])
        if not (likeness >= LEAST_LIKENESS).any():
            # Perhaps it is like a part of a name.
            likeness = np.array([fuzz.WRatio(text, name) for name in names])
        order = np.lexsort((rows, -(likeness // _BAND)))
        return rows[order[likeness[order] >= LEAST_LIKENESS]][:limit].tolist()

    def _beginning(self, text: str, *, limit: int) -> list[int]:
        rows = self.by_name[self._between(text, whole=False)]
        return np.sort(np.partition(rows, limit)[:limit] if len(rows) > limit else rows).tolist()

    def _with_words(self, text: str, *, limit: int) -> list[int]:
        keys = self.words.keys
        fit = np.ones(len(self._folded), bool)
        for word in set(text.split()):
            first, last = _prefixed(len(keys), word, lambda place: keys[place].as_py())
            has = np.zeros(len(fit), bool)
            has[self.words.between(first, last)] = True
            fit &= has
        return np.flatnonzero(fit)[:limit].tolist()

    def _between(self, text: str, *, whole: bool) -> slice:
        def name(place: int) -> str:
            return self._folded[int(self.by_name[place])].as_py()

        if whole:
            places = range(len(self.by_name))
            return slice(bisect_left(places, text, key=name), bisect_right(places, text, key=name))
        return slice(*_prefixed(len(self.by_name), text, name))


def _prefixed(n: int, prefix: str, text_at: Callable[[int], str]) -> tuple[int, int]:
    """The places of a sorted list of texts that begin with a prefix: the first, and the one after the last."""

    def cut(place: int) -> str:
        return text_at(place)[: len(prefix)]

    return bisect_left(range(n), prefix, key=cut), bisect_right(range(n), prefix, key=cut)


def _index_words(folded: pa.Array) -> InvertedIndex:
    split = pc.utf8_split_whitespace(folded)
    encoded = pc.list_flatten(split).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    place = np.empty(len(order), "int32")
    place[order] = np.arange(len(order))
    codes = place[encoded.indices.to_numpy()]
    return InvertedIndex.of(encoded.dictionary.take(pa.array(order)), codes, pc.list_parent_indices(split).to_numpy())


def _index_trigrams(folded: pa.Array) -> InvertedIndex:
    text = " ".join(["", *folded.to_pylist(), ""])
    letters = np.frombuffer(text.encode("utf-32-le"), "uint32")
    sizes = pc.utf8_length(folded).to_numpy()
    # A name of n letters and the blanks about it have n trigrams; the one that spans two names is left out.
    rows = np.repeat(np.arange(len(sizes), dtype="int32"), sizes + 1)
    ends = np.cumsum(sizes + 1) - 1
    inside = np.ones(len(rows), bool)
    inside[ends] = False
    codes = _buckets(letters)[inside[:-1]]
    return InvertedIndex.of(pa.array(np.arange(_BUCKETS, dtype="int32")), codes, rows[inside])


def trigram_buckets(text: str) -> np.ndarray:
    """The buckets of the different trigrams of a text; two trigrams seldom share one."""
    return np.unique(_buckets(np.frombuffer(text.encode("utf-32-le"), "uint32")))


def _buckets(letters: np.ndarray) -> np.ndarray:
    first, second, third = letters[:-2], letters[1:-1], letters[2:]
    mixed = first * np.uint32(0x9E3779B1) + second * np.uint32(0x85EBCA77) + third * np.uint32(0xC2B2AE3D)
    return (mixed >> np.uint32(16)).astype("uint16")

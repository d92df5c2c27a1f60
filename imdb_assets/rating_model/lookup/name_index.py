"""An index of names: finds rows by exact name, by prefix, by prefixes of its words, and by similarity.

The index consists of arrays of row numbers mapped into memory, so opening a million names takes no time.
"""

# pyarrow creates its compute functions at import, where a type checker cannot see them.
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

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, single_array

MIN_FUZZY_LENGTH = 4
"""Characters; a shorter text is similar to too many names."""
MIN_SIMILARITY = 80.0
"""Of 100, by rapidfuzz's ratio with words in order or sorted; `Cristofer Nolen` and `Christopher Nolan` score 88."""
# Similarity is computed for at most this many names, those that share the most trigrams with the text.
_MAX_COMPARED = 300
_MIN_SHARED_TRIGRAMS = 0.4
_BUCKETS = 1 << 16
# Names whose similarity falls into the same band of this width keep the order of their rows.
_SIMILARITY_BAND = 5.0
_DROPPED = re.compile("['\u2019`\u00b4.]")
_BLANKS = re.compile("[-\u2010-\u2015,:;!?]")
# Letters that Unicode does not decompose into a base letter and an accent.
_BASE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def fold(text: str) -> str:
    """Remove case, accents, punctuation and repeated blanks, so that `Zoë O'Hara-Kiš` matches `ZOE OHARA KIS`."""
    plain = text.casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain.translate(_BASE_LETTERS))
        plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = " ".join(_BLANKS.sub(" ", _DROPPED.sub("", plain)).split())
    return words or " ".join(plain.split())


@dataclass(frozen=True)
class InvertedIndex:
    """Maps each key, in ascending order, to the rows that contain it."""

    keys: pa.Array
    rows: pa.ListArray

    @classmethod
    def build(cls, keys: pa.Array, codes: np.ndarray, rows: np.ndarray) -> "InvertedIndex":
        """Group rows by key.

        Args:
            keys: All keys, ascending.
            codes: The position of the key of each occurrence, integers.
            rows: The row of each occurrence, integers, ascending.

        Returns:
            The index.
        """
        starts = np.zeros(len(keys) + 1, "int32")
        np.cumsum(np.bincount(codes, minlength=len(keys)), out=starts[1:])
        values = pa.array(rows[np.argsort(codes, kind="stable")].astype("int32"))
        return cls(keys, pa.ListArray.from_arrays(pa.array(starts), values))

    def between(self, first: int, last: int) -> np.ndarray:
        """Return the rows of the keys at positions `first` to `last` - 1; a row occurs once per such key it has."""
        starts, values = self.rows.offsets, self.rows.values
        return values.slice(starts[first].as_py(), starts[last].as_py() - starts[first].as_py()).to_numpy()

    def rows_of(self, key: int | str) -> np.ndarray:
        """Return the rows of a key, ascending; none for an unknown key."""
        position = bisect_left(range(len(self.keys)), key, key=lambda index: self.keys[index].as_py())
        is_known = position < len(self.keys) and self.keys[position].as_py() == key
        return self.between(position, position + is_known)

    @classmethod
    def open(cls, file: Path) -> "InvertedIndex":
        """Map a file that `save` wrote into memory."""
        table = open_table(file)
        return cls(single_array(table["key"]), single_array(table["rows"]))

    def save(self, file: Path) -> None:
        """Write keys and rows as one uncompressed Arrow file."""
        save_table(pa.table({"key": self.keys, "rows": self.rows}), file)


class NameIndex:
    """Finds rows by folded names. Among equal matches, rows keep their order."""

    def __init__(self, folded: pa.Array, by_name: np.ndarray, words: InvertedIndex, trigrams: InvertedIndex) -> None:
        """Create an index from folded names, their alphabetical order, and the rows of each word and trigram bucket."""
        self._folded = folded
        self.by_name = by_name
        self.words = words
        self.trigrams = trigrams

    @classmethod
    def build(cls, folded: pa.Array) -> "NameIndex":
        """Index names.

        Args:
            folded: The names as returned by `fold`, one per row.

        Returns:
            The index.
        """
        by_name = pc.sort_indices(folded).to_numpy().astype("int32")
        return cls(folded, by_name, index_words(folded), _index_trigrams(folded))

    def exact(self, text: str) -> np.ndarray:
        """Return the rows whose folded name equals `text`, int32, ascending."""
        return np.sort(self.by_name[self._matches(text, is_prefix=False)])

    def search(self, text: str, *, limit: int) -> list[int]:
        """Find rows by name: exact matches, then by prefix, then by prefixes of words, then similar names.

        Args:
            text: A folded text.
            limit: The maximum number of rows.

        Returns:
            Different rows, the best match first.
        """
        rows = dict.fromkeys(self.exact(text)[:limit].tolist())
        for find in (self._with_prefix, self._with_words, self.similar):
            if len(rows) < limit:
                rows |= dict.fromkeys(find(text, limit=limit + len(rows)))
        return list(rows)[:limit]

    def similar(self, text: str, *, limit: int) -> list[int]:
        """Find rows of similar names, the most similar first; names of about equal similarity in order of rows."""
        if len(text) < MIN_FUZZY_LENGTH or not len(self._folded):
            return []
        buckets = trigram_buckets(f" {text} ")
        shared = np.bincount(
            np.concatenate([self.trigrams.between(bucket, bucket + 1) for bucket in buckets.tolist()]),
            minlength=len(self._folded),
        )
        rows = np.flatnonzero(shared >= max(2, int(_MIN_SHARED_TRIGRAMS * len(buckets))))
        if len(rows) > _MAX_COMPARED:
            rows = rows[np.argsort(-shared[rows], kind="stable")[:_MAX_COMPARED]]
        names = self._folded.take(pa.array(rows)).to_pylist()
        similarity = np.array([max(fuzz.ratio(text, name), fuzz.token_sort_ratio(text, name)) for name in names])
        if not (similarity >= MIN_SIMILARITY).any():
            # The text may be similar to a part of a name.
            similarity = np.array([fuzz.WRatio(text, name) for name in names])
        order = np.lexsort((rows, -(similarity // _SIMILARITY_BAND)))
        return rows[order[similarity[order] >= MIN_SIMILARITY]][:limit].tolist()

    def _with_prefix(self, text: str, *, limit: int) -> list[int]:
        rows = self.by_name[self._matches(text, is_prefix=True)]
        return np.sort(np.partition(rows, limit)[:limit] if len(rows) > limit else rows).tolist()

    def _with_words(self, text: str, *, limit: int) -> list[int]:
        keys = self.words.keys
        has_all = np.ones(len(self._folded), bool)
        for word in set(text.split()):
            first, last = _prefix_range(len(keys), word, lambda position: keys[position].as_py())
            has_word = np.zeros(len(has_all), bool)
            has_word[self.words.between(first, last)] = True
            has_all &= has_word
        return np.flatnonzero(has_all)[:limit].tolist()

    def _matches(self, text: str, *, is_prefix: bool) -> slice:
        """Return the part of `by_name` whose names equal the text or begin with it."""

        def name_at(position: int) -> str:
            return self._folded[int(self.by_name[position])].as_py()

        if is_prefix:
            return slice(*_prefix_range(len(self.by_name), text, name_at))
        positions = range(len(self.by_name))
        return slice(bisect_left(positions, text, key=name_at), bisect_right(positions, text, key=name_at))


def _prefix_range(n: int, prefix: str, text_at: Callable[[int], str]) -> tuple[int, int]:
    """Return the range of positions, end exclusive, whose texts begin with a prefix; `n` texts are sorted."""

    def beginning_at(position: int) -> str:
        return text_at(position)[: len(prefix)]

    return bisect_left(range(n), prefix, key=beginning_at), bisect_right(range(n), prefix, key=beginning_at)


def index_words(folded: pa.Array) -> InvertedIndex:
    """Index texts by their words, which blanks separate."""
    split = pc.utf8_split_whitespace(folded)
    encoded = pc.list_flatten(split).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), "int32")
    rank[order] = np.arange(len(order))
    codes = rank[encoded.indices.to_numpy()]
    rows = pc.list_parent_indices(split).to_numpy()
    return InvertedIndex.build(encoded.dictionary.take(pa.array(order)), codes, rows)


def _index_trigrams(folded: pa.Array) -> InvertedIndex:
    text = " ".join(["", *folded.to_pylist(), ""])
    letters = np.frombuffer(text.encode("utf-32-le"), "uint32")
    sizes = pc.utf8_length(folded).to_numpy()
    # A name of n letters between two blanks has n trigrams; the trigram that spans two names is dropped.
    rows = np.repeat(np.arange(len(sizes), dtype="int32"), sizes + 1)
    ends = np.cumsum(sizes + 1) - 1
    is_inside = np.ones(len(rows), bool)
    is_inside[ends] = False
    codes = _buckets(letters)[is_inside[:-1]]
    return InvertedIndex.build(pa.array(np.arange(_BUCKETS, dtype="int32")), codes, rows[is_inside])


def trigram_buckets(text: str) -> np.ndarray:
    """Return the distinct hash buckets of a text's trigrams, uint16; two trigrams rarely share one."""
    return np.unique(_buckets(np.frombuffer(text.encode("utf-32-le"), "uint32")))


def _buckets(letters: np.ndarray) -> np.ndarray:
    first, second, third = letters[:-2], letters[1:-1], letters[2:]
    mixed = first * np.uint32(0x9E3779B1) + second * np.uint32(0x85EBCA77) + third * np.uint32(0xC2B2AE3D)
    return (mixed >> np.uint32(16)).astype("uint16")

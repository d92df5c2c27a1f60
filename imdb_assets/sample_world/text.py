"""Vectorized text: Arrow arrays joined into lines, and the names and titles of the sample world.

All functions return one text per row.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.sample_world.indexed_random import Flags, IndexedRandom, Integers
from imdb_assets.sample_world.words import (
    FIRST_SYLLABLES,
    SCRIPTS,
    SUBTITLES,
    TITLE_ENDINGS,
    TITLE_OPENINGS,
    first_names,
    invented_words,
    words_of_script,
)

NULL = "\\N"
Text: TypeAlias = pa.StringArray
TITLE_BASE, PERSON_BASE = 80_000_000, 80_000_000


def look_up(words: Sequence[str | None], index: Integers) -> Text:
    """Return the word at each index."""
    return _array(words, type=pa.string()).take(_array(index))


def numbers(values: Integers | Flags, known: Flags | None = None) -> Text:
    """Format numbers. The text is null where `known` is False."""
    return _array(values, mask=None if known is None else ~known).cast(pa.string())


def join(*parts: Any, separator: str = "") -> Text:
    """Join texts row by row. A row is null if one of its parts is null.

    Args:
        parts: Arrays, or strings that are the same for all rows.
        separator: Text between the parts.
    """
    return pc.call_function("binary_join_element_wise", [*map(_operand, parts), pa.scalar(separator)])


def lines(*columns: Text) -> Text:
    """Join columns to the tab-separated lines of a dataset, with IMDb's marker for null."""
    known = [
        pc.call_function("coalesce", [column, pa.scalar(NULL)]) if column.null_count else column for column in columns
    ]
    return join(join(*known, separator="\t"), "", separator="\n")


def choose(condition: Flags, yes: Any, no: Any) -> Text:
    """Return `yes` where the condition is True, and `no` elsewhere. None stands for null."""
    return pc.call_function("if_else", [_array(condition), _operand(yes), _operand(no)])


def escape_json(text: Text) -> Text:
    """Escape text for the inside of a JSON string."""
    for character in ("\\", '"'):
        options = pc.ReplaceSubstringOptions(character, "\\" + character)
        text = pc.call_function("replace_substring", [text], options)
    return text


def lists(items: Text, present: Flags, separator: str = ",") -> Text:
    """Join the items of each row. A row without items is null.

    Args:
        items: The present items of all rows, in row order.
        present: Whether each slot of a row holds an item. Shape (rows, slots).
        separator: Text between the items.
    """
    offsets = np.concatenate([[0], np.cumsum(present.sum(axis=1))]).astype(np.int32)
    joined = pc.call_function("binary_join", [pa.ListArray.from_arrays(_array(offsets), items), pa.scalar(separator)])
    return choose(present.sum(axis=1) > 0, joined, None)


def _array(values: Any, **options: Any) -> Any:
    # Arrow accepts numpy arrays, but its type declarations do not mention them.
    return pa.array(values, **options)


def _operand(part: Any) -> Any:
    return part if isinstance(part, (pa.Array, pa.ChunkedArray)) else pa.scalar(part, pa.string())


def tconsts(rows: Integers) -> Text:
    """Return title ids. They are higher than any id of IMDb, so an invented film never matches a real one."""
    return join("tt", numbers(np.asarray(rows, np.int64) + TITLE_BASE))


def nconsts(people: Integers) -> Text:
    """Return person ids, which are higher than any id of IMDb, too."""
    return join("nm", numbers(np.asarray(people, np.int64) + PERSON_BASE))


def person_names(random: IndexedRandom, people: Integers, *, renamed: Flags | None = None) -> Text:
    """Return names of people. About 2% are homonyms of another person, and a few people have a double name.

    Args:
        random: Source of the draws.
        people: Numbers of the people.
        renamed: Whether the person has taken a double name since the first snapshot.
    """
    people = np.asarray(people, np.int64)
    homonym = random.rarely("homonym", people, one_in=50) & (people > 0)
    index = np.where(homonym, random.pick("namesake", people, 1 << 31) % np.maximum(people, 1), people)
    first, last = first_names(), invented_words()
    name = join(
        look_up(first, random.pick("first name", index, len(first))),
        look_up(last, random.pick("last name", index, len(last))),
        separator=" ",
    )
    double = random.rarely("double name", index, one_in=60)
    if renamed is not None:
        double |= renamed
    return choose(
        double, join(name, look_up(last, random.pick("second last name", index, len(last))), separator="-"), name
    )


def english_titles(random: IndexedRandom, stems: Integers, parts: Integers) -> Text:
    """Return English titles, numbered within a franchise. Some contain quotes, and some begin with an unpaired one.

    Args:
        random: Source of the draws.
        stems: Rows that determine the words, the same for all parts of a franchise.
        parts: Number of the part, from 1.
    """
    stems = np.asarray(stems, np.int64)
    words = invented_words()
    word = look_up(words, random.pick("title word", stems, len(words)))
    word = choose(random.rarely("quoted", stems, one_in=150) | np.isin(stems, (1, 4, 7)), join('"', word, '"'), word)
    title = join(
        look_up(TITLE_OPENINGS, random.pick("opening", stems, len(TITLE_OPENINGS))),
        word,
        look_up(TITLE_ENDINGS, random.pick("ending", stems, len(TITLE_ENDINGS))),
    )
    title = choose(random.rarely("lone quote", stems, one_in=3000) | np.isin(stems, (2, 5, 8)), join('"', title), title)
    subtitle = look_up(SUBTITLES, random.pick("subtitle", stems + np.asarray(parts, np.int64), len(SUBTITLES)))
    sequel = choose(random.rarely("has subtitles", stems, one_in=3), subtitle, join(" ", numbers(parts)))
    return choose(parts > 1, join(title, sequel), title)


def foreign_titles(random: IndexedRandom, rows: Integers, region: str) -> Text:
    """Return titles of invented words, in the script of a region if `SCRIPTS` has it."""
    words = words_of_script(region) if region in SCRIPTS else invented_words()
    first = look_up(words, random.pick(f"first {region}", rows, len(words)))
    second = look_up(words, random.pick(f"second {region}", rows, len(words)))
    middle = look_up((" ", " ", " de ", ": "), random.pick(f"middle {region}", rows, 4))
    return choose(random.rarely(f"one word {region}", rows, one_in=3), first, join(first, middle, second))


def character_names(random: IndexedRandom, index: Integers) -> Text:
    """Return names of fictional characters."""
    last = look_up(invented_words(), random.pick("character", index, len(invented_words())))
    return join(
        look_up(FIRST_SYLLABLES, random.pick("character's first name", index, len(FIRST_SYLLABLES))),
        last,
        separator=" ",
    )

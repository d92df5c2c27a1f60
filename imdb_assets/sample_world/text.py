"""Whole columns of text at once: Arrow arrays joined into lines, and the names and titles of the invented world."""

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
    """The word at each index."""
    return _array(words, type=pa.string()).take(_array(index))


def numbers(values: Integers | Flags, known: Flags | None = None) -> Text:
    """Numbers as text, null where not known."""
    return _array(values, mask=None if known is None else ~known).cast(pa.string())


def join(*parts: Any, separator: str = "") -> Text:
    """Texts (arrays, or one string for all rows) put together row by row; null where a part is null."""
    return pc.call_function("binary_join_element_wise", [*map(_operand, parts), pa.scalar(separator)])


def lines(*columns: Text) -> Text:
    """Rows of a dataset: tabs between, a newline after, IMDb's sign for null."""
    known = [
        pc.call_function("coalesce", [column, pa.scalar(NULL)]) if column.null_count else column for column in columns
    ]
    return join(join(*known, separator="\t"), "", separator="\n")


def choose(condition: Flags, yes: Any, no: Any) -> Text:
    """`yes` where the condition holds, else `no`; None stands for null."""
    return pc.call_function("if_else", [_array(condition), _operand(yes), _operand(no)])


def escape_json(text: Text) -> Text:
    """Text as it stands between a JSON string's quotes."""
    for character in ("\\", '"'):
        options = pc.ReplaceSubstringOptions(character, "\\" + character)
        text = pc.call_function("replace_substring", [text], options)
    return text


def lists(items: Text, present: Flags, separator: str = ",") -> Text:
    """A row's items joined, null where a row has none; `items` are those present, row by row."""
    offsets = np.concatenate([[0], np.cumsum(present.sum(axis=1))]).astype(np.int32)
    joined = pc.call_function("binary_join", [pa.ListArray.from_arrays(_array(offsets), items), pa.scalar(separator)])
    return choose(present.sum(axis=1) > 0, joined, None)


def _array(values: Any, **how: Any) -> Any:
    # Arrow's declared types leave out numpy's arrays, which it takes.
    return pa.array(values, **how)


def _operand(part: Any) -> Any:
    return part if isinstance(part, (pa.Array, pa.ChunkedArray)) else pa.scalar(part, pa.string())


def tconsts(rows: Integers) -> Text:
    """Title ids. IMDb has given out none so high: an invented film is never taken for a real one."""
    return join("tt", numbers(np.asarray(rows, np.int64) + TITLE_BASE))


def nconsts(people: Integers) -> Text:
    """Person ids, as high."""
    return join("nm", numbers(np.asarray(people, np.int64) + PERSON_BASE))


def person_names(dice: IndexedRandom, people: Integers, *, renamed: Flags | None = None) -> Text:
    """Names of people; some two in a hundred share another's name, a few married into a double name."""
    people = np.asarray(people, np.int64)
    homonym = dice.rarely("homonym", people, one_in=50) & (people > 0)
    index = np.where(homonym, dice.pick("namesake", people, 1 << 31) % np.maximum(people, 1), people)
    first, last = first_names(), invented_words()
    name = join(
        look_up(first, dice.pick("first name", index, len(first))),
        look_up(last, dice.pick("last name", index, len(last))),
        separator=" ",
    )
    double = dice.rarely("double name", index, one_in=60)
    if renamed is not None:
        double |= renamed
    return choose(
        double, join(name, look_up(last, dice.pick("second last name", index, len(last))), separator="-"), name
    )


def english_titles(dice: IndexedRandom, stems: Integers, parts: Integers) -> Text:
    """Titles in English, parts of a franchise numbered; some have quotes, some begin with a lone one."""
    stems = np.asarray(stems, np.int64)
    words = invented_words()
    word = look_up(words, dice.pick("title word", stems, len(words)))
    word = choose(dice.rarely("quoted", stems, one_in=150) | np.isin(stems, (1, 4, 7)), join('"', word, '"'), word)
    title = join(
        look_up(TITLE_OPENINGS, dice.pick("opening", stems, len(TITLE_OPENINGS))),
        word,
        look_up(TITLE_ENDINGS, dice.pick("ending", stems, len(TITLE_ENDINGS))),
    )
    title = choose(dice.rarely("lone quote", stems, one_in=3000) | np.isin(stems, (2, 5, 8)), join('"', title), title)
    subtitle = look_up(SUBTITLES, dice.pick("subtitle", stems + np.asarray(parts, np.int64), len(SUBTITLES)))
    sequel = choose(dice.rarely("has subtitles", stems, one_in=3), subtitle, join(" ", numbers(parts)))
    return choose(parts > 1, join(title, sequel), title)


def foreign_titles(dice: IndexedRandom, rows: Integers, tongue: str) -> Text:
    """Titles in another language: invented words, in the letters of the region."""
    words = words_of_script(tongue) if tongue in SCRIPTS else invented_words()
    first = look_up(words, dice.pick(f"first {tongue}", rows, len(words)))
    second = look_up(words, dice.pick(f"second {tongue}", rows, len(words)))
    middle = look_up((" ", " ", " de ", ": "), dice.pick(f"middle {tongue}", rows, 4))
    return choose(dice.rarely(f"one word {tongue}", rows, one_in=3), first, join(first, middle, second))


def character_names(dice: IndexedRandom, index: Integers) -> Text:
    """Names of the people in films."""
    last = look_up(invented_words(), dice.pick("character", index, len(invented_words())))
    return join(
        look_up(FIRST_SYLLABLES, dice.pick("character's first name", index, len(FIRST_SYLLABLES))), last, separator=" "
    )

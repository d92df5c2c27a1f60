"""Vocabularies: the words that a field may contain, each with all its spellings. Silver and drafts read the same ones.

Case, accents, punctuation and blanks never distinguish two words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ABSENT_WORD = "N/A"
"""OMDb's text for a fact that it does not have."""


def _folded(letter: str) -> str:
    """A letter without case and accents, in its usual width."""
    decomposed = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in decomposed if not unicodedata.combining(part)).casefold()


# The Latin, Greek and Cyrillic letters of which something is left to fold, and the full-width letters of East Asia.
_FOLDED = {
    letter: folded
    for letter in map(chr, (*range(0x2000), *range(0xFF01, 0xFF5F)))
    if len(folded := _folded(letter)) == 1 and folded != letter
} | {"\u0131": "i", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d"}
_TRANSLATION = str.maketrans(_FOLDED)
_NO_LETTERS = re.compile(r"[\W_]+")
_LIST_SEPARATORS = re.compile(r"\s*[,;/|\n]\s*")


def word_key(text: str) -> str:
    """Return what distinguishes a word from others: its letters and digits without case and accents."""
    return _NO_LETTERS.sub("", text.translate(_TRANSLATION))


@dataclass(frozen=True)
class Vocabulary:
    """The words of a field."""

    kind: str
    """What a word is, with its article, such as `a known country`."""
    words: tuple[str, ...]
    """The words in their one spelling, those with their own feature first."""
    spellings: Mapping[str, str]
    """The word of each spelling, by its `word_key`."""
    qualifiers: str
    """A regular expression for the second parts of spellings with a comma, such as `South` in `Korea, South`."""

    def word(self, text: str) -> str | None:
        """Return the word that a text spells; None if the vocabulary does not contain it."""
        return self.spellings.get(word_key(text))

    def split(self, text: str) -> tuple[str, ...]:
        """Split a text into the texts of its words, without those that are absent."""
        if text.strip().upper() == ABSENT_WORD:
            return ()
        if self.word(text) is not None:
            return (text.strip(),)
        joined = re.sub(self.qualifiers, r" \1", text)
        parts = (part.strip() for part in _LIST_SEPARATORS.split(joined))
        return tuple(part for part in parts if part and part.upper() != ABSENT_WORD)


def vocabulary(kind: str, entries: Iterable[str], *, first: Iterable[str] = ()) -> Vocabulary:
    """Build a vocabulary.

    Args:
        kind: What a word is, with its article.
        entries: A word per entry, followed by `=` and each of its other spellings.
        first: The words to list first.

    Raises:
        ValueError: A spelling belongs to two words.
    """
    spellings: dict[str, str] = {}
    names, with_comma = list(first), set()
    for entry in entries:
        word, *others = (spelling.strip() for spelling in entry.split("="))
        names.append(word)
        for spelling in (word, *others):
            if spellings.setdefault(word_key(spelling), word) != word:
                raise ValueError(f"{spelling} is a spelling of {spellings[word_key(spelling)]} and of {word}.")
            with_comma |= {re.escape(spelling.partition(",")[2].strip())} if "," in spelling else set()
    # A pattern that never matches, for a vocabulary without such spellings.
    second_parts = "|".join(sorted(with_comma, key=lambda part: (-len(part), part))) or "(?!)"
    return Vocabulary(
        kind, tuple(dict.fromkeys(names)), spellings, rf"(?i)\s*,\s*({second_parts})(?=\s*(?:[,;/|\n]|$))"
    )

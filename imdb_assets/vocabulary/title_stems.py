"""Title stems: the part of a title that the films of a franchise share.

Spark computes the stems in the lake (`transforms/history.py`) and Python the stem of a draft, from the same constants.
Java and Python disagree on letters, whitespace and lower case, so capitals are mapped by a table and separators listed.
"""

import re

SHORTEST_STEM = 3

# Latin, Greek, Cyrillic, Vietnamese and full-width Latin. Every capital there has one small letter, except Turkish I.
_CASED = (*range(0x41, 0x530), *range(0x1E00, 0x1F00), *range(0xFF21, 0xFF3B))
_PAIRS = {chr(code): chr(code).lower() for code in _CASED if len(chr(code).lower()) == 1} | {"\u0130": "i"}
CAPITALS = "".join(capital for capital, small in _PAIRS.items() if capital != small)
SMALL_LETTERS = "".join(small for capital, small in _PAIRS.items() if capital != small)

SUBTITLE = r"(?s)(?::| - |\().*"
"""The first `:`, ` - ` or `(` and everything after it."""

SEPARATORS = (
    r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
    # Punctuation, symbols and emoji of all scripts. Vowel signs and accents are parts of words.
    r"\u2000-\u206f\u20a0-\u20cf\u2150-\u215f\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f"
    r"\u30fb\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff"
    "\U0001f000-\U0001faff]+"
)
"""One or more characters that are neither letters nor digits. Superscripts and fractions count as neither."""

SEQUEL = (
    r" (?:(?:part|chapter|volume|vol|episode) (?:[0-9]+|[ivxlc]+)|[0-9]+"
    r"|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii|xiii|xiv|xv|xvi|xvii|xviii|xix|xx)$"
)
"""A sequel number at the end of a lower-case title whose words are separated by single spaces."""

_SMALL = str.maketrans(CAPITALS, SMALL_LETTERS)


def title_stem(title: str | None) -> str | None:
    """Return the title without subtitle and sequel number, in lower case.

    `Kill Bill: Vol. 2` and `Kill Bill` have the stem `kill bill`.

    Args:
        title: A title as IMDb or a draft spells it.

    Returns:
        The stem, or None for a missing title and for stems shorter than `SHORTEST_STEM` characters.
    """
    main = re.sub(SUBTITLE, "", (title or "").translate(_SMALL))
    stem = re.sub(SEQUEL, "", re.sub(SEPARATORS, " ", main).strip(" "))
    return stem if len(stem) >= SHORTEST_STEM else None

"""IMDb's ids of people and titles, in the spellings in which people type and paste them."""

import re

# IMDb writes at least seven digits: nm0000123.
_DIGITS = 7
_MAX_DIGITS = 12
_ID = r"({prefix})0*([0-9]{{1,{digits}}})"
_LINK = r"(?:https?://)?(?:[a-z0-9-]+\.)*imdb\.com/(?:[a-z-]+/)*{folder}/{id}(?:[/?#].*)?"


def person_id(text: str) -> str | None:
    """Return the id of a person: `nm0000123` for `NM0000123`, `nm123` or `https://www.imdb.com/name/nm0000123/`.

    Args:
        text: Any text.

    Returns:
        The id in IMDb's spelling; None if the text is neither an id nor a link to a person.
    """
    return _canonical(_PERSON, text)


def title_id(text: str) -> str | None:
    """Return the id of a title: `tt0000123` for `TT0000123`, `tt123` or `https://www.imdb.com/title/tt0000123/`.

    Args:
        text: Any text.

    Returns:
        The id in IMDb's spelling; None if the text is neither an id nor a link to a title.
    """
    return _canonical(_TITLE, text)


def _pattern(prefix: str, folder: str) -> re.Pattern[str]:
    one_id = _ID.format(prefix=prefix, digits=_MAX_DIGITS)
    return re.compile(f"{one_id}|{_LINK.format(folder=folder, id=one_id)}", re.IGNORECASE | re.DOTALL)


_PERSON, _TITLE = _pattern("nm", "name"), _pattern("tt", "title")


def _canonical(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.fullmatch(text.strip())
    if match is None:
        return None
    prefix, number = (part for part in match.groups() if part is not None)
    return f"{prefix.lower()}{number.zfill(_DIGITS)}"

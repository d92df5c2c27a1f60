"""What a draft and a released film have in common, in words: people, genres, years, language, words of the plot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm, ReleasedFilms
from imdb_assets.rating_model.lookup.similarity_index import plot_words
from imdb_assets.vocabulary.roles import ROLE_LISTS

TELLING_SHARE = 0.01
"""A word tells what a film is about if at most this share of the plots has it."""
_MAX_PEOPLE, _MAX_WORDS, _MAX_YEARS_APART = 2, 3, 5
_COMMON_LANGUAGE = 0.4
"""The share of films from which on a language is nothing to have in common."""
_SIMILAR_RECORD, _REMARKABLE_RECORD = 0.15, 0.3
"""Rating points: how far two track records may be apart, and how far from average they must be, to be mentioned."""


@dataclass(frozen=True)
class Comparison:
    """A draft, prepared to be compared with all released films.

    Attributes:
        draft: The draft, its people as ids.
        telling_words: Rare words of its plot, the rarest first.
        is_same_language: bool (n_films,), whether a film has its language.
        language_share: The share of the films with a known language that have it.
        track_record: The effect of its people on the ratings of earlier films; None without people.
    """

    draft: MovieDraft
    telling_words: Sequence[str]
    is_same_language: np.ndarray
    language_share: float
    track_record: float | None

    @classmethod
    def of(cls, films: ReleasedFilms, draft: MovieDraft, track_record: float | None) -> "Comparison":
        """Look up the words and the language of a draft."""
        n_films = {word: len(films.index.words.rows_of(word)) for word in plot_words(draft.plot)}
        most = max(TELLING_SHARE * films.index.n_plots, 1) if n_films else 0
        telling = sorted((n, word) for word, n in n_films.items() if 0 < n <= most)
        is_same, share = films.in_language(draft.language)
        return cls(draft, [word for _, word in telling], is_same, share, track_record)


def shared_facts(comparison: Comparison, film: ReleasedFilm, people: People) -> Iterator[str]:
    """Describe what a draft and a film have in common, the most important first."""
    draft, other = comparison.draft, film.draft
    shared_people = list(_people(draft, other, people))
    yield from shared_people
    if genres := [genre for genre in draft.genres if genre in other.genres]:
        is_near = abs(draft.release_year - other.release_year) <= _MAX_YEARS_APART
        yield f"{_listed(genres)}{' of the same years' if is_near else ''}"
    if draft.language and draft.language == other.language and comparison.language_share < _COMMON_LANGUAGE:
        yield f"also in {draft.language}"
    words = plot_words(other.plot)
    if shared := [word for word in comparison.telling_words if word in words][:_MAX_WORDS]:
        yield f"shares the word{'s' if len(shared) > 1 else ''} {', '.join(shared)}"
    if not shared_people and _has_similar_record(comparison.track_record, film.track_record):
        yield "its people have a similar track record"


def _people(draft: MovieDraft, film: MovieDraft, people: People) -> Iterator[str]:
    """Name the shared people by what they do on the film, each once."""
    team = {nconst for column in ROLE_LISTS.values() for nconst in getattr(draft, column)}
    both = [nconst for nconst in film.directors if nconst in team and nconst in film.writers]
    named = set(both)
    groups = [("written and directed by", both, {*draft.directors} & {*draft.writers})]
    for verb, column in (("directed by", "directors"), ("written by", "writers"), ("with", "cast")):
        shared = [nconst for nconst in getattr(film, column) if nconst in team and nconst not in named]
        named |= {*shared}
        groups.append((verb, shared, {*getattr(draft, column)}))
    for verb, shared, same_role in groups:
        if shared:
            also = "also " if {*shared} <= same_role else ""
            names = [people.name(nconst) for nconst in shared[:_MAX_PEOPLE]]
            more = len(shared) - _MAX_PEOPLE
            yield f"{also}{verb} {', '.join(names) + f' and {more} more' if more > 0 else _listed(names)}"


def _has_similar_record(draft: float | None, film: float) -> bool:
    return draft is not None and abs(draft) >= _REMARKABLE_RECORD and abs(draft - film) <= _SIMILAR_RECORD


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

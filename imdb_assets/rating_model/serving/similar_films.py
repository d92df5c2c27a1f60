"""Released films similar to a draft: the nearest in the similarity space, with the facts in common.

The most important features count, each weighted by its share of the trees' gain. Features that the model ignores and
facts that the draft lacks do not count. Rejected alternatives: docs/decisions/similar-films.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features, present_blocks
from imdb_assets.rating_model.lookup.name_index import fold
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm, ReleasedFilms
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.roles import ROLE_LISTS

# How many times as many films to consider as requested, to find enough that share a genre.
_OVERSAMPLING = 10
_MAX_SHARED_PEOPLE, _MAX_SHARED_WORDS = 2, 3
_MIN_WORD_LENGTH = 5
_STOP_WORDS = frozenset(
    (
        "about", "after", "again", "against", "among", "around", "based", "because", "become", "becomes", "before",
        "begin", "begins", "being", "between", "comes", "could", "discover", "during", "every", "finds", "first",
        "follow", "follows", "former", "having", "himself", "herself", "itself", "later", "leads", "lives", "makes",
        "other", "others", "people", "please", "should", "since", "shows", "someone", "something", "still", "story",
        "takes", "their", "themselves", "there", "these", "thing", "things", "those", "three", "through",
        "together", "toward", "towards", "tries", "trying", "turns", "under", "until", "wants", "where", "which",
        "while", "whose", "within", "without", "would", "years", "young",
    )
)  # fmt: skip
"""Words that occur in plots of all kinds."""
_MAX_YEARS_APART = 2
_VERBS = {"directors": "directed", "writers": "wrote", "cast": "acted in"}
_NOTHING_SHARED = "nothing specific in common, but the people involved made similar earlier films"


@dataclass(frozen=True)
class SimilarFilm:
    """A released film similar to a draft.

    Attributes:
        average_rating: IMDb's rating, 1 to 10.
        n_votes: IMDb's number of votes.
        distance: Distance in the similarity space; 0 if the model cannot distinguish film and draft.
        why: What film and draft have in common, for users.
    """

    tconst: str
    title: str
    release_year: int
    average_rating: float
    n_votes: int
    distance: float
    why: str


def similar_films(model: RatingModel, draft: MovieDraft, *, k: int, exclude: str | None = None) -> list[SimilarFilm]:
    """Find the released films most similar to a draft.

    Args:
        model: The model with its released films.
        draft: People given as ids or names.
        k: The maximum number of films.
        exclude: The tconst of the film that the draft describes. A film with the draft's title and year is excluded in
            any case.

    Returns:
        Films that share a genre with the draft first, within them the nearest first.
    """
    if k < 1:
        return []
    [resolved] = model.resolve_silently([draft])
    frame = drafts_frame([resolved])
    present = {str(block): bool(is_present) for block, is_present in present_blocks(frame).iloc[0].items()}
    rows, squared = model.films.nearest(features(frame, model.history), present, _OVERSAMPLING * k)
    similar: list[SimilarFilm] = []
    for position in _shared_genres_first(model.films, rows, resolved):
        film = model.films.film_at(int(rows[position]))
        if film.tconst != exclude and not _is_same_film(film.draft, resolved):
            similar.append(_similar(model, resolved, film, float(squared[position]) ** 0.5))
        if len(similar) == k:
            break
    return similar


def _shared_genres_first(films: ReleasedFilms, rows: np.ndarray, draft: MovieDraft) -> list[int]:
    """Return the positions in `rows`, films that share a genre with the draft first, if it has any."""
    genres = films.genres(rows)
    return sorted(range(len(rows)), key=lambda position: bool(draft.genres) and not genres[position] & {*draft.genres})


def _is_same_film(film: MovieDraft, draft: MovieDraft) -> bool:
    titles = {fold(title) for title in (draft.title, draft.original_title) if title}
    same_title = any(title and fold(title) in titles for title in (film.title, film.original_title))
    return same_title and film.release_year == draft.release_year


def _similar(model: RatingModel, draft: MovieDraft, film: ReleasedFilm, distance: float) -> SimilarFilm:
    why = "; ".join(_common_facts(model, draft, film.draft)) or _NOTHING_SHARED
    return SimilarFilm(
        tconst=film.tconst,
        title=film.draft.title or film.tconst,
        release_year=film.draft.release_year,
        average_rating=film.average_rating,
        n_votes=film.n_votes,
        distance=distance,
        why=f"{why[0].upper()}{why[1:]}.",
    )


def _common_facts(model: RatingModel, draft: MovieDraft, film: MovieDraft) -> Iterator[str]:
    """Describe what a draft and a film have in common, people first."""
    for column in ROLE_LISTS.values():
        shared = [nconst for nconst in getattr(draft, column) if nconst in getattr(film, column)]
        if shared:
            names = [model.people.name(nconst) for nconst in shared[:_MAX_SHARED_PEOPLE]]
            n_more = len(shared) - _MAX_SHARED_PEOPLE
            more = f" and {n_more} more" if n_more > 0 else ""
            yield f"{(', ' if more else ' and ').join(names)}{more} {_VERBS[column]} both"
    if genres := [genre for genre in draft.genres if genre in film.genres]:
        yield f"both {', '.join(genres)}"
    if draft.language and draft.language == film.language:
        yield f"both in {draft.language}"
    years_apart = abs(draft.release_year - film.release_year)
    if years_apart == 0:
        yield "same year"
    elif years_apart <= _MAX_YEARS_APART:
        yield f"{years_apart} year{'s' if years_apart > 1 else ''} apart"
    if words := _words(draft.plot) & _words(film.plot):
        most_specific = sorted(words, key=lambda word: (-len(word), word))[:_MAX_SHARED_WORDS]
        yield f"both plots mention {', '.join(most_specific)}"


def _words(plot: str | None) -> set[str]:
    return set(re.findall(rf"[^\W\d_]{{{_MIN_WORD_LENGTH},}}", fold(plot or ""))) - _STOP_WORDS

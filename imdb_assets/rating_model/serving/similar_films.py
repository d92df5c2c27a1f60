"""Released films like a draft: nearest in what the model sees, with what they have in common in words.

Near is told from the weightiest features, each weighed by its share of the trees' gain: what the model cares about
counts, what it ignores does not, nor what a draft does not say. docs/decisions/similar-films.md says what lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features, present_blocks
from imdb_assets.rating_model.lookup.name_index import fold
from imdb_assets.rating_model.lookup.released_films import Film, Films
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.roles import ROLE_LISTS

_MOST_NAMED = 2
_LOOKED_AT = 10
"""Times as many films are looked at as wanted, for those that share a genre."""
_SHORTEST_WORD = 5
_TELLS_NOTHING = frozenset(
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
"""Words of any plot."""
_SAME_ERA = 2
_DID = {"directors": "directed", "writers": "wrote", "cast": "played in"}


@dataclass(frozen=True)
class SimilarFilm:
    """A released film like a draft, and why; `distance` is 0 for one that the model cannot tell from it."""

    tconst: str
    title: str
    release_year: int
    average_rating: float
    n_votes: int
    distance: float
    why: str


def similar_films(model: RatingModel, draft: MovieDraft, *, k: int, but: str | None = None) -> list[SimilarFilm]:
    """The released films most like a draft, the nearest first; never the film itself.

    :param draft: people given as ids or names.
    :param but: the tconst of the film that the draft describes, where it describes one; else title and year tell.
    """
    films = model.films
    if k < 1 or films.sight is None:
        return []
    [read] = model.read_quietly([draft])
    frame = drafts_frame([read])
    present = {str(block): bool(there) for block, there in present_blocks(frame).iloc[0].items()}
    rows, squared = films.nearest(features(frame, model.history), present, _LOOKED_AT * k)
    found: list[SimilarFilm] = []
    for place in _of_its_genres_first(films, rows, read):
        film = films.at(int(rows[place]))
        if film.tconst != but and not _is_itself(film.draft, read):
            found.append(_similar(model, read, film, float(squared[place]) ** 0.5))
        if len(found) == k:
            break
    return found


def _of_its_genres_first(films: Films, rows: np.ndarray, draft: MovieDraft) -> list[int]:
    """The places of rows, those that share a genre with the draft before the others, where it says any."""
    genres = films.genres(rows)
    return sorted(range(len(rows)), key=lambda place: bool(draft.genres) and not genres[place] & {*draft.genres})


def _is_itself(film: MovieDraft, draft: MovieDraft) -> bool:
    titles = {fold(title) for title in (draft.title, draft.original_title) if title}
    same_title = any(title and fold(title) in titles for title in (film.title, film.original_title))
    return same_title and film.release_year == draft.release_year


def _similar(model: RatingModel, draft: MovieDraft, film: Film, distance: float) -> SimilarFilm:
    why = (
        "; ".join(_common(model, draft, film.draft)) or "nothing in common by name, much in what its people made before"
    )
    return SimilarFilm(
        tconst=film.tconst,
        title=film.draft.title or film.tconst,
        release_year=film.draft.release_year,
        average_rating=film.average_rating,
        n_votes=film.n_votes,
        distance=distance,
        why=f"{why[0].upper()}{why[1:]}.",
    )


def _common(model: RatingModel, draft: MovieDraft, film: MovieDraft) -> Iterator[str]:
    """What a draft and a film share, in words; the people first."""
    for column in ROLE_LISTS.values():
        shared = [nconst for nconst in getattr(draft, column) if nconst in getattr(film, column)]
        if shared:
            names = [model.people.name(nconst) for nconst in shared[:_MOST_NAMED]]
            more = f" and {len(shared) - _MOST_NAMED} more" if len(shared) > _MOST_NAMED else ""
            yield f"{(', ' if more else ' and ').join(names)}{more} {_DID[column]} both"
    if genres := [genre for genre in draft.genres if genre in film.genres]:
        yield f"both {', '.join(genres)}"
    if draft.language and draft.language == film.language:
        yield f"both in {draft.language}"
    apart = abs(draft.release_year - film.release_year)
    if apart <= _SAME_ERA:
        yield "of the same year" if not apart else f"{apart} year{'s' if apart > 1 else ''} apart"
    if words := _words(draft.plot) & _words(film.plot):
        yield f"both stories speak of {', '.join(sorted(words, key=lambda word: (-len(word), word))[:3])}"


def _words(plot: str | None) -> set[str]:
    return set(re.findall(rf"[^\W\d_]{{{_SHORTEST_WORD},}}", fold(plot or ""))) - _TELLS_NOTHING

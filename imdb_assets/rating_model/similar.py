"""Released films like a draft: nearest in what the model sees, with what they have in common in words.

Near is told from the features, each weighed by its share of the trees' gain: what the model cares about counts, what it
ignores does not. Which leaves two films share would tell the same more finely, but wants a number per tree and film -
660 MB for 330,000 films and 2,000 trees, where 32 directions of the weighed features take 42 MB. The scores of plot and
title are left out: the films' own were fitted on them, a draft's are not, so that they would not compare.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imdb_assets.rating_model.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features import features
from imdb_assets.rating_model.films import Film
from imdb_assets.rating_model.model import RatingModel
from imdb_assets.rating_model.names import fold
from imdb_assets.tables.features import ROLE_LISTS

_MOST_NAMED = 2
_SHORTEST_WORD = 5
_SAME_ERA = 2
_DOES = {"directors": "directed", "writers": "wrote", "cast": "plays in"}


@dataclass(frozen=True)
class SimilarFilm:
    """A released film like a draft, and why; `distance` is 0 for one that the model cannot tell from it."""

    tconst: str
    title: str
    release_year: int
    rating: float
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
    read, _ = model.read(draft)
    place = films.sight.place(features(drafts_frame([read]), model.history))[0]
    found: list[SimilarFilm] = []
    # So many more are looked at as may be the film itself.
    for row, squared in zip(*films.nearest(place, k + 5), strict=True):
        film = films.at(int(row))
        if film.tconst != but and not _is_itself(film.draft, read) and len(found) < k:
            found.append(_similar(model, read, film, float(squared) ** 0.5))
    return found


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
        rating=film.rating,
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
            more = [f"{len(shared) - _MOST_NAMED} more"] if len(shared) > _MOST_NAMED else []
            yield f"{' and '.join([*names, *more])} {_DOES[column]} both"
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
    return set(re.findall(rf"[^\W\d_]{{{_SHORTEST_WORD},}}", fold(plot or "")))

"""Released films that film people would call similar to a draft: by the same people first, then of the same kind.

What the model weighs plays no part in it: reasons explain a rating, similar films place a draft. Rejected alternatives:
docs/decisions/similar-films.md.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.lookup.released_films import TRACK_RECORD, ReleasedFilm, ReleasedFilms
from imdb_assets.rating_model.lookup.similarity_index import FilmRole, film_roles
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.shared_facts import Comparison, shared_facts
from imdb_assets.vocabulary.roles import ROLE_LISTS

_SHARE_OF_PEOPLE = 0.6
"""Films by the same people take at most this share of a list, so that it shows others of the kind too."""
_ROLE_WEIGHTS = {
    FilmRole.DIRECTOR: {FilmRole.DIRECTOR: 1.0, FilmRole.WRITER: 0.6, FilmRole.LEAD: 0.3, FilmRole.SUPPORT: 0.2},
    FilmRole.WRITER: {FilmRole.DIRECTOR: 0.6, FilmRole.WRITER: 0.7, FilmRole.LEAD: 0.2, FilmRole.SUPPORT: 0.1},
    FilmRole.LEAD: {FilmRole.DIRECTOR: 0.3, FilmRole.WRITER: 0.2, FilmRole.LEAD: 0.6, FilmRole.SUPPORT: 0.3},
    FilmRole.SUPPORT: {FilmRole.DIRECTOR: 0.2, FilmRole.WRITER: 0.1, FilmRole.LEAD: 0.4, FilmRole.SUPPORT: 0.2},
}
"""What a shared person counts, by role in the draft and role in the film. The best role of each counts."""
_LEAST_PEOPLE = 0.3
# A person who is in the list already counts less, so that the films of all people of a draft appear.
_REPEATED = 0.7
_MOST_COMPARED = 300
_WEIGHTS = {"genres": 0.36, "words": 0.24, "language": 0.1, "era": 0.1, "fame": 0.17, "track_record": 0.03}
"""What the parts of a film's kind count; each part is between 0 and 1."""
_MOST_YEARS_APART = 30.0
# The cosine of two plots about the same thing.
_SAME_PLOT = 0.35


@dataclass(frozen=True)
class SimilarFilm:
    """A released film similar to a draft.

    Attributes:
        average_rating: IMDb's rating, 1 to 10.
        n_votes: IMDb's number of votes.
        shares_people: Whether it is similar by its people, otherwise by its kind.
        why: What film and draft have in common, for users.
    """

    tconst: str
    title: str
    release_year: int
    average_rating: float
    n_votes: int
    shares_people: bool
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
        Films by the same people, then films of the same kind, each the most similar first. Fewer than `k`, or none,
        where the draft has too little to compare.
    """
    films = model.films
    if k < 1 or not len(films):
        return []
    [resolved] = model.resolve_silently([draft])
    comparison = Comparison.of(films, resolved, _track_record(model, resolved))
    kind = _kind(films, comparison)
    people = {row: weights for row, weights in _shared_people(films, resolved).items() if _is_film_by(weights)}
    excluded = films.same_film([*people, *_best_rows(kind, k + _MOST_COMPARED)], resolved)
    if exclude is not None and (row := films.row(exclude)) is not None:
        excluded.add(row)
    by_people = _by_people(people, kind, excluded, n=k)
    n_of_kind = k - round(_SHARE_OF_PEOPLE * k)
    taken = {*excluded, *people}
    of_kind = [row for row in _best_rows(kind, k + len(taken)) if row not in taken]
    shown = [*by_people[: k - min(n_of_kind, len(of_kind))]]
    shown += [row for row in of_kind if row not in shown][: k - len(shown)]
    return [_similar(model, comparison, films.film_at(row), shares_people=row in people) for row in shown]


def _track_record(model: RatingModel, draft: MovieDraft) -> float | None:
    if not (draft.directors or draft.writers or draft.cast):
        return None
    return float(features(drafts_frame([draft]), model.history)[TRACK_RECORD].iloc[0])


def _shared_people(films: ReleasedFilms, draft: MovieDraft) -> dict[int, dict[str, float]]:
    """Return what each shared person counts, by row of the film and nconst."""
    roles_of: dict[str, set[FilmRole]] = {}
    for role, column in ROLE_LISTS.items():
        names = getattr(draft, column)
        for nconst, film_role in zip(names, film_roles(role, len(names)), strict=True):
            roles_of.setdefault(nconst, set()).add(film_role)
    shared: dict[int, dict[str, float]] = {}
    for nconst, roles in roles_of.items():
        for film_role, rows in films.index.films_of(nconst).items():
            weight = max(_ROLE_WEIGHTS[role][film_role] for role in roles)
            for row in rows.tolist():
                weights = shared.setdefault(row, {})
                weights[nconst] = max(weights.get(nconst, 0.0), weight)
    return shared


def _is_film_by(weights: Mapping[str, float]) -> bool:
    return sum(weights.values()) >= _LEAST_PEOPLE


def _by_people(people: Mapping[int, Mapping[str, float]], kind: np.ndarray, excluded: set[int], *, n: int) -> list[int]:
    """Return the rows of the `n` films most similar by people, among equals by kind."""
    candidates = sorted(people.keys() - excluded, key=lambda row: (-sum(people[row].values()) - kind[row], row))
    candidates = candidates[: n + _MOST_COMPARED]
    chosen: list[int] = []
    seen: Counter[str] = Counter()
    while candidates and len(chosen) < n:
        scores = [
            sum(weight * _REPEATED ** seen[nconst] for nconst, weight in people[row].items()) + kind[row]
            for row in candidates
        ]
        row = candidates.pop(int(np.argmax(scores)))
        seen.update(people[row].keys())
        chosen.append(row)
    return chosen


def _kind(films: ReleasedFilms, comparison: Comparison) -> np.ndarray:
    """Return how similar each film is in kind, float32 (n_films,), 0 to 1; 0 where it shares no genre and no word."""
    parts = {
        "genres": films.genre_similarity(comparison.draft.genres),
        "words": np.minimum(films.index.word_similarity(comparison.telling_words) / _SAME_PLOT, 1),
    }
    is_alike = (parts["genres"] if comparison.draft.genres else parts["words"]) > 0
    years = films.table["release_year"].to_numpy()
    parts["era"] = np.maximum(1 - np.abs(years - comparison.draft.release_year) / np.float32(_MOST_YEARS_APART), 0)
    parts["fame"] = films.fame
    parts["language"] = comparison.is_same_language * np.float32(1 - comparison.language_share)
    if comparison.track_record is not None:
        apart = np.abs(films.table["track_record"].to_numpy() - np.float32(comparison.track_record))
        parts["track_record"] = np.maximum(1 - apart, 0)
    return np.where(is_alike, sum(_WEIGHTS[name] * part for name, part in parts.items()), 0).astype("float32")


def _best_rows(kind: np.ndarray, n: int) -> list[int]:
    """Return the rows of the `n` films most similar in kind; among equals, those with the most votes."""
    rows = np.argpartition(-kind, min(n, len(kind) - 1))[:n]
    rows = rows[np.lexsort((rows, -kind[rows]))]
    return rows[kind[rows] > 0].tolist()


def _similar(model: RatingModel, comparison: Comparison, film: ReleasedFilm, *, shares_people: bool) -> SimilarFilm:
    why = "; ".join(shared_facts(comparison, film, model.people))
    return SimilarFilm(
        tconst=film.tconst,
        title=film.draft.title or film.tconst,
        release_year=film.draft.release_year,
        average_rating=film.average_rating,
        n_votes=film.n_votes,
        shares_people=shares_people,
        why=f"{why[0].upper()}{why[1:]}.",
    )

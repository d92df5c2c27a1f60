"""Why a draft gets its rating: what each group of features adds to the average film, in rating points and words.

The points are Shapley values of the trees (TreeSHAP; Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9), as LightGBM
computes them, summed by group and calibrated as the rating is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features import features
from imdb_assets.rating_model.history import ROLE_CODES, coded, person_numbers
from imdb_assets.rating_model.model import RatingModel
from imdb_assets.rating_model.training import GROUPS, FittedModel
from imdb_assets.tables.features import ROLE_LISTS

SCALE_END = "scale"
"""The group of what is cut off where a rating would lie beyond 1 or 10."""
LABELS = {
    "expectation": "Films of this kind",
    "era": "Year",
    "length": "Length",
    "genres": "Genres",
    "language": "Language",
    "country": "Country",
    "certificate": "Certificate",
    "title": "Title",
    "story": "Story",
    "director": "Directors",
    "writer": "Writers",
    "cast": "Cast",
    "team": "The team together",
    SCALE_END: "End of the scale",
}
"""What people call the groups of features."""
_MOST_NAMED = 2
_ROLE_WORDS = {"director": "director", "writer": "writer", "cast": "cast member"}


@dataclass(frozen=True)
class Reason:
    """What one group of features adds, rating points, and what is known that it rests on."""

    group: str
    points: float
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """A rating as the average film's and what is added to it: `average` plus all points is `rating`."""

    average: float
    rating: float
    reasons: tuple[Reason, ...]


class NotExplainableError(ValueError):
    """The model is none of which reasons can be given; the text says which is."""


def explain(model: RatingModel, drafts: Sequence[MovieDraft]) -> list[Explanation]:
    """Explain the ratings of drafts, people given as ids or names; the weightiest reason first.

    :raises NotExplainableError: when the model is not one of LightGBM's.
    """
    if not isinstance(model.predictor, FittedModel):
        raise NotExplainableError("Only a LightGBM model gives reasons: ask imdb_rating@champion.")
    resolved = [model.read(draft)[0] for draft in drafts]
    if not resolved:
        return []
    frame = drafts_frame(resolved)
    matrix = features(frame, model.history)
    points, average = model.predictor.contributions(matrix, frame)
    ratings = model.predictor.predict(matrix, frame)
    grouped = points.T.groupby([GROUPS[str(name)] for name in points]).sum().T
    grouped[SCALE_END] = ratings - average - grouped.sum(axis=1).to_numpy()
    return [
        Explanation(average, float(rating), _reasons(model, draft, grouped.iloc[row], matrix.iloc[row]))
        for row, (draft, rating) in enumerate(zip(resolved, ratings, strict=True))
    ]


def explain_difference(model: RatingModel, first: MovieDraft, second: MovieDraft) -> tuple[Reason, ...]:
    """What makes the second draft's rating another than the first's; the points add up to the difference."""
    one, other = explain(model, [first, second])
    before = {reason.group: reason for reason in one.reasons}
    after = {reason.group: reason for reason in other.reasons}
    reasons = []
    for group in LABELS:
        old, new = before.get(group), after.get(group)
        points = (new.points if new else 0.0) - (old.points if old else 0.0)
        told = [reason.sentence for reason in (old, new) if reason]
        if points:
            reasons.append(Reason(group, points, " → ".join(dict.fromkeys(told))))
    return _weightiest_first(reasons)


def _reasons(model: RatingModel, draft: MovieDraft, points: pd.Series, facts: pd.Series) -> tuple[Reason, ...]:
    said = _sentences(model, draft, facts)
    # What is left at the end of the scale is otherwise what adding up in another order costs.
    shown = [group for group in LABELS if group in points and (group != SCALE_END or abs(points[group]) > 1e-9)]
    return _weightiest_first([Reason(group, float(points[group]), said[group]) for group in shown])


def _weightiest_first(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.points)))


def _sentences(model: RatingModel, draft: MovieDraft, facts: pd.Series) -> dict[str, str]:
    kind = facts["baseline_rating_with_language"]
    people = {role: _of_people(model, draft, role) for role in ROLE_LISTS}
    return {
        "expectation": f"Films of these genres, this length and language are rated {kind:.1f} on average.",
        "era": f"Released in {draft.release_year}.",
        "length": f"{draft.runtime_minutes:.0f} minutes." if draft.runtime_minutes else "The length is not said.",
        "genres": f"{', '.join(draft.genres)}." if draft.genres else "No genre is said.",
        "language": f"In {draft.language}." if draft.language else "The language is not said.",
        "country": f"From {draft.country}." if draft.country else "The country is not said.",
        "certificate": f"Certificate {draft.certificate}." if draft.certificate else "No certificate is said.",
        "title": "The words of the title, and earlier films of it." if draft.title else "No title is said.",
        "story": "The words of the plot." if draft.plot else "No plot is said.",
        **people,
        "team": "What those named achieved together and in these genres."
        if any(getattr(draft, column) for column in ROLE_LISTS.values())
        else "Nobody is named.",
        SCALE_END: "Ratings lie between 1 and 10.",
    }


def _of_people(model: RatingModel, draft: MovieDraft, role: str) -> str:
    """The films that people of a role had before the draft's year, in whatever role."""
    nconsts: tuple[str, ...] = getattr(draft, ROLE_LISTS[role])
    if not nconsts:
        return f"No {_ROLE_WORDS[role]} is named."
    numbers = person_numbers(pd.Series(nconsts))
    states = model.history.people.as_of(
        coded(numbers, ROLE_CODES["all"]), np.full(len(numbers), draft.release_year, "int64")
    )
    films, ratings, votes = (states.take(name) for name in ("n_films", "mean_rating", "mean_votes"))
    told = [
        _career(model.people.name(nconst), int(films[place]), ratings[place], votes[place])
        for place, nconst in enumerate(nconsts[:_MOST_NAMED])
    ]
    more = len(nconsts) - len(told)
    known = int((films > 0).sum())
    rest = [f"{known} of all {len(nconsts)} have rated films"] if more else []
    return f"{'; '.join([*told, *rest])}."


def _career(name: str, n_films: int, rating: float, votes: float) -> str:
    if not n_films:
        return f"{name} has no earlier rated film"
    films = "1 earlier film" if n_films == 1 else f"{n_films} earlier films"
    return f"{name}: {films}, rated {rating:.1f} on average by {votes:,.0f} people each"

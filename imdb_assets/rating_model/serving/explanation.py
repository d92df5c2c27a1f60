"""Why a draft gets its rating: what each group of features adds to the average film, in rating points and words.

The points are Shapley values of the trees (TreeSHAP; Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9), as LightGBM
computes them, summed by group and calibrated as the rating is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history_table import ROLE_CODES, HistoryTable, coded, person_numbers
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets.vocabulary.roles import ROLE_LISTS

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
_MOST_NAMED, _LATEST = 2, 3
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
    resolved = model.read_quietly(drafts)
    if not resolved:
        return []
    frame = drafts_frame(resolved)
    matrix = features(frame, model.history)
    inputs = model.predictor.inputs(matrix, frame)
    points, average = model.predictor.contributions(inputs)
    ratings = model.predictor.rate(inputs)
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
        "title": _of_title(draft, facts),
        "story": "The words of the plot." if draft.plot else "No plot is said.",
        **people,
        "team": _of_team(draft, facts),
        SCALE_END: "Ratings lie between 1 and 10.",
    }


def _of_title(draft: MovieDraft, facts: pd.Series) -> str:
    if not draft.title:
        return "No title is said."
    # The look-up says how many people saw earlier films of the title: nobody, where there is none.
    if facts["title_log_votes"] > 0:
        return f"The latest film of this title was rated {facts['title_last_rating']:.1f}; its words count too."
    return "The words of the title; no earlier film has it."


def _of_team(draft: MovieDraft, facts: pd.Series) -> str:
    if not any(getattr(draft, column) for column in ROLE_LISTS.values()):
        return "Nobody is named."
    films = [round(float(np.expm1(facts[f"{role}_pair_films_max"]))) for role in ("writer", "cast")]
    told = [
        f"{'1 earlier film' if n == 1 else f'{n} earlier films'} of a director with {whom}"
        for n, whom in zip(films, ("a writer", "one of the cast"), strict=True)
        if n
    ]
    return f"{' and '.join(told) or 'No earlier film together'}; and what those named made in these genres."


def _of_people(model: RatingModel, draft: MovieDraft, role: str) -> str:
    """The films that people of a role had before the draft's year, in whatever role."""
    nconsts: tuple[str, ...] = getattr(draft, ROLE_LISTS[role])
    if not nconsts:
        return f"No {_ROLE_WORDS[role]} is named."
    subjects = coded(person_numbers(pd.Series(nconsts)), ROLE_CODES["all"])
    careers = [_career_of(model.history.people, int(subject), draft.release_year) for subject in subjects]
    told = [
        _in_words(model.people.name(nconst), career)
        for nconst, career in zip(nconsts[:_MOST_NAMED], careers[:_MOST_NAMED], strict=True)
    ]
    known = sum(career is not None for career in careers)
    rest = [f"{known} of all {len(nconsts)} have rated films"] if len(nconsts) > _MOST_NAMED else []
    return f"{'; '.join([*told, *rest])}."


@dataclass(frozen=True)
class _Career:
    """The rated films of a person before a year, and the latest of them: three or a few more, for they go by years."""

    n_films: int
    rating: float
    n_latest: int
    latest_rating: float
    latest_votes: float


def _career_of(people: HistoryTable, subject: int, year: int) -> _Career | None:
    """None where the person has no rated film before the year."""
    n_films, ratings, votes, since = _sums(people, subject, year)
    if not n_films:
        return None
    before = (0, 0.0, 0.0)
    while since is not None:
        earlier = _sums(people, subject, since - 1)
        before, since = earlier[:3], earlier[3]
        if n_films - before[0] >= _LATEST:
            break
    n_latest = n_films - before[0]
    return _Career(
        n_films=n_films,
        rating=ratings / n_films,
        n_latest=n_latest,
        latest_rating=(ratings - before[1]) / n_latest,
        latest_votes=votes - before[2],
    )


def _sums(people: HistoryTable, subject: int, year: int) -> tuple[int, float, float, int | None]:
    """Films before a year, their ratings and votes added up, and since which year that is so; None without films."""
    state = people.as_of(np.array([subject]), np.array([year]))
    films, rating, votes, since = (
        float(state.take(name)[0]) for name in ("n_films", "mean_rating", "mean_votes", "from_year")
    )
    return int(films), films * rating, films * votes, int(since) if films else None


def _in_words(name: str, career: _Career | None) -> str:
    if career is None:
        return f"{name} has no earlier rated film"
    latest = f"averaged {career.latest_rating:.1f} over {career.latest_votes:,.0f} votes"
    if career.n_films == 1:
        return f"{name}'s one earlier film {latest.replace('averaged', 'got')}"
    if career.n_latest == career.n_films:
        return f"{name}'s {career.n_films} earlier films {latest}"
    return f"{name}'s last {career.n_latest} films {latest}, all {career.n_films} of them {career.rating:.1f}"

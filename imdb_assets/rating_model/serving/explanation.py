"""Explains a prediction: the contribution of each group of features to the rating and to the votes, and in words.

Facts that were not given are no reasons: what the trees attribute to them, because of the facts that were given, is
shared among those in proportion to their own contributions. `prediction_steps.py` computes the contributions.
"""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.serving.prediction_steps import SCALE_END, rating_steps, vote_steps
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.reason_sentences import sentences_of
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.text_scores import PLOT, Counts, text_counts
from imdb_assets.rating_model.training.word_points import TellingWords, telling_words
from imdb_assets.vocabulary.audiences import AUDIENCE_WORDS

AUDIENCE = "audience"
"""The group of the points between two drafts for different audiences."""
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
    "team": "Team as a whole",
    AUDIENCE: "Audience",
    SCALE_END: "Limits of the scale",
}
"""The groups of features in the words of users."""
_TOLD_WORDS = 3
_SAME_IN_BOTH = "The same in both: it counts differently together with what differs."


@dataclass(frozen=True)
class Reason:
    """The contribution of a group of features to the rating, in rating points, and the underlying facts in words."""

    group: str
    points: float
    sentence: str


@dataclass(frozen=True)
class VoteReason:
    """By what factor a group of features multiplies the number of votes, and the underlying facts in words."""

    group: str
    factor: float
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """A rating as a sum, and a number of votes as a product.

    `average` plus the points of all reasons is `rating`. `average_votes` times the factors of all vote reasons is
    `votes`.

    Attributes:
        average: The rating of a film for the same audience of which only the release year is known.
        rating: The draft's rating.
        reasons: The facts that were given, those with the most points, up or down, first.
        average_votes: The predicted number of votes of a film of which only the release year is known.
        votes: The draft's predicted number of votes, whatever the audience.
        vote_reasons: The facts that were given, those with the factors farthest from 1 first.
    """

    average: float
    rating: float
    reasons: tuple[Reason, ...]
    average_votes: float
    votes: float
    vote_reasons: tuple[VoteReason, ...]


@dataclass(frozen=True)
class Difference:
    """What makes the difference between two drafts.

    Attributes:
        reasons: The groups that differ; their points add up to the second rating minus the first.
        vote_reasons: The same for the votes; the product of their factors is the second number divided by the first.
    """

    reasons: tuple[Reason, ...]
    vote_reasons: tuple[VoteReason, ...]


class NotExplainableError(ValueError):
    """The model does not support explanations; the message names one that does."""


def explain(model: RatingModel, drafts: Sequence[MovieDraft]) -> list[Explanation]:
    """Explain the ratings and the votes of drafts.

    Args:
        model: A LightGBM model.
        drafts: People given as ids or names.

    Returns:
        One explanation per draft; the reasons with the largest contributions, up or down, come first.

    Raises:
        NotExplainableError: If the model is not a LightGBM model.
    """
    if not isinstance(model.predictor, FittedModel):
        raise NotExplainableError("Only LightGBM models can explain their ratings: use imdb_rating@champion.")
    if not drafts:
        return []
    resolved = model.resolve_silently(drafts)
    kinds = [(draft.release_year, draft.audience) for draft in resolved]
    bare = {kind: len(resolved) + place for place, kind in enumerate(dict.fromkeys(kinds))}
    only_year = [MovieDraft.model_construct(release_year=year, audience=audience) for year, audience in bare]
    frame = drafts_frame([*resolved, *only_year])
    matrix = features(frame, model.history)
    start = np.array([bare[kind] for kind in kinds], "int64")
    with ThreadPoolExecutor(1) as pool:
        # Trees do not need the GIL, and counting n-grams does.
        votes_later = pool.submit(vote_steps, model.votes, matrix, start)
        counts = text_counts(frame)
    votes = votes_later.result()
    rating = rating_steps(model.predictor, model.predictor.counted_inputs(matrix, counts), frame, start)
    words = _telling_words(model.predictor, resolved, counts[PLOT])
    names, facts = list(map(str, matrix)), matrix.to_numpy()[: len(resolved)].tolist()
    explanations = []
    for row, draft in enumerate(resolved):
        given = _given_groups(draft)
        sentences = sentences_of(model, draft, dict(zip(names, facts[row], strict=True)), words[row])
        rating_reasons = _reasons(rating.shares(row, given), sentences.rating)
        vote_reasons = _reasons(votes.shares(row, given), sentences.votes)
        explanations.append(
            Explanation(
                average=float(rating.predicted[start[row]]),
                rating=float(rating.predicted[row]),
                reasons=rating_reasons,
                average_votes=float(votes.predicted[start[row]]),
                votes=float(votes.predicted[row]),
                vote_reasons=_as_factors(vote_reasons),
            )
        )
    return explanations


def _given_groups(draft: MovieDraft) -> set[str]:
    """Return the groups of features that a draft has facts for."""
    given = {
        "length": draft.runtime_minutes, "genres": draft.genres, "language": draft.language, "country": draft.country,
        "certificate": draft.certificate, "title": draft.title or draft.original_title, "story": draft.plot,
        "director": draft.directors, "writer": draft.writers, "cast": draft.cast,
        "expectation": draft.genres or draft.runtime_minutes or draft.language,
        "team": draft.directors or draft.writers or draft.cast,
    }  # fmt: skip
    return {group for group, fact in given.items() if fact}


def explain_difference(model: RatingModel, first: MovieDraft, second: MovieDraft) -> Difference:
    """Explain the difference between two drafts.

    Args:
        model: A LightGBM model.
        first: People given as ids or names.
        second: People given as ids or names.

    Returns:
        What differs, for the ratings and for the votes.

    Raises:
        NotExplainableError: If the model is not a LightGBM model.
    """
    only_year = MovieDraft(release_year=second.release_year, audience=first.audience)
    old, new, middle = explain(model, [first, second, only_year])
    reasons = _changed(old.reasons, new.reasons)
    vote_reasons = _changed(_as_points(old.vote_reasons), _as_points(new.vote_reasons))
    if first.release_year != second.release_year:
        sentence = f"Released in {first.release_year}. → Released in {second.release_year}."
        reasons.append(Reason("era", middle.average - old.average, sentence))
        vote_reasons.append(Reason("era", math.log(middle.average_votes / old.average_votes), sentence))
    if first.audience != second.audience:
        # The number of votes is predicted whatever the audience.
        sentence = f"{AUDIENCE_WORDS[first.audience]}. → {AUDIENCE_WORDS[second.audience]}."
        reasons.append(Reason(AUDIENCE, new.average - middle.average, sentence))
    return Difference(_most_points_first(reasons), _as_factors(_most_points_first(vote_reasons)))


def _changed(old: Sequence[Reason], new: Sequence[Reason]) -> list[Reason]:
    """Return the groups whose points differ between two explanations."""
    before, after = ({reason.group: reason for reason in reasons} for reasons in (old, new))
    changed = []
    for group in LABELS:
        sides = [before.get(group), after.get(group)]
        points = (sides[1].points if sides[1] else 0.0) - (sides[0].points if sides[0] else 0.0)
        if points:
            old_words, new_words = (side.sentence if side else "Not given." for side in sides)
            sentence = f"{old_words} → {new_words}" if old_words != new_words else f"{old_words} {_SAME_IN_BOTH}"
            changed.append(Reason(group, points, sentence))
    return changed


def _as_factors(reasons: Sequence[Reason]) -> tuple[VoteReason, ...]:
    return tuple(VoteReason(reason.group, math.exp(reason.points), reason.sentence) for reason in reasons)


def _as_points(reasons: Sequence[VoteReason]) -> list[Reason]:
    return [Reason(reason.group, math.log(reason.factor), reason.sentence) for reason in reasons]


def _telling_words(predictor: FittedModel, drafts: Sequence[MovieDraft], counts: Counts) -> list[TellingWords]:
    if PLOT not in predictor.texts:
        return [TellingWords((), ())] * len(drafts)
    return telling_words(predictor.texts[PLOT], [draft.plot or "" for draft in drafts], counts, most=_TOLD_WORDS)


def _reasons(points: Mapping[str, float], sentences: Mapping[str, str]) -> tuple[Reason, ...]:
    # Within the scale, the points of SCALE_END are a rounding error of the sum.
    shown = [group for group in LABELS if group in points and (group != SCALE_END or abs(points[group]) > 1e-9)]
    return _most_points_first([Reason(group, points[group], sentences[group]) for group in shown])


def _most_points_first(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.points)))

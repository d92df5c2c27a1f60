"""Explains a prediction: the contribution of each group of features, in rating points and in words.

The points are the trees' Shapley values (TreeSHAP; Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9), computed by
LightGBM, summed by group and calibrated like the rating, minus those of a film of which only the year is known. Facts
that were not given get no points: what the trees attribute to them, because of the facts that were given, is shared
among those in proportion to their own points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.reason_sentences import SCALE_END, sentences_of
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.text_scores import PLOT
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
_FACT_GROUPS = {"runtime": "length", "plot": "story"}


@dataclass(frozen=True)
class Reason:
    """The contribution of a group of features to the rating, in rating points, and the underlying facts in words."""

    group: str
    points: float
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """A rating as a sum: `average` plus the points of all reasons is `rating`.

    Attributes:
        average: The rating of a film for the same audience of which only the release year is known.
        rating: The draft's rating.
        reasons: The facts that were given, those with the most points, up or down, first.
    """

    average: float
    rating: float
    reasons: tuple[Reason, ...]


class NotExplainableError(ValueError):
    """The model does not support explanations; the message names one that does."""


def explain(model: RatingModel, drafts: Sequence[MovieDraft]) -> list[Explanation]:
    """Explain the ratings of drafts.

    Args:
        model: A LightGBM model.
        drafts: People given as ids or names.

    Returns:
        One explanation per draft; the reasons with the most points, up or down, come first.

    Raises:
        NotExplainableError: If the model is not a LightGBM model.
    """
    if not isinstance(model.predictor, FittedModel):
        raise NotExplainableError("Only LightGBM models can explain their ratings: use imdb_rating@champion.")
    resolved = model.resolve_silently(drafts)
    explanations: dict[int, Explanation] = {}
    for audience in dict.fromkeys(draft.audience for draft in resolved):
        rows = [row for row, draft in enumerate(resolved) if draft.audience == audience]
        of_audience = _explain(model, model.predictor, [resolved[row] for row in rows], audience)
        explanations |= zip(rows, of_audience, strict=True)
    return [explanations[row] for row in range(len(resolved))]


def _explain(
    model: RatingModel, predictor: FittedModel, drafts: Sequence[MovieDraft], audience: str
) -> list[Explanation]:
    years = list(dict.fromkeys(draft.release_year for draft in drafts))
    bare = [MovieDraft.model_construct(release_year=year, audience=audience) for year in years]
    frame = drafts_frame([*drafts, *bare])
    matrix = features(frame, model.history)
    inputs = predictor.inputs(matrix, frame)
    ratings = predictor.rate(inputs, frame)
    absence = predictor.points_of_absence(frame, audience).rename(columns=_FACT_GROUPS)
    grouped = predictor.group_contributions(inputs, audience).add(absence, fill_value=0.0)
    start = np.array([len(drafts) + years.index(draft.release_year) for draft in drafts], "int64")
    moved = grouped.iloc[: len(drafts)].to_numpy() - grouped.to_numpy()[start]
    groups = list(map(str, grouped))
    words = _telling_words(predictor, drafts)
    facts = cast("list[dict[str, float]]", matrix.to_dict("records"))
    explanations = []
    for row, draft in enumerate(drafts):
        average, rating = float(ratings[start[row]]), float(ratings[row])
        shares = _shared_among_given(dict(zip(groups, map(float, moved[row]), strict=True)), _given_groups(draft))
        shares[SCALE_END] = rating - average - sum(shares.values())
        reasons = _reasons(shares, sentences_of(model, draft, facts[row], words[row]))
        explanations.append(Explanation(average, rating, reasons))
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


def _shared_among_given(points: dict[str, float], given: set[str]) -> dict[str, float]:
    kept = {group: value for group, value in points.items() if group in given}
    rest = sum(value for group, value in points.items() if group not in given)
    total = sum(map(abs, kept.values()))
    if not total:
        return {group: rest / len(kept) for group in kept}
    return {group: value + rest * abs(value) / total for group, value in kept.items()}


def explain_difference(model: RatingModel, first: MovieDraft, second: MovieDraft) -> tuple[Reason, ...]:
    """Explain the difference between the ratings of two drafts.

    Args:
        model: A LightGBM model.
        first: People given as ids or names.
        second: People given as ids or names.

    Returns:
        The groups that differ; their points add up to the second rating minus the first.

    Raises:
        NotExplainableError: If the model is not a LightGBM model.
    """
    only_year = MovieDraft(release_year=second.release_year, audience=first.audience)
    old, new, middle = explain(model, [first, second, only_year])
    before, after = ({reason.group: reason for reason in explanation.reasons} for explanation in (old, new))
    reasons = []
    if first.release_year != second.release_year:
        sentence = f"Released in {first.release_year}. → Released in {second.release_year}."
        reasons.append(Reason("era", middle.average - old.average, sentence))
    if first.audience != second.audience:
        sentence = f"{AUDIENCE_WORDS[first.audience]}. → {AUDIENCE_WORDS[second.audience]}."
        reasons.append(Reason(AUDIENCE, new.average - middle.average, sentence))
    for group in LABELS:
        sides = [before.get(group), after.get(group)]
        points = (sides[1].points if sides[1] else 0.0) - (sides[0].points if sides[0] else 0.0)
        if points:
            sentences = [side.sentence if side else "Not given." for side in sides]
            reasons.append(Reason(group, points, " → ".join(dict.fromkeys(sentences))))
    return _most_points_first(reasons)


def _telling_words(predictor: FittedModel, drafts: Sequence[MovieDraft]) -> list[TellingWords]:
    if PLOT not in predictor.texts:
        return [TellingWords((), ())] * len(drafts)
    return telling_words(predictor.texts[PLOT], [draft.plot or "" for draft in drafts], most=_TOLD_WORDS)


def _reasons(points: Mapping[str, float], sentences: Mapping[str, str]) -> tuple[Reason, ...]:
    # Within the scale, the points of SCALE_END are a rounding error of the sum.
    shown = [group for group in LABELS if group in points and (group != SCALE_END or abs(points[group]) > 1e-9)]
    return _most_points_first([Reason(group, points[group], sentences[group]) for group in shown])


def _most_points_first(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.points)))

"""The steps from a film of which only the year is known to a draft, in numbers: rating points, and factors of votes.

Steps are the trees' Shapley values (TreeSHAP; Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9), summed by group of
features, minus those of a film of which only the year is known.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.fitted_model import FittedModel, rows_by_audience
from imdb_assets.rating_model.training.votes import VotesModel

SCALE_END = "scale"
"""The group of what is cut off where a rating or a number of votes would be outside its range."""
_FACT_GROUPS = {"runtime": "length", "plot": "story"}
# Below this difference of log(1 + votes), the slope of log(votes) is that at a point.
_LEAST_DIFFERENCE = 1e-6


@dataclass(frozen=True)
class Steps:
    """The steps from predictions for films of which only the year is known to predictions for drafts.

    Attributes:
        predicted: float64 predictions of the drafts, then of the films of which only the year is known.
        moved: float64 per draft, what the steps add up to, on the scale on which they are added.
        groups: Groups of features.
        steps: float64 (n_drafts, n_groups), on the same scale, before predictions are clipped.
    """

    predicted: np.ndarray
    moved: np.ndarray
    groups: list[str]
    steps: np.ndarray

    def shares(self, row: int, given: set[str]) -> dict[str, float]:
        """Share a draft's step among its facts.

        Args:
            row: The draft.
            given: The groups of features that it has facts for.

        Returns:
            The contribution of each of them that the trees know, and of `SCALE_END`; they add up to `moved`.
        """
        steps = dict(zip(self.groups, self.steps[row].tolist(), strict=True))
        shares = _shared_among_given(steps, given)
        return {**shares, SCALE_END: float(self.moved[row]) - sum(shares.values())}


def rating_steps(predictor: FittedModel, inputs: np.ndarray, frame: pd.DataFrame, start: np.ndarray) -> Steps:
    """Return the steps in rating points, calibrated like the rating.

    Args:
        predictor: Predicts ratings.
        inputs: float64 inputs of its trees: drafts, then films of which only the year is known.
        frame: The same films, columns `DRAFT_COLUMNS`.
        start: int64 per draft, the row of the film of which only the year is known.
    """
    parts = []
    for audience, rows in rows_by_audience(frame).items():
        absence = predictor.points_of_absence(frame.iloc[rows], audience).rename(columns=_FACT_GROUPS)
        points = predictor.group_contributions(inputs[rows], audience).add(absence, fill_value=0.0)
        parts.append(points.set_axis(rows))
    points = pd.concat(parts).sort_index()
    ratings = predictor.rate(inputs, frame)
    steps = points.to_numpy()
    return Steps(
        ratings, ratings[: len(start)] - ratings[start], list(map(str, points)), steps[: len(start)] - steps[start]
    )


def vote_steps(model: VotesModel, matrix: pd.DataFrame, start: np.ndarray) -> Steps:
    """Return the steps as natural logarithms of factors of the number of votes.

    The trees add up to log(1 + votes). All steps of a draft are multiplied by the mean slope of log(votes) between
    start and end, 1 to 1.2, so that they multiply up to the served number of votes, not to that of votes and one.

    Args:
        model: Predicts votes.
        matrix: float64 features, columns `FEATURE_NAMES`: drafts, then films of which only the year is known.
        start: int64 per draft, the row of the film of which only the year is known.
    """
    predicted = model.predict_log(matrix)
    votes = np.expm1(predicted)
    end, first = predicted[: len(start)], predicted[start]
    moved = np.log(votes[: len(start)] / votes[start])
    is_apart = np.abs(end - first) > _LEAST_DIFFERENCE
    slopes = np.where(is_apart, moved / np.where(is_apart, end - first, 1.0), 1.0 + 1.0 / votes[start])
    points = model.group_contributions(matrix)
    steps = points.to_numpy()
    return Steps(votes, moved, list(map(str, points)), slopes[:, None] * (steps[: len(start)] - steps[start]))


def _shared_among_given(points: dict[str, float], given: set[str]) -> dict[str, float]:
    kept = {group: value for group, value in points.items() if group in given}
    rest = sum(value for group, value in points.items() if group not in given)
    total = sum(map(abs, kept.values()))
    if not total:
        return {group: rest / len(kept) for group in kept}
    return {group: value + rest * abs(value) / total for group, value in kept.items()}

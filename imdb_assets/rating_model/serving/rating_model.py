"""The rating model: predicts ratings, intervals and warnings for drafts, and saves and opens its files.

All files are readable without this code: LightGBM's text format, skops for scikit-learn's classes, Arrow and Parquet
for tables, JSON for numbers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features, present_facts
from imdb_assets.rating_model.lookup.draft_resolver import DraftResolver
from imdb_assets.rating_model.lookup.familiar_facts import FamiliarFacts
from imdb_assets.rating_model.lookup.films_alike import FilmsAlike
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import ReleasedFilms
from imdb_assets.rating_model.serving import skops_files
from imdb_assets.rating_model.serving.prediction import RATING_COLUMNS, Prediction
from imdb_assets.rating_model.training.fitted_model import AudienceRating, Calibration, FittedModel, rows_by_audience
from imdb_assets.rating_model.training.intervals import BOUNDS, Intervals
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE, TextScorer
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets.rating_model.training.votes import VOTES_COLUMNS, VotesModel

_NUMBERS = (*RATING_COLUMNS, *VOTES_COLUMNS)
_LIGHTGBM, _TFIDF_FOREST = "lightgbm", "tfidf_forest"


class RatingPredictor(Protocol):
    """Predicts ratings from features and texts: `FittedModel` or `TfidfForest`."""

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Predict ratings.

        Args:
            matrix: float64 features, columns `FEATURE_NAMES`.
            drafts: Columns `DRAFT_COLUMNS`, one row per row of `matrix`. Without `audience`, all are for the default.

        Returns:
            float64 (n_rows,), 1 to 10.
        """
        ...


@dataclass(frozen=True)
class RatingModel:
    """The complete model: everything needed to predict the rating of a draft.

    Attributes:
        predictor: Predicts ratings.
        history: The past as of each year.
        people: Everyone with a movie credit.
        intervals: Prediction intervals of the rating, by audience.
        films: Released films.
        votes: Predicts the number of votes.
    """

    predictor: RatingPredictor
    history: History
    people: People
    intervals: Mapping[str, Intervals]
    films: ReleasedFilms
    votes: VotesModel

    def predict(self, drafts: Sequence[MovieDraft]) -> list[Prediction]:
        """Predict the ratings of drafts, people given as ids or names; one prediction per draft."""
        resolver = DraftResolver(self.people, self.history)
        resolved = [resolver.resolve(draft) for draft in drafts]
        if not resolved:
            return []
        answers = self._numbers(drafts_frame(draft for draft, _ in resolved)).tolist()
        return [
            Prediction(
                **dict(zip(_NUMBERS, numbers, strict=True)),
                warnings=(*warnings, *self._familiar_facts.warnings(draft)),
            )
            for numbers, (draft, warnings) in zip(answers, resolved, strict=True)
        ]

    def predict_frame(self, drafts: pd.DataFrame) -> np.ndarray:
        """Predict the ratings of many drafts.

        Args:
            drafts: Rows with `DRAFT_COLUMNS`; people as ids. Without `audience`, all are for the default.

        Returns:
            float64 ratings per row, 1 to 10.
        """
        return self.predictor.predict(features(drafts, self.history), drafts)

    def predict_with_bounds(self, drafts: pd.DataFrame) -> pd.DataFrame:
        """Predict the ratings, intervals and votes of many drafts.

        Args:
            drafts: Rows with `DRAFT_COLUMNS`; people as ids. Without `audience`, all are for the default.

        Returns:
            float64, one row per draft with its index, columns `OUTPUT_COLUMNS` without `warnings`.
        """
        return pd.DataFrame(self._numbers(drafts), index=drafts.index, columns=list(_NUMBERS))

    def _numbers(self, drafts: pd.DataFrame) -> np.ndarray:
        # Arrays only: building data frames would take longer than predicting one draft.
        matrix = features(drafts, self.history)
        ratings = self.predictor.predict(matrix, drafts)
        limits = np.empty((len(drafts), len(BOUNDS)))
        by_audience, present = rows_by_audience(drafts), present_facts(drafts)
        for audience, rows in by_audience.items():
            own = matrix if len(by_audience) == 1 else matrix.iloc[rows]
            known = {fact: given[rows] for fact, given in present.items()}
            limits[rows] = self.intervals[audience].limits(own, ratings[rows], known)
        return np.column_stack([ratings, limits, self.votes.predict_values(matrix)])

    def resolve_draft(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Truncate a draft to the limits of the features and resolve names to ids. Also return user warnings."""
        return DraftResolver(self.people, self.history).resolve(draft)

    def resolve_silently(self, drafts: Iterable[MovieDraft]) -> list[MovieDraft]:
        """Truncate and resolve drafts; skips the fuzzy name lookup because warnings are discarded."""
        resolver = DraftResolver(self.people, self.history, max_fuzzy_lookups=0)
        return [resolver.resolve(draft)[0] for draft in drafts]

    def resolve_names(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Resolve the names of a draft to ids; also return warnings for the user."""
        return DraftResolver(self.people, self.history).resolve_names(draft)

    @cached_property
    def films_alike(self) -> FilmsAlike:
        """The released films by kind."""
        return FilmsAlike.of_films(self.films.table)

    @cached_property
    def _familiar_facts(self) -> FamiliarFacts:
        return FamiliarFacts.of_films(self.films.table)

    def save(self, folder: Path) -> None:
        """Write all parts as files into a folder, which is created."""
        folder.mkdir(parents=True, exist_ok=True)
        self.history.save(folder)
        self.people.save(folder / "people.arrow")
        self.films.save(folder)
        kind = _LIGHTGBM if isinstance(self.predictor, FittedModel) else _TFIDF_FOREST
        numbers: dict[str, object] = {
            "kind": kind,
            "intervals": {audience: intervals.numbers() for audience, intervals in self.intervals.items()},
            "votes": {"intervals": self.votes.intervals.numbers(), "log_odds": dict(self.votes.log_odds)},
        }
        boosters = {f"error_{audience}": intervals.booster for audience, intervals in self.intervals.items()}
        boosters |= {"votes": self.votes.booster, "error_votes": self.votes.intervals.booster}
        match self.predictor:
            case FittedModel():
                numbers["audiences"] = {
                    audience: {"trees": rating.trees, **vars(rating.calibration)}
                    for audience, rating in self.predictor.audiences.items()
                }
                numbers["absent_points"] = self.predictor.absent_points
                used = {rating.trees for rating in self.predictor.audiences.values()}
                boosters |= {f"rating_{name}": self.predictor.boosters[name] for name in sorted(used)}
                for name, scorer in self.predictor.texts.items():
                    skops_files.save([*scorer.weightings, scorer.ridge], folder / f"{name}.skops")
            case TfidfForest(pipeline=pipeline):
                skops_files.save(pipeline, folder / "pipeline.skops")
        for name, booster in boosters.items():
            if booster is not None:
                booster.save_model(folder / f"{name}.txt")
        (folder / "numbers.json").write_text(json.dumps(numbers, indent=2))

    @classmethod
    def open(cls, folder: Path) -> "RatingModel":
        """Open the files that `save` wrote; tables are mapped into memory.

        Raises:
            FileNotFoundError: If a file is missing.
        """
        numbers = json.loads((folder / "numbers.json").read_text())
        is_forest = numbers["kind"] == _TFIDF_FOREST
        votes = VotesModel(
            lgb.Booster(model_file=folder / "votes.txt"),
            _open_intervals(folder / "error_votes.txt", numbers["votes"]["intervals"]),
            numbers["votes"]["log_odds"],
        )
        return cls(
            predictor=_open_tfidf_forest(folder) if is_forest else _open_lightgbm(folder, numbers),
            history=History.open(folder),
            people=People.open(folder / "people.arrow"),
            intervals={
                audience: _open_intervals(folder / f"error_{audience}.txt", fitted)
                for audience, fitted in numbers["intervals"].items()
            },
            films=ReleasedFilms.open(folder),
            votes=votes,
        )


def _open_lightgbm(folder: Path, numbers: Mapping[str, Any]) -> FittedModel:
    scorers = {}
    for name in (PLOT, TITLE):
        if (folder / f"{name}.skops").exists():
            *weightings, ridge = skops_files.load(folder / f"{name}.skops")
            scorers[name] = TextScorer(tuple(weightings), ridge)
    audiences = {
        audience: AudienceRating(rating["trees"], Calibration(rating["intercept"], rating["slope"]))
        for audience, rating in numbers["audiences"].items()
    }
    # Only the trees that an audience uses are stored.
    boosters = {
        name: lgb.Booster(model_file=folder / f"rating_{name}.txt")
        for name in dict.fromkeys(rating.trees for rating in audiences.values())
    }
    return FittedModel(boosters, scorers, audiences, numbers["absent_points"])


def _open_intervals(file: Path, numbers: Mapping[str, Any]) -> Intervals:
    booster = lgb.Booster(model_file=file) if file.exists() else None
    return Intervals(booster, **{**numbers, "scale_limits": tuple(numbers["scale_limits"])})


def _open_tfidf_forest(folder: Path) -> TfidfForest:
    return TfidfForest(skops_files.load(folder / "pipeline.skops"))

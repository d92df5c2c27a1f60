"""The rating model: predicts ratings, intervals and warnings for drafts, and saves and opens its files.

All files are readable without this code: LightGBM's text format, skops for scikit-learn's classes, Arrow and Parquet
for tables, JSON for numbers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.lookup.draft_resolver import DraftResolver
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import ReleasedFilms
from imdb_assets.rating_model.serving import skops_files
from imdb_assets.rating_model.training.fitted_model import Calibration, FittedModel
from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE, TextScorer
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest

OUTPUT_COLUMNS = ("rating", "low_80", "high_80", "low_90", "high_90", "warnings")
_LIGHTGBM, _TFIDF_FOREST = "lightgbm", "tfidf_forest"


class RatingPredictor(Protocol):
    """Predicts ratings from features and texts: `FittedModel` or `TfidfForest`."""

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Predict ratings.

        Args:
            matrix: float64 features, columns `FEATURE_NAMES`.
            drafts: `title`, `original_title` and `plot`, text or None, one row per row of `matrix`.

        Returns:
            float64 (n_rows,), 1 to 10.
        """
        ...


@dataclass(frozen=True)
class Prediction:
    """The answer to one draft: the predicted rating, its 80% and 90% intervals, and warnings for the user."""

    rating: float
    low_80: float
    high_80: float
    low_90: float
    high_90: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class RatingModel:
    """The complete model: everything needed to predict the rating of a draft."""

    predictor: RatingPredictor
    history: History
    people: People
    intervals: Intervals
    films: ReleasedFilms

    def predict(self, drafts: Sequence[MovieDraft]) -> list[Prediction]:
        """Predict the ratings of drafts, people given as ids or names; one prediction per draft."""
        resolver = DraftResolver(self.people)
        resolved = [resolver.resolve(draft) for draft in drafts]
        if not resolved:
            return []
        frame = drafts_frame(draft for draft, _ in resolved)
        matrix = features(frame, self.history)
        ratings = self.predictor.predict(matrix, frame)
        bounds = self.intervals.bounds(matrix, ratings)
        return [
            Prediction(
                rating=float(rating), **{str(name): float(value) for name, value in row.items()}, warnings=warnings
            )
            for rating, row, (_, warnings) in zip(ratings, bounds.to_dict("records"), resolved, strict=True)
        ]

    def predict_frame(self, drafts: pd.DataFrame) -> np.ndarray:
        """Predict the ratings of many drafts.

        Args:
            drafts: Rows with `DRAFT_COLUMNS`; people as ids.

        Returns:
            float64 ratings per row, 1 to 10.
        """
        return self.predictor.predict(features(drafts, self.history), drafts)

    def predict_with_bounds(self, drafts: pd.DataFrame) -> pd.DataFrame:
        """Predict the ratings and intervals of many drafts.

        Args:
            drafts: Rows with `DRAFT_COLUMNS`; people as ids.

        Returns:
            float64, one row per draft with its index, columns `OUTPUT_COLUMNS` without `warnings`.
        """
        matrix = features(drafts, self.history)
        ratings = self.predictor.predict(matrix, drafts)
        bounds = self.intervals.bounds(matrix, ratings).set_axis(drafts.index)
        return bounds.assign(rating=ratings)[[name for name in OUTPUT_COLUMNS if name != "warnings"]]

    def resolve_draft(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Truncate a draft to the limits of the features and resolve names to ids. Also return user warnings."""
        return DraftResolver(self.people).resolve(draft)

    def resolve_silently(self, drafts: Iterable[MovieDraft]) -> list[MovieDraft]:
        """Truncate and resolve drafts; skips the fuzzy name lookup because warnings are discarded."""
        resolver = DraftResolver(self.people, max_fuzzy_lookups=0)
        return [resolver.resolve(draft)[0] for draft in drafts]

    def resolve_names(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Resolve the names of a draft to ids; also return warnings for the user."""
        return DraftResolver(self.people).resolve_names(draft)

    def save(self, folder: Path) -> None:
        """Write all parts as files into a folder, which is created."""
        folder.mkdir(parents=True, exist_ok=True)
        self.history.save(folder)
        self.people.save(folder / "people.arrow")
        self.films.save(folder)
        kind = _LIGHTGBM if isinstance(self.predictor, FittedModel) else _TFIDF_FOREST
        numbers: dict[str, object] = {"kind": kind, "intervals": self.intervals.to_dict()}
        match self.predictor:
            case FittedModel(booster=booster, texts=texts, calibration=calibration):
                numbers["calibration"] = vars(calibration)
                booster.save_model(folder / "booster.txt")
                for name, scorer in texts.items():
                    skops_files.save([*scorer.weightings, scorer.ridge], folder / f"{name}.skops")
            case TfidfForest(pipeline=pipeline):
                skops_files.save(pipeline, folder / "pipeline.skops")
        (folder / "numbers.json").write_text(json.dumps(numbers, indent=2))

    @classmethod
    def open(cls, folder: Path) -> "RatingModel":
        """Open the files that `save` wrote; tables are mapped into memory.

        Raises:
            FileNotFoundError: If a file is missing.
        """
        numbers = json.loads((folder / "numbers.json").read_text())
        is_forest = numbers["kind"] == _TFIDF_FOREST
        return cls(
            predictor=_open_tfidf_forest(folder) if is_forest else _open_lightgbm(folder, numbers),
            history=History.open(folder),
            people=People.open(folder / "people.arrow"),
            intervals=Intervals(**numbers["intervals"]),
            films=ReleasedFilms.open(folder),
        )


def _open_lightgbm(folder: Path, numbers: Mapping[str, Any]) -> FittedModel:
    scorers = {}
    for name in (PLOT, TITLE):
        if (folder / f"{name}.skops").exists():
            *weightings, ridge = skops_files.load(folder / f"{name}.skops")
            scorers[name] = TextScorer(tuple(weightings), ridge)
    calibration = Calibration(**numbers["calibration"])
    return FittedModel(lgb.Booster(model_file=folder / "booster.txt"), scorers, calibration)


def _open_tfidf_forest(folder: Path) -> TfidfForest:
    return TfidfForest(skops_files.load(folder / "pipeline.skops"))

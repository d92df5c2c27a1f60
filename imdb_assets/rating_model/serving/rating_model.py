"""The rating model: what answers drafts with ratings, intervals and warnings, and its files.

What was learned lies in files that anybody can read: LightGBM's text format, skops for scikit-learn's classes, Arrow
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
import skops.io

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.lookup.draft_resolver import DraftReader
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import Films
from imdb_assets.rating_model.training.conformal import Intervals
from imdb_assets.rating_model.training.fitted_model import Calibration, FittedModel
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE, TextScorer
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest

# skops asks to be told of scikit-learn's compiled types; this one holds a tree's numbers.
FOREST_TYPES = ["sklearn.tree._tree.Tree"]
OUTPUT_COLUMNS = ("rating", "low_80", "high_80", "low_90", "high_90", "warnings")


class RatingPredictor(Protocol):
    """What turns features and plots into ratings: `FittedModel` or `TfidfForest`."""

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Rating to expect per row."""
        ...


@dataclass(frozen=True)
class Prediction:
    """The answer to one draft."""

    rating: float
    low_80: float
    high_80: float
    low_90: float
    high_90: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class RatingModel:
    """Everything that answers a draft."""

    predictor: RatingPredictor
    history: History
    people: People
    intervals: Intervals
    films: Films

    def predict(self, drafts: Sequence[MovieDraft]) -> list[Prediction]:
        """Answer drafts, people given as ids or names."""
        reader = DraftReader(self.people)
        resolved = [reader.read(draft) for draft in drafts]
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
        """Ratings for many drafts at once: a row each, `DRAFT_COLUMNS`, people as ids."""
        return self.predictor.predict(features(drafts, self.history), drafts)

    def predict_with_bounds(self, drafts: pd.DataFrame) -> pd.DataFrame:
        """Ratings and intervals for many drafts at once: a row each, columns as `OUTPUT_COLUMNS` without warnings."""
        matrix = features(drafts, self.history)
        ratings = self.predictor.predict(matrix, drafts)
        bounds = self.intervals.bounds(matrix, ratings).set_axis(drafts.index)
        return bounds.assign(rating=ratings)[[name for name in OUTPUT_COLUMNS if name != "warnings"]]

    def read(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Cut a draft to what any feature reads and put ids for names; also says what the reader should know."""
        return DraftReader(self.people).read(draft)

    def read_quietly(self, drafts: Iterable[MovieDraft]) -> list[MovieDraft]:
        """The same for drafts of whose reading nobody is told: no names like unknown ones are looked up."""
        reader = DraftReader(self.people, most_looked_up=0)
        return [reader.read(draft)[0] for draft in drafts]

    def resolve(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Put ids for names, and say what the reader of the answer should know."""
        return DraftReader(self.people).resolve(draft)

    def save(self, folder: Path) -> None:
        """Write all parts as files into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.history.save(folder)
        self.people.save(folder / "people.arrow")
        self.films.save(folder)
        kind = "lightgbm" if isinstance(self.predictor, FittedModel) else "random_forest"
        numbers: dict[str, object] = {"kind": kind, "intervals": self.intervals.to_dict()}
        match self.predictor:
            case FittedModel(booster=booster, texts=texts, calibration=calibration):
                numbers["calibration"] = vars(calibration)
                booster.save_model(folder / "booster.txt")
                for name, scorer in texts.items():
                    skops.io.dump([*scorer.weightings, scorer.ridge], folder / f"{name}.skops")
            case TfidfForest(pipeline=pipeline):
                skops.io.dump(pipeline, folder / "pipeline.skops")
        (folder / "numbers.json").write_text(json.dumps(numbers, indent=2))

    @classmethod
    def open(cls, folder: Path) -> "RatingModel":
        """Load what `save` wrote."""
        numbers = json.loads((folder / "numbers.json").read_text())
        return cls(
            predictor=_open_tfidf_forest(folder)
            if numbers["kind"] == "random_forest"
            else _open_lightgbm(folder, numbers),
            history=History.open(folder),
            people=People.open(folder / "people.arrow"),
            intervals=Intervals(**numbers["intervals"]),
            films=Films.open(folder),
        )


def _open_lightgbm(folder: Path, numbers: Mapping[str, Any]) -> FittedModel:
    scorers = {}
    for name in (PLOT, TITLE):
        if (folder / f"{name}.skops").exists():
            *weightings, ridge = skops.io.load(folder / f"{name}.skops")
            scorers[name] = TextScorer(tuple(weightings), ridge)
    calibration = Calibration(**numbers["calibration"])
    return FittedModel(lgb.Booster(model_file=folder / "booster.txt"), scorers, calibration)


def _open_tfidf_forest(folder: Path) -> TfidfForest:
    return TfidfForest(skops.io.load(folder / "pipeline.skops", trusted=FOREST_TYPES))

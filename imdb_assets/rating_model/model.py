"""The rating model: what answers drafts with ratings, intervals and warnings, and its files.

What was learned lies in files that anybody can read: LightGBM's text format, skops for scikit-learn's classes, Arrow
for tables, JSON for numbers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import pandas as pd
import skops.io

from imdb_assets.rating_model.credits import BILLED_CAST
from imdb_assets.rating_model.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features import History, features
from imdb_assets.rating_model.films import Films
from imdb_assets.rating_model.intervals import Intervals
from imdb_assets.rating_model.people import NEWCOMER, People
from imdb_assets.rating_model.seed_recipe import SeedModel
from imdb_assets.rating_model.text import LONGEST_PLOT, PLOT, TITLE, TextScorer
from imdb_assets.rating_model.training import Calibration, FittedModel
from imdb_assets.tables.features import GENRES, ROLE_LISTS

# skops asks to be told of scikit-learn's compiled types; this one holds a tree's numbers.
FOREST_TYPES = ["sklearn.tree._tree.Tree"]
LONGEST_NAME = 200
"""Characters of a name or genre that are read; IMDb's names are shorter."""
OUTPUT_COLUMNS = ("rating", "low_80", "high_80", "low_90", "high_90", "warnings")


class RatingPredictor(Protocol):
    """What turns features and plots into ratings: `FittedModel` or `SeedModel`."""

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
        resolved = [self.read(draft) for draft in drafts]
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
        short, cuts = cut_to_what_is_read(draft)
        resolved, warnings = self.resolve(short)
        return resolved, (*cuts, *warnings)

    def resolve(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Put ids for names, and say what the reader of the answer should know.

        A newcomer keeps an id that nobody has, since a name nobody knows is a debut, not an absent fact.
        """
        strange = dict.fromkeys(genre for genre in draft.genres if genre not in GENRES)
        warnings = [f"{genre} is not a genre of IMDb's: left out." for genre in strange]
        people: dict[str, tuple[str, ...]] = {}
        for column in ROLE_LISTS.values():
            ids = []
            for text in getattr(draft, column):
                resolution = self.people.resolve(text)
                warnings += [resolution.warning] if resolution.warning else []
                if text.strip():
                    ids.append(resolution.nconst or f"{NEWCOMER}{text.strip()}")
            people[column] = tuple(dict.fromkeys(ids))
        genres = tuple(genre for genre in draft.genres if genre in GENRES)
        return draft.model_copy(update={"genres": genres, **people}), tuple(dict.fromkeys(warnings))

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
            case SeedModel(pipeline=pipeline):
                skops.io.dump(pipeline, folder / "pipeline.skops")
        (folder / "numbers.json").write_text(json.dumps(numbers, indent=2))

    @classmethod
    def open(cls, folder: Path) -> "RatingModel":
        """Load what `save` wrote."""
        numbers = json.loads((folder / "numbers.json").read_text())
        return cls(
            predictor=_open_seed(folder) if numbers["kind"] == "random_forest" else _open_lightgbm(folder, numbers),
            history=History.open(folder),
            people=People.open(folder / "people.arrow"),
            intervals=Intervals(**numbers["intervals"]),
            films=Films.open(folder),
        )


def cut_to_what_is_read(draft: MovieDraft) -> tuple[MovieDraft, list[str]]:
    """Leave out what no feature reads, however much was sent, and say so: the answer stays the same, and quick."""
    changes: dict[str, object] = {}
    warnings = []
    if draft.plot and len(draft.plot) > LONGEST_PLOT:
        changes["plot"] = draft.plot[:LONGEST_PLOT]
        warnings.append(f"The plot has {len(draft.plot):,} characters: the first {LONGEST_PLOT:,} are read.")
    for column, most in {"genres": len(GENRES), **dict.fromkeys(ROLE_LISTS.values(), BILLED_CAST)}.items():
        given: tuple[str, ...] = getattr(draft, column)
        kept = tuple(text[:LONGEST_NAME] for text in given[:most])
        if len(given) > most:
            warnings.append(f"{column} lists {len(given):,}: the first {most} are read.")
        if kept != given[:most]:
            warnings.append(f"{column} holds a text of more than {LONGEST_NAME} characters: the rest is not read.")
        changes[column] = kept
    return draft.model_copy(update=changes), warnings


def _open_lightgbm(folder: Path, numbers: Mapping[str, Any]) -> FittedModel:
    scorers = {}
    for name in (PLOT, TITLE):
        if (folder / f"{name}.skops").exists():
            *weightings, ridge = skops.io.load(folder / f"{name}.skops")
            scorers[name] = TextScorer(tuple(weightings), ridge)
    calibration = Calibration(**numbers["calibration"])
    return FittedModel(lgb.Booster(model_file=folder / "booster.txt"), scorers, calibration)


def _open_seed(folder: Path) -> SeedModel:
    return SeedModel(skops.io.load(folder / "pipeline.skops", trusted=FOREST_TYPES))

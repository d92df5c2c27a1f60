"""A registered version with its evaluation, as leaderboard, slices, gate, card and drift read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from mlflow.entities.model_registry import ModelVersion

from imdb_assets.rating_model.evaluation.candidate_evaluation import STATISTICS, CandidateEvaluation
from imdb_assets.rating_model.evaluation.missingness import MissingnessGain
from imdb_assets.rating_model.registry.logged_recipe import COMPARED_WITH, UNKNOWN_RECIPE, recipe_state
from imdb_assets.rating_model.registry.run_artifacts import (
    IMPORTANCE_FILE,
    LEADERBOARD_FILE,
    MISSINGNESS_FILE,
    PREDICTIONS_FILE,
    SLICES_FILE,
    dict_of_run,
    rows_of_run,
    statistics_file,
)
from imdb_assets.rating_model.registry.versions import (
    CANDIDATE,
    CHAMPION,
    ROLLED_BACK,
    version_of,
    version_or_error,
)

FINGERPRINT = "fingerprint"
"""Tag of a version: the fingerprint of the code, recipe and tables that it was trained from."""


@dataclass(frozen=True)
class Evaluation:
    """The part of a candidate's evaluation that its run logs.

    Attributes:
        leaderboard: Rows of `gold_model_leaderboard`.
        slices: Rows of `gold_model_slices`.
        predictions: Columns `PREDICTION_COLUMNS`.
        importance: Columns `group`, `share` and `rmse_increase`, as in the candidate's evaluation.
        missingness: The information in the pattern of absent facts.
        statistics: Rows of the tables `STATISTICS`, by name.
    """

    leaderboard: pd.DataFrame
    slices: pd.DataFrame
    predictions: pd.DataFrame
    importance: pd.DataFrame
    missingness: MissingnessGain
    statistics: Mapping[str, pd.DataFrame]

    @classmethod
    def of_candidate(cls, candidate: CandidateEvaluation) -> "Evaluation":
        """Select the logged part of a candidate's evaluation."""
        return cls(
            leaderboard=candidate.leaderboard,
            slices=candidate.slices,
            predictions=candidate.predictions,
            importance=candidate.importance,
            missingness=candidate.missingness,
            statistics=candidate.statistics,
        )


class _Handover:
    """Holds the last evaluation that this process logged, so that assets downstream of the candidate need no download.

    Its content is a cache, so it is not part of the fingerprint of an asset whose code refers to it.
    """

    FINGERPRINT_TEXT = "cache"

    def __init__(self) -> None:
        self._run_id: str | None = None
        self._evaluation: Evaluation | None = None

    def put(self, run_id: str, evaluation: Evaluation) -> None:
        self._run_id, self._evaluation = run_id, evaluation

    def get(self, run_id: str) -> Evaluation | None:
        return self._evaluation if run_id == self._run_id else None


_HANDOVER = _Handover()


def hand_over(run_id: str, evaluation: Evaluation) -> None:
    """Cache the evaluation that an MLflow run has just logged for later readers in this process."""
    _HANDOVER.put(run_id, evaluation)


@dataclass(frozen=True)
class EvaluatedVersion:
    """A registered version and its evaluation.

    The evaluation is in memory if this process evaluated the version. Otherwise each part is loaded from the version's
    run on first access, which raises `NotLoggedError` if the run did not log the file.

    Attributes:
        tracking_uri: Address of MLflow's tracking server or database.
        registered: The version as MLflow describes it.
    """

    tracking_uri: str
    registered: ModelVersion

    @property
    def version(self) -> str:
        """Number of the version."""
        return str(self.registered.version)

    @property
    def run_id(self) -> str:
        """Id of the MLflow run that logged the version."""
        return str(self.registered.run_id)

    @property
    def tags(self) -> Mapping[str, str]:
        """Tags of the version."""
        return self.registered.tags

    @property
    def fingerprint(self) -> str | None:
        """Fingerprint of the code, recipe and tables that the version was trained from."""
        return self.tags.get(FINGERPRINT)

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """Rows of `gold_model_leaderboard`."""
        return kept.leaderboard if (kept := self._in_memory) else self._rows(LEADERBOARD_FILE)

    @cached_property
    def slices(self) -> pd.DataFrame:
        """Rows of `gold_model_slices`."""
        return kept.slices if (kept := self._in_memory) else self._rows(SLICES_FILE)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Columns `PREDICTION_COLUMNS`."""
        return kept.predictions if (kept := self._in_memory) else self._rows(PREDICTIONS_FILE)

    @cached_property
    def importance(self) -> pd.DataFrame:
        """Columns `group`, `share` and `rmse_increase`, as in the candidate's evaluation."""
        return kept.importance if (kept := self._in_memory) else self._rows(IMPORTANCE_FILE)

    @cached_property
    def missingness(self) -> MissingnessGain:
        """The information in the pattern of absent facts."""
        if kept := self._in_memory:
            return kept.missingness
        numbers = dict_of_run(self.tracking_uri, self.registered, MISSINGNESS_FILE)
        return MissingnessGain(**{name: numbers[name] for name in MissingnessGain.__dataclass_fields__})

    @cached_property
    def statistics(self) -> Mapping[str, pd.DataFrame]:
        """Rows of the tables `STATISTICS`, by name."""
        return {name: self.rows_of(name) for name in STATISTICS}

    def rows_of(self, name: str) -> pd.DataFrame:
        """Return the rows of one of the tables `STATISTICS`."""
        return kept.statistics[name] if (kept := self._in_memory) else self._rows(statistics_file(name))

    @property
    def _in_memory(self) -> Evaluation | None:
        return _HANDOVER.get(self.run_id)

    def _rows(self, file: str) -> pd.DataFrame:
        return rows_of_run(self.tracking_uri, self.registered, file)


def evaluated_version(tracking_uri: str, alias: str = CHAMPION) -> EvaluatedVersion:
    """Return the version of an alias with its evaluation.

    Raises:
        NoChampionError: No version has the alias.
        RegistryUnreachableError: The registry does not answer.
    """
    return EvaluatedVersion(tracking_uri, version_or_error(tracking_uri, alias))


def registered_candidate(tracking_uri: str) -> EvaluatedVersion | None:
    """Return the candidate with its evaluation; None if it must be trained, or trained again.

    A candidate that was compared with another champion than the present one cannot be judged. One that was rolled back
    is not trained again from the same data.
    """
    candidate, champion = version_of(tracking_uri, CANDIDATE), version_of(tracking_uri, CHAMPION)
    if candidate is None:
        return None
    if champion is not None and champion.version != candidate.version and ROLLED_BACK not in candidate.tags:
        state = recipe_state(tracking_uri, champion)
        # Without the champion's recipe, another training would not help.
        if state != UNKNOWN_RECIPE and candidate.tags.get(COMPARED_WITH) != state:
            return None
    return EvaluatedVersion(tracking_uri, candidate)

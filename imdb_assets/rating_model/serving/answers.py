"""The served model: answers a request of drafts with ratings, intervals, warnings and, on request, more.

`pyfunc.py` passes it to MLflow. It needs neither Spark nor Dagster.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, MovieDraft
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain
from imdb_assets.rating_model.serving.ignored_fields import IGNORED_FIELDS, ignored_warnings
from imdb_assets.rating_model.serving.manifest import DamagedArtifactError, verify_manifest
from imdb_assets.rating_model.serving.prediction import MODEL_VERSION, OUTPUT_COLUMNS
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films

UNREGISTERED = "unregistered"
"""The version of a model that was not loaded from the registry."""
EXPLAIN = "explain"
"""The parameter that adds the columns `average`, `reasons`, `average_votes` and `vote_reasons` to the answer."""
SIMILAR = "similar"
"""The parameter that adds a column of the same name with this many similar released films per draft."""
MAX_DRAFTS = 50_000
"""Drafts per request."""
MAX_EXPLAINED_DRAFTS = 5_000
"""Drafts per request with reasons, which take several times as long as a rating."""
MAX_SIMILAR_FILMS, MAX_DRAFTS_WITH_SIMILAR = 50, 100
"""Similar films per draft, and drafts per request with similar films, so that no request blocks others for long."""
SERVED_VERSION, SERVED_NOTES = "version", "notes"
"""MLflow's model configuration of a served model: its version, and sentences for users that every answer contains."""
# MLflow writes this file next to a model that it fetches from the registry.
_REGISTRY_FILE = "registered_model_meta"


def parse_drafts(rows: Sequence[Mapping[str, object]]) -> list[MovieDraft]:
    """Parse the drafts of a request.

    Args:
        rows: Values by field, one row per draft.

    Returns:
        The drafts, in the same order.

    Raises:
        MlflowException: For too many drafts, or at the first invalid one, with its row, counted from 1, if there are
            several. The error code is that of an invalid parameter, which the server answers with status 400.
    """
    if len(rows) > MAX_DRAFTS:
        raise MlflowException.invalid_parameter_value(
            f"{len(rows):,} drafts in one request: send at most {MAX_DRAFTS:,} per request."
        )
    drafts = []
    for number, row in enumerate(rows, start=1):
        try:
            drafts.append(read_draft(row))
        except DraftError as error:
            position = f"row {number}: " if len(rows) > 1 else ""
            raise MlflowException.invalid_parameter_value(f"{position}{error}") from None
    return drafts


class ServedModel(PythonModel):
    """The model as MLflow serves it: a data frame of drafts in, a data frame of answers out."""

    model: RatingModel
    version: str
    notes: tuple[str, ...] = ()

    def load_context(self, context: PythonModelContext) -> None:
        """Verify and open the artifact.

        Raises:
            DamagedArtifactError: A file of the artifact is missing, unexpected or changed; the message names it.
        """
        folder = Path(context.artifacts["rating_model"])
        root, config = folder.parents[1], context.model_config or {}
        self.version = config.get(SERVED_VERSION) or registered_version(root)
        self.notes = tuple(config.get(SERVED_NOTES, ()))
        try:
            verify_manifest(root)
        except DamagedArtifactError as error:
            raise DamagedArtifactError(f"The rating model, version {self.version}, is damaged: {error}.") from None
        self.model = RatingModel.open(folder)
        IGNORED_FIELDS.install()

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: dict | None = None,
    ) -> pd.DataFrame:
        """Answer a request.

        Args:
            context: Not used.
            model_input: One row per draft, columns `DRAFT_COLUMNS`; all but `release_year` may be missing.
            params: `explain`, a bool; `similar`, a number of films.

        Returns:
            One row per draft: `OUTPUT_COLUMNS` and `model_version`, where `warnings` is a list of sentences. With
            `explain` also `average`, the average rating, and `reasons`, what each group of features adds to it, and the
            same for the votes: `average_votes` and `vote_reasons`, with the factors that multiply it. With `similar`
            also `similar`, a list of released films.

        Raises:
            MlflowException: If the request is invalid; the message names the field and the fix.
        """
        warnings = ignored_warnings(IGNORED_FIELDS.take("fields"), "a field of a draft", DRAFT_COLUMNS)
        warnings += ignored_warnings(IGNORED_FIELDS.take("parameters"), "a parameter", (EXPLAIN, SIMILAR))
        warnings = [*self.notes, *warnings]
        known = model_input[[name for name in DRAFT_COLUMNS if name in model_input]]
        drafts = parse_drafts([{str(name): value for name, value in row.items()} for row in known.to_dict("records")])
        predictions = self.model.predict(drafts)
        records = [vars(prediction) | {"warnings": [*warnings, *prediction.warnings]} for prediction in predictions]
        answers = pd.DataFrame(records, columns=list(OUTPUT_COLUMNS)).assign(**{MODEL_VERSION: self.version})
        parameters = params or {}
        if parameters.get(SIMILAR):
            answers = self._with_similar(answers, drafts, int(parameters[SIMILAR]))
        return self._with_reasons(answers, drafts) if parameters.get(EXPLAIN) else answers

    def _with_similar(self, answers: pd.DataFrame, drafts: list[MovieDraft], k: int) -> pd.DataFrame:
        if not 0 <= k <= MAX_SIMILAR_FILMS or len(drafts) > MAX_DRAFTS_WITH_SIMILAR:
            raise MlflowException.invalid_parameter_value(
                f"params.{SIMILAR} = {k} for {len(drafts):,} drafts: request 0 to {MAX_SIMILAR_FILMS} films per draft, "
                f"for at most {MAX_DRAFTS_WITH_SIMILAR} drafts per request."
            )
        films = [[asdict(film) for film in similar_films(self.model, draft, k=k)] for draft in drafts]
        return answers.assign(**{SIMILAR: pd.Series(films, dtype="object")})

    def _with_reasons(self, answers: pd.DataFrame, drafts: list[MovieDraft]) -> pd.DataFrame:
        if len(drafts) > MAX_EXPLAINED_DRAFTS:
            raise MlflowException.invalid_parameter_value(
                f"params.{EXPLAIN} for {len(drafts):,} drafts: request reasons for at most {MAX_EXPLAINED_DRAFTS:,} "
                "drafts per request."
            )
        try:
            explanations = explain(self.model, drafts)
        except NotExplainableError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None
        return answers.assign(
            average=[explanation.average for explanation in explanations],
            reasons=_as_records(explanation.reasons for explanation in explanations),
            average_votes=[explanation.average_votes for explanation in explanations],
            vote_reasons=_as_records(explanation.vote_reasons for explanation in explanations),
        )


def _as_records(reasons: Iterable[Sequence[object]]) -> pd.Series:
    return pd.Series([[dict(vars(reason)) for reason in of_draft] for of_draft in reasons], dtype="object")


def registered_version(folder: Path) -> str:
    """Return the registry version of the model in a folder, `UNREGISTERED` if MLflow did not load it from there."""
    file = folder / _REGISTRY_FILE
    match = re.search(r"^model_version: '?(\d+)'?$", file.read_text(), re.MULTILINE) if file.exists() else None
    return match[1] if match else UNREGISTERED

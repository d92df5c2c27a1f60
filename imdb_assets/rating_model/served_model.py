"""The served model: drafts in, ratings with intervals and warnings out. Needs neither Spark nor Dagster.

MLflow loads it from this file ("models from code"); what was learned lies beside it, as `model.py` writes it.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from pydantic import ValidationError

from imdb_assets.rating_model.draft import DRAFT_COLUMNS, MovieDraft
from imdb_assets.rating_model.explanation import NotExplainableError, explain
from imdb_assets.rating_model.model import OUTPUT_COLUMNS, RatingModel
from imdb_assets.rating_model.similar import similar_films

MODEL_VERSION, UNREGISTERED = "model_version", "unregistered"
"""The served answer's column that says which version answered, and what it says of a model without one."""
EXPLAIN = "explain"
"""The parameter of a request that asks for reasons, in columns of their own."""
REASON_COLUMNS = ("average", "reasons")
SIMILAR, MOST_SIMILAR = "similar", 50
"""The parameter of a request that asks for so many released films like each draft, in a column of its name."""
_REGISTRY_FILE = "registered_model_meta"


def draft_of(row: Mapping[str, object]) -> MovieDraft:
    """Read a draft from one row of a request; what is absent may be missing, None, NaN or empty.

    :raises ValueError: naming the field, its value and what is allowed.
    """
    facts = {}
    for name in DRAFT_COLUMNS:
        value = row.get(name)
        if value is None or (isinstance(value, float) and np.isnan(value)):
            continue
        facts[name] = tuple(value) if isinstance(value, (list, np.ndarray)) else value
    try:
        return MovieDraft(**facts)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        field = ".".join(map(str, wrong["loc"]))
        message = f"{field} = {wrong['input']!r:.80}: {wrong['msg']}."
        raise ValueError(message) from None


class ServedModel(PythonModel):
    """The model as MLflow serves it: a data frame of drafts in, a data frame of answers out."""

    model: RatingModel
    version: str

    def load_context(self, context: PythonModelContext) -> None:
        """Open the artifact."""
        folder = Path(context.artifacts["rating_model"])
        self.model = RatingModel.open(folder)
        self.version = registered_version(folder.parents[1])

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: dict | None = None,
    ) -> pd.DataFrame:
        """Answer each row; columns as `OUTPUT_COLUMNS` and the version, warnings a list of sentences.

        With the parameter `explain` also `REASON_COLUMNS`: the average rating, and what each group adds to it. With
        `similar` also a column of that name: so many released films like the draft.
        """
        try:
            drafts = [
                draft_of({str(name): value for name, value in row.items()}) for row in model_input.to_dict("records")
            ]
        except ValueError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None
        answers = [vars(answer) | {"warnings": list(answer.warnings)} for answer in self.model.predict(drafts)]
        frame = pd.DataFrame(answers, columns=list(OUTPUT_COLUMNS)).assign(**{MODEL_VERSION: self.version})
        asked = params or {}
        k = int(asked.get(SIMILAR, 0))
        if not 0 <= k <= MOST_SIMILAR:
            raise MlflowException.invalid_parameter_value(
                f"params.{SIMILAR} = {k}: it is the number of films wanted per draft, 0 to {MOST_SIMILAR}."
            )
        if k:
            found = [[asdict(film) for film in similar_films(self.model, draft, k=k)] for draft in drafts]
            frame = frame.assign(**{SIMILAR: pd.Series(found, dtype="object")})
        return self._with_reasons(frame, drafts) if asked.get(EXPLAIN) else frame

    def _with_reasons(self, answers: pd.DataFrame, drafts: list[MovieDraft]) -> pd.DataFrame:
        try:
            explained = explain(self.model, drafts)
        except NotExplainableError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None
        reasons = pd.Series([[asdict(reason) for reason in one.reasons] for one in explained], dtype="object")
        return answers.assign(average=[one.average for one in explained], reasons=reasons)


def registered_version(folder: Path) -> str:
    """The version of a model that MLflow fetched from the registry into a folder, which it notes there."""
    note = folder / _REGISTRY_FILE
    found = re.search(r"^model_version: '?(\d+)'?$", note.read_text(), re.MULTILINE) if note.exists() else None
    return found[1] if found else UNREGISTERED


set_model(ServedModel())

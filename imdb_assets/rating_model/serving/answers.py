"""The served model: drafts in, ratings with intervals and warnings out. Needs neither Spark nor Dagster.

MLflow loads it from this file ("models from code"); what was learned lies beside it, as `model.py` writes it.
"""

import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from pydantic import ValidationError

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, MovieDraft
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain
from imdb_assets.rating_model.serving.ignored_fields import IGNORED_FIELDS, warnings_of
from imdb_assets.rating_model.serving.rating_model import OUTPUT_COLUMNS, RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films

MODEL_VERSION, UNREGISTERED = "model_version", "unregistered"
"""The served answer's column that says which version answered, and what it says of a model without one."""
EXPLAIN = "explain"
"""The parameter of a request that asks for reasons, in columns of their own."""
REASON_COLUMNS = ("average", "reasons")
SIMILAR, MOST_SIMILAR, MOST_COMPARED = "similar", 50, 100
"""The parameter of a request that asks for so many released films like each draft, in a column of its name; how many
films it may ask for, and for how many drafts, so that nobody else waits long."""
MOST_DRAFTS = 50_000
"""A request may hold so many drafts."""
_REGISTRY_FILE = "registered_model_meta"


_MENDS = {
    "missing": "it is missing: give the year of release, such as 2027",
    "tuple_type": 'send a list of texts, such as ["Drama"]',
    "string_type": "send text in quotes",
    "int_type": "send a whole number",
    "int_parsing": "send a whole number",
    "int_from_float": "send a whole number",
    "float_type": "send a number",
    "float_parsing": "send a number",
}
"""What to do about an error of pydantic's; the others say it themselves."""


def parse_draft(row: Mapping[str, object]) -> MovieDraft:
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
        is_missing = wrong["type"] == "missing"
        value = "" if is_missing else f" = {reprlib.repr(wrong['input'])}"
        message = f"{field}{value}: {_MENDS.get(wrong['type'], wrong['msg'].removeprefix('Value error, '))}."
        raise ValueError(message) from None


def parse_drafts(rows: Sequence[Mapping[str, object]]) -> list[MovieDraft]:
    """Read the drafts of a request.

    :raises MlflowException: at the first bad one, as `parse_draft` says, with its row where there are several.
    """
    if len(rows) > MOST_DRAFTS:
        raise MlflowException.invalid_parameter_value(
            f"{len(rows):,} drafts in one request: send at most {MOST_DRAFTS:,}, and the others in further requests."
        )
    drafts = []
    for number, row in enumerate(rows):
        try:
            drafts.append(parse_draft(row))
        except ValueError as error:
            where = f"row {number}: " if len(rows) > 1 else ""
            raise MlflowException.invalid_parameter_value(f"{where}{error}") from None
    return drafts


class ServedModel(PythonModel):
    """The model as MLflow serves it: a data frame of drafts in, a data frame of answers out."""

    model: RatingModel
    version: str

    def load_context(self, context: PythonModelContext) -> None:
        """Open the artifact."""
        folder = Path(context.artifacts["rating_model"])
        self.model = RatingModel.open(folder)
        self.version = registered_version(folder.parents[1])
        IGNORED_FIELDS.listen()

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
        dropped = warnings_of(IGNORED_FIELDS.take("fields"), "a field of a draft", DRAFT_COLUMNS)
        dropped += warnings_of(IGNORED_FIELDS.take("parameters"), "a parameter", (EXPLAIN, SIMILAR))
        rows = [{str(name): value for name, value in row.items()} for row in model_input.to_dict("records")]
        drafts = parse_drafts(rows)
        answers = [vars(answer) | {"warnings": [*dropped, *answer.warnings]} for answer in self.model.predict(drafts)]
        frame = pd.DataFrame(answers, columns=list(OUTPUT_COLUMNS)).assign(**{MODEL_VERSION: self.version})
        asked = params or {}
        if asked.get(SIMILAR):
            frame = self._with_similar(frame, drafts, int(asked[SIMILAR]))
        return self._with_reasons(frame, drafts) if asked.get(EXPLAIN) else frame

    def _with_similar(self, answers: pd.DataFrame, drafts: list[MovieDraft], k: int) -> pd.DataFrame:
        if not 0 <= k <= MOST_SIMILAR or len(drafts) > MOST_COMPARED:
            raise MlflowException.invalid_parameter_value(
                f"params.{SIMILAR} = {k} for {len(drafts):,} drafts: ask for 0 to {MOST_SIMILAR} films per draft, "
                f"for at most {MOST_COMPARED} drafts a request."
            )
        found = [[asdict(film) for film in similar_films(self.model, draft, k=k)] for draft in drafts]
        return answers.assign(**{SIMILAR: pd.Series(found, dtype="object")})

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

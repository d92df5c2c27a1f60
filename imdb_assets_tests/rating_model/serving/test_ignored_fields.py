import logging
from contextvars import copy_context

import pandas as pd
from mlflow.models.utils import _enforce_params_schema, _enforce_schema
from mlflow.types.schema import ColSpec, DataType, ParamSchema, ParamSpec, Schema

from imdb_assets.rating_model.serving.ignored_fields import IgnoredFields, ignored_warnings

HANDLER = IgnoredFields()


def logged(message: str) -> None:
    HANDLER.emit(logging.LogRecord("mlflow.models.utils", logging.WARNING, "", 0, message, None, None))


def test_the_names_that_mlflow_logs_are_collected_once() -> None:
    HANDLER.install()
    schema = Schema([ColSpec(DataType.long, "release_year")])
    _enforce_schema(pd.DataFrame([{"release_year": 2027, "directers": "x", "budget": 5}]), schema)
    _enforce_params_schema({"explian": True}, ParamSchema([ParamSpec("explain", DataType.boolean, default=False)]))
    logging.getLogger("mlflow.models.utils").removeHandler(HANDLER)
    assert HANDLER.take("fields") == ["budget", "directers"]
    assert HANDLER.take("parameters") == ["explian"]
    assert HANDLER.take("fields") == HANDLER.take("parameters") == []


def test_names_stay_within_their_request() -> None:
    copy_context().run(logged, "Found extra inputs in the signature: `{'stray'}`. These inputs will be ignored")
    assert HANDLER.take("fields") == []


def test_a_name_that_python_cannot_read_is_kept_as_logged() -> None:
    def names() -> list[str]:
        logged("Found extra inputs in the signature: `{nan}`. These inputs will be ignored")
        return HANDLER.take("fields")

    assert copy_context().run(names) == ["{nan}"]


def test_a_warning_suggests_the_most_similar_name() -> None:
    known = ("directors", "writers", "cast")
    assert ignored_warnings(["directers", "budget_usd", ""], "a field of a draft", known) == [
        "directers is not a field of a draft and was ignored. Did you mean directors?",
        "budget_usd is not a field of a draft and was ignored.",
        "'' is not a field of a draft and was ignored.",
    ]
    assert ignored_warnings([], "a parameter", known) == []


def test_long_names_and_long_lists_are_truncated() -> None:
    warnings = ignored_warnings(["x" * 1000] * 1010 + ["\ud800"], "a parameter", ())
    assert warnings[:10] == [f"{'x' * 40} is not a parameter and was ignored."] * 10
    assert warnings[10:] == ["1,001 more were ignored."]
    assert ignored_warnings(["\ud800"], "a parameter", ()) == ["? is not a parameter and was ignored."]

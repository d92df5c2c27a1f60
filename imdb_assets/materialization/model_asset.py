"""`model_asset`: turns a function that trains and registers a model into a Dagster asset with the tables as lineage."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import dagster as dg

from imdb_assets.code_version import code_version
from imdb_assets.materialization.check_result import failing_without_retry
from imdb_assets.materialization.checked_commit import HOW_TO_FORCE, SKIPPED, SKIPPED_MESSAGE
from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.lake_step import known_failures
from imdb_assets.materialization.table_asset import LOADABLE, is_forced
from imdb_assets.materialization.table_spec import code_reference
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake, table_path
from imdb_assets.resources.mlflow_tracking import MLFLOW_ERRORS, InputTable, MlflowTracking


class RegisteredModel(Protocol):
    """A registered version of a model."""

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint that it was registered with."""
        ...


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training run; a parameter of this type receives it.

    Attributes:
        settings: The settings that `model_asset` determined.
        fingerprint: Of code, settings and tables; to be registered with the model.
        origin: Versions of code, tables and datasets, by name.
        tracking_uri: Address of MLflow's tracking server or database. Its run for this Dagster run is active.
        log_step: Logs the start of a long step.
    """

    settings: Any
    fingerprint: str
    origin: Mapping[str, str]
    tracking_uri: str
    log_step: Callable[[str], None]


@dataclass(frozen=True)
class ModelReport:
    """The metadata that Dagster shows for a model."""

    metadata: Mapping[str, Any]
    checks: Sequence[dg.AssetCheckResult] = field(default_factory=tuple)


def model_asset(
    *,
    kinds: set[str],
    check_specs: Sequence[dg.AssetCheckSpec],
    settings: Callable[[DeltaLake], object],
    registered: Callable[[str], RegisteredModel | None],
    report: Callable[[Any, Any, MlflowTracking], ModelReport],
    expected_errors: tuple[type[Exception], ...] = (),
) -> Callable[[Callable[..., RegisteredModel]], dg.AssetsDefinition]:
    """Make an asset of a function that trains and registers a model.

    The function's parameters are the tables upstream, in the shape of their annotations, and a `Training`. No table is
    loaded and nothing is trained if the registered model has the fingerprint of the present code, settings and tables.

    Args:
        kinds: Kinds of the asset in Dagster's catalog.
        check_specs: Checks that `report` has results for.
        settings: Determines what the model depends on besides tables. Its result is part of the fingerprint.
        registered: Returns the registered model, given MLflow's tracking URI; None if there is none.
        report: Returns metadata and check results, given the model, the settings, and MLflow for links.
        expected_errors: Errors of the function that fail the step with their message and without a retry.

    Returns:
        A decorator.
    """

    def decorate(function: Callable[..., RegisteredModel]) -> dg.AssetsDefinition:
        parameters = inspect.signature(function).parameters
        inputs = {name: parameter.annotation for name, parameter in parameters.items()
                  if parameter.annotation in LOADABLE}  # fmt: skip
        (training,) = [name for name, parameter in parameters.items() if parameter.annotation is Training]

        def train(
            context: dg.AssetExecutionContext,
            delta: dg.ResourceParam[DeltaLake],
            landing: Landing,
            mlflow_tracking: MlflowTracking,
        ) -> dg.MaterializeResult:
            chosen, uri = settings(delta), mlflow_tracking.tracking_uri
            current_fingerprint = fingerprint(function, chosen, {name: delta.data_version(name) for name in inputs})
            model = registered(uri)
            is_unchanged = model is not None and model.fingerprint == current_fingerprint and not is_forced(context.run)
            if not is_unchanged:
                with training_step(context, delta, mlflow_tracking, *expected_errors):
                    mlflow_tracking.log_inputs({name: _input_table(delta, name) for name in inputs})
                    tables = {name: delta.load(name, shape) for name, shape in inputs.items()}
                    run = Training(
                        settings=chosen,
                        fingerprint=current_fingerprint,
                        origin=_origin(delta, landing, tuple(inputs), context.run.run_id),
                        tracking_uri=uri,
                        log_step=context.log.info,
                    )
                    model = function(**tables, **{training: run})
            skipped = {}
            if is_unchanged:
                context.log.info(SKIPPED_MESSAGE)
                skipped = {SKIPPED: f"{SKIPPED_MESSAGE} {HOW_TO_FORCE}"}
            result = report(model, chosen, mlflow_tracking)
            return dg.MaterializeResult(
                data_version=dg.DataVersion(current_fingerprint),
                metadata={**skipped, **result.metadata, "is_unchanged": is_unchanged},
                check_results=result.checks,
            )

        return dg.asset(
            name=function.__name__,
            description=inspect.getdoc(function),
            group_name="model",
            kinds=kinds,
            deps=list(inputs),
            metadata=code_reference(function),
            check_specs=check_specs,
        )(train)

    return decorate


@contextmanager
def training_step(
    context: dg.AssetExecutionContext,
    delta: DeltaLake,
    mlflow_tracking: MlflowTracking,
    *expected_errors: type[Exception],
) -> Iterator[None]:
    """Train in MLflow's run of this Dagster run, and fail with one sentence for expected and known errors.

    Args:
        context: The context of the step.
        delta: The lake.
        mlflow_tracking: The registry.
        *expected_errors: Errors that fail the step with their message and without a retry.
    """
    # A full disk is known by the cause of an error, whatever MLflow's functions make of it.
    with (
        failing_without_retry(*expected_errors),
        known_failures(context, delta, also=MLFLOW_ERRORS),
        mlflow_tracking.run(context),
    ):
        yield


def _origin(delta: DeltaLake, landing: Landing, tables: Sequence[str], run_id: str) -> dict[str, str]:
    """Return the versions from which a training run can be repeated."""
    delta_versions = {f"delta_version.{name}": str(delta.commits(table_path(name))[-1]) for name in tables}
    landed = {name: landing.current(name) for name in landing.datasets}
    datasets = {f"dataset_sha256.{name}": file.manifest.sha256 for name, file in landed.items() if file}
    return {"code_version": code_version(), "dagster_run_id": run_id, **delta_versions, **datasets}


def _input_table(delta: DeltaLake, name: str) -> InputTable:
    path = table_path(name)
    return InputTable(delta.lake.uri(path), delta.commits(path)[-1], delta.data_version(name))

"""`table_asset`: turns a function that returns a table's rows into the Dagster asset of that declared table."""

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
from pyspark.sql import DataFrame

from imdb_assets.materialization.checked_commit import (
    SKIPPED,
    Checked,
    CommitPlan,
    TableOutcome,
    Writing,
    check_and_commit,
    unchanged_table,
)
from imdb_assets.materialization.declared_checks import declared_check_specs
from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.lake_step import known_failures, lake_step
from imdb_assets.materialization.table_spec import PANDAS, PYSPARK, table_spec
from imdb_assets.redaction import without_secrets
from imdb_assets.resources.delta import DeltaLake, Loadable
from imdb_assets.tables.table import Table

LOADABLE = (DataFrame, pd.DataFrame, pa.Table, pads.Dataset)
FORCE = "force"


class Partitions(tuple[str, ...]):
    """The partition keys of a run. An asset function receives them in a parameter of this type."""

    __slots__ = ()


class TableAsset(dg.AssetsDefinition):
    """An asset that can be called like the function it decorates."""

    rows: Callable[..., Any]

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the decorated function."""
        return self.rows(*args, **kwargs)


def table_asset(  # noqa: PLR0913 - the parameters are the options of a declaration
    table: Table,
    *,
    check_specs: Sequence[dg.AssetCheckSpec] = (),
    deps: Sequence[dg.AssetsDefinition | str] = (),
    state: Callable[..., object] | None = None,
    writing: Writing = Writing.OVERWRITE,
    partitions_def: dg.PartitionsDefinition | None = None,
    is_long: bool = False,
) -> Callable[[Callable[..., Any]], TableAsset]:
    """Make a function the asset of a declared table, which provides the name, description, columns and checks.

    The function's parameters are the upstream tables and the resources it uses. It returns the rows, or `Checked` rows
    with results for `check_specs`. Nothing is written unless every blocking check passes. If neither the inputs nor
    the code have changed since the last commit, nothing is loaded or written.

    Args:
        table: The declared table.
        check_specs: Checks beyond the declared ones, with results that the function returns.
        deps: Upstream assets that are not parameters.
        state: Takes resources that the function also takes. Returns the values that the rows depend on besides the
            upstream tables, as JSON.
        writing: How the rows are written to the table.
        partitions_def: The table's partitions. A parameter of type `Partitions` receives the keys of the run.
        is_long: Whether the function fits models. It is then called before the lake is locked, so that other runs can
            write meanwhile, and must return a pandas frame.

    Returns:
        The decorator.
    """

    def decorate(function: Callable[..., Any]) -> TableAsset:
        if function.__name__ != table.asset_name:
            raise ValueError(
                f"The asset of table {table.path} must be named {table.asset_name}, not {function.__name__}."
            )
        inputs = _inputs(function)
        spec = table_spec(table, deps=[*inputs, *deps], function=function, engine=_engine(function, inputs))
        specs = [*declared_check_specs(table), *check_specs]
        recipe = _Recipe(
            function=function,
            table=table,
            inputs=inputs,
            state=state,
            writing=writing,
            is_long=is_long,
            blocking={spec.name for spec in specs if spec.blocking},
        )
        definition = dg.multi_asset(
            name=table.asset_name,
            specs=[spec],
            check_specs=specs,
            partitions_def=partitions_def,
            backfill_policy=dg.BackfillPolicy.single_run() if partitions_def else None,
        )(_as_compute(recipe))
        attributes = definition.get_attributes_dict()
        # Dagster derives it again. Passing it raises a beta warning.
        del attributes["execution_type"]
        asset = TableAsset(**attributes)
        asset.rows = function
        return asset

    return decorate


def is_forced(run: dg.DagsterRun) -> bool:
    """Whether a run rebuilds everything: its tag `force` is `true`."""
    return run.tags.get(FORCE) == "true"


@dataclass(frozen=True, kw_only=True)
class _Recipe:
    """How a table is computed: the function, the declaration, and the shape of each input."""

    function: Callable[..., Any]
    table: Table
    inputs: Mapping[str, Loadable]
    state: Callable[..., object] | None
    writing: Writing
    is_long: bool
    blocking: set[str]

    def resources(self) -> dict[str, object]:
        """Annotations of the parameters that are resources."""
        parameters = inspect.signature(self.function).parameters
        return {
            name: parameter.annotation
            for name, parameter in parameters.items()
            if name not in self.inputs and parameter.annotation is not Partitions
        }

    def partitions(self, context: dg.AssetExecutionContext) -> dict[str, Partitions]:
        """The argument of type `Partitions`, if the function takes one."""
        parameters = inspect.signature(self.function).parameters.items()
        return {
            name: Partitions(context.partition_keys)
            for name, parameter in parameters
            if parameter.annotation is Partitions
        }

    def fingerprint(self, resources: Mapping[str, Any], partitions: Mapping[str, Partitions]) -> str:
        """The fingerprint that the table would have if it were rebuilt now."""
        delta: DeltaLake = resources["delta"]
        versions: dict[str, object] = {name: delta.data_version(name) for name in self.inputs}
        versions |= {name: list(keys) for name, keys in partitions.items()}
        if self.state is not None:
            versions["state"] = self.state(**_arguments(self.state, resources))
        return fingerprint(self.function, self.table, versions)

    def rows(self, resources: Mapping[str, Any], partitions: Mapping[str, Partitions]) -> Checked:
        """Load the inputs and call the function."""
        loaded = {name: _load(resources["delta"], name, shape) for name, shape in self.inputs.items()}
        produced = self.function(**loaded, **_arguments(self.function, resources), **partitions)
        return produced if isinstance(produced, Checked) else Checked(produced)


def _arguments(function: Callable[..., Any], resources: Mapping[str, object]) -> dict[str, object]:
    return {name: resources[name] for name in inspect.signature(function).parameters if name in resources}


def _inputs(function: Callable[..., Any]) -> dict[str, Loadable]:
    parameters = inspect.signature(function).parameters.items()
    return {name: parameter.annotation for name, parameter in parameters if parameter.annotation in LOADABLE}


def _engine(function: Callable[..., Any], inputs: Mapping[str, Loadable]) -> str:
    is_pandas = inspect.signature(function).return_annotation is pd.DataFrame
    return PANDAS if is_pandas or (inputs and DataFrame not in inputs.values()) else PYSPARK


def _as_compute(recipe: _Recipe) -> Callable[..., Any]:
    def compute(context: dg.AssetExecutionContext, delta: DeltaLake, **resources: object) -> Iterator[object]:
        start = time.monotonic()
        resources |= {"delta": delta}
        computed = None
        if recipe.is_long:
            with without_secrets(), known_failures(context, delta):
                computed = _computed_unless_current(recipe, context, resources)
        with lake_step(context, delta):
            outcome = _outcome(recipe, context, resources, computed, start=start)
            if outcome.refusal:
                yield from outcome.check_results
                raise dg.Failure(outcome.refusal, allow_retries=False)
            if outcome.is_unchanged:
                context.log.info(outcome.metadata[SKIPPED])
            yield outcome.materialization(outcome.check_results)

    # Dagster reads the required resources from the signature.
    annotations: dict[str, object] = {"context": dg.AssetExecutionContext, "delta": DeltaLake}
    annotations |= {name: annotation for name, annotation in recipe.resources().items() if name not in annotations}
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in annotations.items()]
    compute.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    compute.__annotations__ = annotations
    compute.__name__ = recipe.table.asset_name
    return compute


class _Computed(NamedTuple):
    """Rows, and the fingerprint that their table gets. The inputs may have changed since."""

    fingerprint: str
    rows: Checked


def _computed_unless_current(
    recipe: _Recipe, context: dg.AssetExecutionContext, resources: Mapping[str, Any]
) -> _Computed | None:
    partitions = recipe.partitions(context)
    current = recipe.fingerprint(resources, partitions)
    if _is_current(recipe, context, resources["delta"], current):
        return None
    return _Computed(current, recipe.rows(resources, partitions))


def _outcome(
    recipe: _Recipe,
    context: dg.AssetExecutionContext,
    resources: Mapping[str, Any],
    computed: _Computed | None,
    *,
    start: float,
) -> TableOutcome:
    delta: DeltaLake = resources["delta"]
    partitions = recipe.partitions(context)
    current = computed.fingerprint if computed else recipe.fingerprint(resources, partitions)
    if _is_current(recipe, context, delta, current):
        return unchanged_table(recipe.table, delta)
    plan = CommitPlan(
        table=recipe.table,
        fingerprint=current,
        blocking=recipe.blocking,
        writing=recipe.writing,
        is_forced=is_forced(context.run),
        inputs=list(recipe.inputs),
    )
    rows = computed.rows if computed else recipe.rows(resources, partitions)
    return check_and_commit(rows, plan, delta, start=start)


def _is_current(recipe: _Recipe, context: dg.AssetExecutionContext, delta: DeltaLake, current: str) -> bool:
    """Whether the table has this fingerprint and all of its files, and the run is not forced.

    Raises:
        dg.Failure: Files of a table whose earlier rows cannot be made again are missing.
    """
    path = recipe.table.path
    is_kept = recipe.writing is not Writing.OVERWRITE
    is_unchanged = delta.record_of(path).get("fingerprint") == current and not is_forced(context.run)
    missing = delta.missing_files(path) if is_kept or is_unchanged else ()
    if missing and is_kept:
        raise dg.Failure(_damaged(recipe.table, missing, delta), allow_retries=False)
    return is_unchanged and not missing


def _damaged(table: Table, missing: Sequence[str], delta: DeltaLake) -> str:
    return (
        f"{table.asset_name} is damaged: {len(missing)} of its files are missing, such as "
        f"{delta.lake.uri(missing[0])}. Earlier rows of this table cannot be made again, so it is not replaced. "
        "Restore the last backup (make restore, or make restore MOVE_ASIDE=yes if the table has changed since then)."
    )


def _load(delta: DeltaLake, name: str, shape: Loadable) -> object:
    loaded = delta.load(name, shape)
    # The column lineage recognizes an input by its alias.
    return loaded.alias(name) if isinstance(loaded, DataFrame) else loaded

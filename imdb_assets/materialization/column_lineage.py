"""Column lineage: the source columns of a table's columns, derived from Spark's plan."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql.utils import is_remote

LINEAGE = "dagster/column_lineage"
Node = dict[str, Any]


def column_sources(frame: DataFrame, inputs: Collection[str]) -> dict[str, list[str]]:
    """Find the input columns from which the values of each column are computed.

    Columns that only select rows, in a filter or a join, do not count. Columns that order a window do.

    Args:
        frame: The frame.
        inputs: Names of the upstream assets, which are also the aliases of their frames.

    Returns:
        The sources of each column, such as `silver_movies.tconst`. Empty under Spark Connect, which shows no plan.
    """
    if is_remote():
        return {}
    java_frame: Any = frame.select("*")._jdf  # noqa: SLF001 - the only access to a plan
    plan = json.loads(java_frame.queryExecution().analyzed().toJSON())
    sources = _sources_by_id(plan, set(inputs))
    columns = {tree[0]["name"]: _sources_of(tree, sources, set(inputs)) for tree in plan[0]["projectList"]}
    return {name: sorted(names) for name, names in columns.items() if names}


def as_lineage(sources: Mapping[str, Sequence[str]]) -> dg.TableColumnLineage:
    """Convert the result of `column_sources` to Dagster's form."""
    return dg.TableColumnLineage(
        {column: [_column_dep(source) for source in names] for column, names in sources.items()}
    )


def as_sources(lineage: dg.TableColumnLineage) -> dict[str, list[str]]:
    """Convert lineage back to the argument of `as_lineage`."""
    return {
        column: [f"{dep.asset_key.to_user_string()}.{dep.column_name}" for dep in deps]
        for column, deps in lineage.deps_by_column.items()
    }


def lineage_table(lineage: dg.TableColumnLineage) -> dg.MetadataValue:
    """Format lineage as a Markdown table, for pages that do not show lineage."""
    rows = [f"| {column} | {', '.join(sources)} |" for column, sources in as_sources(lineage).items()]
    return dg.MetadataValue.md("\n".join(["| column | computed from |", "| --- | --- |", *rows]))


def _sources_by_id(plan: list[Node], inputs: set[str]) -> dict[int, set[str]]:
    """The sources of each named expression of a plan, by its id. A plan lists parent nodes first."""
    sources: dict[int, set[str]] = defaultdict(set)
    for position in range(len(plan) - 1, -1, -1):
        node = plan[position]
        for tree in _expressions(node):
            if _kind(tree[0]) == "Alias":
                sources[_id(tree[0])] |= _sources_of(tree, sources, inputs)
        if _kind(node) == "Generate":
            for output in node["generatorOutput"]:
                sources[_id(output[0])] |= _sources_of(node["generator"], sources, inputs)
        if _kind(node) == "Union":
            first, *others = (_output(plan, child) for child in _children(plan, position))
            for other in others:
                for output, tree in zip(first, other, strict=False):
                    sources[_id(output[0])] |= _sources_of(tree, sources, inputs)
    return sources


def _sources_of(tree: list[Node], sources: dict[int, set[str]], inputs: set[str]) -> set[str]:
    names: set[str] = set()
    for node in tree:
        if _kind(node) == "AttributeReference":
            names |= sources.get(_id(node), set())
            # The alias of a frame qualifies its columns where they are first used.
            names |= {f"{alias}.{node['name']}" for alias in _qualifiers(node) if alias in inputs}
    return names


def _qualifiers(node: Node) -> list[str]:
    qualifier = node.get("qualifier") or []
    return qualifier.strip("[]").split(", ") if isinstance(qualifier, str) else qualifier


def _expressions(node: Node) -> Iterator[list[Node]]:
    for value in node.values():
        if isinstance(value, list):
            yield from (tree for tree in value if isinstance(tree, list) and tree and isinstance(tree[0], dict))


def _children(plan: list[Node], position: int) -> list[int]:
    children, child = [], position + 1
    for _ in range(plan[position]["num-children"]):
        children.append(child)
        child = _end(plan, child)
    return children


def _end(plan: list[Node], position: int) -> int:
    """The position after the last node below a node."""
    end = position + 1
    for _ in range(plan[position]["num-children"]):
        end = _end(plan, end)
    return end


def _output(plan: list[Node], position: int) -> list[list[Node]]:
    """The named expressions that a node outputs. Nodes that do not change columns are skipped."""
    for names in ("projectList", "aggregateExpressions"):
        if names in plan[position]:
            return plan[position][names]
    children = _children(plan, position)
    return _output(plan, children[0]) if len(children) == 1 else []


def _kind(node: Node) -> str:
    return node["class"].rpartition(".")[2]


def _id(node: Node) -> int:
    return node["exprId"]["id"]


def _column_dep(source: str) -> dg.TableColumnDep:
    asset, _, column = source.partition(".")
    return dg.TableColumnDep(asset_key=asset, column_name=column)

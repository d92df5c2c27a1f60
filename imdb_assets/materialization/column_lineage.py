"""Which columns a table's columns come from, read off Spark's plan: nothing is typed twice."""

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
    """For each column of the frame, the columns of its inputs that its values are made from, as `silver_movies.tconst`.

    Columns that only choose rows, in a filter or a join, do not count; those that order a window do. Empty under Spark
    Connect, which shows no plan.

    :param inputs: names of assets; the frame was made from frames with these as their aliases.
    """
    if is_remote():
        return {}
    java_frame: Any = frame.select("*")._jdf  # noqa: SLF001 - the only way to a plan
    plan = json.loads(java_frame.queryExecution().analyzed().toJSON())
    sources = _sources_by_id(plan, set(inputs))
    columns = {tree[0]["name"]: _sources_of(tree, sources, set(inputs)) for tree in plan[0]["projectList"]}
    return {name: sorted(found) for name, found in columns.items() if found}


def as_lineage(sources: Mapping[str, Sequence[str]]) -> dg.TableColumnLineage:
    """What `column_sources` gives, as Dagster shows it."""
    return dg.TableColumnLineage({column: [_dep(source) for source in found] for column, found in sources.items()})


def as_sources(lineage: dg.TableColumnLineage) -> dict[str, list[str]]:
    """What `as_lineage` was given."""
    deps = lineage.deps_by_column.items()
    return {column: [f"{dep.asset_key.to_user_string()}.{dep.column_name}" for dep in found] for column, found in deps}


def _sources_by_id(plan: list[Node], inputs: set[str]) -> dict[int, set[str]]:
    """The sources of each named expression of a plan, whose nodes come parents first."""
    sources: dict[int, set[str]] = defaultdict(set)
    for place in range(len(plan) - 1, -1, -1):
        node = plan[place]
        for tree in _expressions(node):
            if _kind(tree[0]) == "Alias":
                sources[_id(tree[0])] |= _sources_of(tree, sources, inputs)
        if _kind(node) == "Generate":
            for output in node["generatorOutput"]:
                sources[_id(output[0])] |= _sources_of(node["generator"], sources, inputs)
        if _kind(node) == "Union":
            first, *others = (_output(plan, child) for child in _children(plan, place))
            for other in others:
                for into, tree in zip(first, other, strict=False):
                    sources[_id(into[0])] |= _sources_of(tree, sources, inputs)
    return sources


def _sources_of(tree: list[Node], sources: dict[int, set[str]], inputs: set[str]) -> set[str]:
    found: set[str] = set()
    for node in tree:
        if _kind(node) == "AttributeReference":
            found |= sources.get(_id(node), set())
            # The alias of a frame qualifies its columns where they are first used.
            found |= {f"{alias}.{node['name']}" for alias in _qualifiers(node) if alias in inputs}
    return found


def _qualifiers(node: Node) -> list[str]:
    qualifier = node.get("qualifier") or []
    return qualifier.strip("[]").split(", ") if isinstance(qualifier, str) else qualifier


def _expressions(node: Node) -> Iterator[list[Node]]:
    for value in node.values():
        if isinstance(value, list):
            yield from (tree for tree in value if isinstance(tree, list) and tree and isinstance(tree[0], dict))


def _children(plan: list[Node], place: int) -> list[int]:
    children, at = [], place + 1
    for _ in range(plan[place]["num-children"]):
        children.append(at)
        at = _end(plan, at)
    return children


def _end(plan: list[Node], place: int) -> int:
    at = place + 1
    for _ in range(plan[place]["num-children"]):
        at = _end(plan, at)
    return at


def _output(plan: list[Node], place: int) -> list[list[Node]]:
    """The named expressions that a node gives, looking through nodes that leave the columns alone."""
    for names in ("projectList", "aggregateExpressions"):
        if names in plan[place]:
            return plan[place][names]
    children = _children(plan, place)
    return _output(plan, children[0]) if len(children) == 1 else []


def _kind(node: Node) -> str:
    return node["class"].rpartition(".")[2]


def _id(node: Node) -> int:
    return node["exprId"]["id"]


def _dep(source: str) -> dg.TableColumnDep:
    asset, _, column = source.partition(".")
    return dg.TableColumnDep(asset_key=asset, column_name=column)

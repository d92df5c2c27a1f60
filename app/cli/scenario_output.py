"""Scenarios as the command line prints them: a table for users, JSON and CSV for programs."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from app.cli.output_formats import Output
from app.cli.printing import print_csv, print_json, print_text
from app.prediction_client import version_label
from app.scenarios.table import PEOPLE_AXES, names_by_id, scenario_records
from imdb_assets.escaping import terminal
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.scenarios.search import Scenario, Scenarios


def print_scenarios(scenarios: Scenarios, champion: Champion, output: Output) -> None:
    """Print the result of a search to standard output."""
    records = scenario_records(scenarios)
    match output:
        case Output.json:
            counts = {name: getattr(scenarios, name) for name in ("n_combinations", "n_rated", "n_allowed", "is_exact")}
            result = counts | {"warnings": scenarios.warnings, "model_version": champion.version, "best": records}
            print_json(result)
        case Output.csv:
            rows = [_flat(record) for record in records]
            print_csv(list(rows[0]) if rows else ["rank"], rows)
        case Output.table:
            _print_table(scenarios, champion.model.people)
            print(f"Answered by {version_label(champion)}.")


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in record.items() if name != "draft"} | record["draft"]
    return {name: "; ".join(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _print_table(scenarios: Scenarios, people: People) -> None:
    rated = f"{scenarios.n_rated:,} of {scenarios.n_combinations:,} combinations rated"
    print(f"Best {len(scenarios.best)} of {scenarios.n_allowed:,} allowed combinations ({rated}).")
    table = Table(box=None, pad_edge=False)
    for heading in ("Rating", "80% between", "Group"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Directors", "Writers", "Cast", "Film"):
        table.add_column(heading, overflow="fold")
    names = names_by_id(scenarios, people)
    for scenario in scenarios.best:
        table.add_row(*map(terminal, _cells(scenario, names)))
    Console(highlight=False, markup=False).print(table)
    if len(scenarios.best) > 1:
        print("Scenarios of one group are too close to call.")
    warnings = dict.fromkeys(sentence for scenario in scenarios.best for sentence in scenario.out_of_distribution)
    for warning in (*scenarios.warnings, *warnings):
        print_text(f"  - {warning}")


def _cells(scenario: Scenario, names: Mapping[str, str]) -> list[str]:
    draft, answer = scenario.draft, scenario.prediction
    runtime = f"{draft.runtime_minutes:g} min" if draft.runtime_minutes else ""
    facts = [", ".join(draft.genres), runtime, str(draft.release_year), draft.language or ""]
    teams = ["; ".join(names[person] for person in getattr(draft, role)) for role in PEOPLE_AXES]
    interval = f"{answer.low_80:.2f} and {answer.high_80:.2f}"
    return [f"{answer.rating:.2f}", interval, str(scenario.group), *teams, " · ".join(fact for fact in facts if fact)]

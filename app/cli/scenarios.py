"""The command `scenarios`: the best versions of a draft, from options or from a JSON file."""

import csv
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.cli.answer_table import Output
from app.cli.draft_files import entries_of, read_draft
from app.cli.drafts import champion_or_exit, readable, refusal
from app.prediction_client import by_champion
from app.widgets.scenario_table import scenario_records, short_names
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    ScenarioError,
)
from imdb_assets.rating_model.scenarios.search import Scenarios, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.vocabulary.roles import ROLE_LISTS

_ROLES = tuple(ROLE_LISTS.values())
_FACTS = ("genres", "runtimes", "years", "languages")
_CONSTRAINTS = {"must_have": MustHave, "without": Excludes, "apart": NotTogether}
_SHAPE = (
    '{"draft": {"release_year": 2027}, "directors": {"people": ["A", "B"]}, "cast": {"people": ["C", "D", "E"], '
    '"size": 2}, "genres": [["Drama"], ["Comedy"]], "constraints": [{"apart": ["A", "C"]}]}'
)


def scenarios(
    *,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Draft, candidates and constraints as JSON.")
    ] = None,
    year: Annotated[list[int] | None, typer.Option(help="Year of first release; repeat for alternatives.")] = None,
    title: Annotated[str | None, typer.Option(help="Title.")] = None,
    genre: Annotated[list[str] | None, typer.Option(help="Genres, comma between; repeat for alternatives.")] = None,
    plot: Annotated[str | None, typer.Option(help="Plot in a few sentences.")] = None,
    runtime: Annotated[list[float] | None, typer.Option(help="Minutes; repeat for alternatives.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Main language; repeat for alternatives.")] = None,
    director: Annotated[list[str] | None, typer.Option(help="Candidate, name or nconst id; repeat for more.")] = None,
    writer: Annotated[list[str] | None, typer.Option(help="Candidate, name or nconst id; repeat for more.")] = None,
    cast: Annotated[list[str] | None, typer.Option(help="Candidate, in billing order; repeat for more.")] = None,
    directors: Annotated[int, typer.Option(min=1, help="Directors of one film.")] = 1,
    writers: Annotated[int, typer.Option(min=1, help="Writers of one film.")] = 1,
    actors: Annotated[int, typer.Option(min=1, help="Actors of one film.")] = 1,
    apart: Annotated[list[str] | None, typer.Option(help="People who do not work together, `;` between.")] = None,
    must_have: Annotated[list[str] | None, typer.Option(help="One of them must be in it, `;` between.")] = None,
    newcomers: Annotated[int | None, typer.Option(min=0, help="At most so many people without a rated film.")] = None,
    best: Annotated[int, typer.Option("--best", "-k", min=1, max=10_000, help="How many to show.")] = 10,
    output: Annotated[Output, typer.Option(help="How to print the answer.")] = Output.table,
) -> None:
    """Find the best versions of a draft: of candidates per role, genres, runtimes, years and languages.

    Up to a million combinations all are rated; beyond, a beam search says how many it rated.

    Examples:
      imdb-rating scenarios --year 2027 --genre Drama --director "Agnès Varda" --director "Greta Gerwig"

      imdb-rating scenarios --file space.json --best 20 --output csv > best.csv

    where space.json holds, for example:
      {"draft": {"release_year": 2027, "genres": ["Drama"]}, "directors": {"people": ["Agnès Varda", "Greta Gerwig"]},
      "cast": {"people": ["Tom Hanks", "Emma Stone", "Brad Pitt"], "size": 2}, "runtimes": [100, 130],
      "constraints": [{"apart": ["Tom Hanks", "Greta Gerwig"]}, {"at_most": 1, "of": ["Emma Stone", "Brad Pitt"]},
      {"at_most_newcomers": 0}]}
    """
    given = {"year": year, "title": title, "genre": genre, "plot": plot, "runtime": runtime, "language": language,
             "director": director, "writer": writer, "cast": cast}  # fmt: skip
    if file is not None and any(given.values()):
        raise typer.BadParameter("Give the space either by options or by --file.")
    if file is None and not year:
        raise typer.BadParameter("Give at least --year, or a --file.")
    if file is not None:
        draft, variations = _of_file(file)
    else:
        years, sets = list(year or ()), [tuple(part.strip() for part in text.split(",")) for text in genre or ()]
        minutes, spoken = list(runtime or ()), list(language or ())
        facts = {
            "release_year": years[0], "title": title, "plot": plot, "genres": next(iter(sets), ()),
            "runtime_minutes": next(iter(minutes), None), "language": next(iter(spoken), None),
        }  # fmt: skip
        draft = readable(read_draft(facts))
        rules: list[Constraint] = [NotTogether(entries_of(text)) for text in apart or ()]
        rules += [MustHave(entries_of(text)) for text in must_have or ()]
        rules += [] if newcomers is None else [AtMostNewcomers(newcomers)]
        candidates = zip(_ROLES, (director, writer, cast), (directors, writers, actors), strict=True)
        picks = {role: Pick(tuple(people), size) for role, people, size in candidates if people}
        variations = Variations(
            directors=picks.get("directors"), writers=picks.get("writers"), cast=picks.get("cast"),
            years=tuple(years), genres=tuple(sets), runtimes=tuple(minutes), languages=tuple(spoken),
            constraints=tuple(rules),
        )  # fmt: skip
    _search(draft, variations, k=best, output=output)


def _search(draft: MovieDraft, variations: Variations, *, k: int, output: Output) -> None:
    champion = champion_or_exit()
    try:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("Searching", total=None)
            found = search_scenarios(
                champion.model, draft, variations, k=k,
                on_progress=lambda done, total: progress.update(bar, completed=done, total=total),
            )  # fmt: skip
    except ScenarioError as error:
        raise refusal(str(error)) from None
    _print(found, champion, output)
    if not found.best:
        raise refusal(found.warnings[-1])


def _print(found: Scenarios, champion: Champion, output: Output) -> None:
    records = scenario_records(found)
    match output:
        case Output.json:
            counts = {name: getattr(found, name) for name in ("n_combinations", "n_rated", "n_allowed", "is_exact")}
            told = counts | {"warnings": found.warnings, "model_version": champion.version, "best": records}
            print(json.dumps(told, indent=2, ensure_ascii=False))
        case Output.csv:
            rows = [_flat(record) for record in records]
            writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else ["rank"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        case Output.table:
            _print_table(found, champion.model.people)
            print(f"Answered by {by_champion(champion)}.")


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in record.items() if name != "draft"} | record["draft"]
    return {name: "; ".join(value) if isinstance(value, tuple) else value for name, value in rest.items()}


def _print_table(found: Scenarios, people: People) -> None:
    counted = f"{found.n_rated:,} of {found.n_combinations:,} combinations rated"
    print(f"Best {len(found.best)} of {found.n_allowed:,} that are allowed; {counted}.")
    table = Table(box=None, pad_edge=False)
    for heading in ("Rating", "80% between", ""):
        table.add_column(heading, no_wrap=True)
    for heading in ("Directors", "Writers", "Cast", "Film"):
        table.add_column(heading, overflow="fold")
    drafts = [one.draft for one in found.best]
    names = short_names([person for one in drafts for role in _ROLES for person in getattr(one, role)], people)
    for rank, one in enumerate(found.best):
        draft, answer = one.draft, one.prediction
        runtime = f"{draft.runtime_minutes:g} min" if draft.runtime_minutes else ""
        facts = [", ".join(draft.genres), runtime, str(draft.release_year), draft.language or ""]
        teams = ["; ".join(names[person] for person in getattr(draft, role)) for role in _ROLES]
        between = f"{answer.low_80:.1f} and {answer.high_80:.1f}"
        mark = "≈" if rank and not one.is_distinguishable_from_best else ""
        table.add_row(f"{answer.rating:.2f}", between, mark, *teams, " · ".join(fact for fact in facts if fact))
    Console(highlight=False, markup=False).print(table)
    if any(not one.is_distinguishable_from_best for one in found.best[1:]):
        print("≈ differs from the first by less than the model can tell.")
    strange = dict.fromkeys(sentence for one in found.best for sentence in one.out_of_distribution)
    for warning in (*found.warnings, *strange):
        print(f"  - {warning}")


def _of_file(file: Path) -> tuple[MovieDraft, Variations]:
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise refusal(f"{file} is not JSON: {error}.") from None
    if not isinstance(found, dict) or not isinstance(found.get("draft"), dict):
        raise refusal(f"{file} holds no space of scenarios; it looks like {_SHAPE}.")
    if strange := [name for name in found if name not in ("draft", "constraints", *_ROLES, *_FACTS)]:
        known = ", ".join(("draft", *_ROLES, *_FACTS, "constraints"))
        raise refusal(f"{file} has {strange[0]!r}, which no space has: it may have {known}.")
    try:
        varied: dict[str, Any] = {role: _pick(found[role]) for role in _ROLES if role in found}
        varied |= {axis: tuple(found[axis]) for axis in _FACTS if axis in found}
        varied["genres"] = tuple(tuple(chosen) for chosen in varied.get("genres", ()))
        varied["constraints"] = tuple(_constraint(rule) for rule in found.get("constraints", ()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refusal(f"{file}: {error!r} is not as in {_SHAPE}.") from None
    return readable(read_draft(found["draft"])), Variations(**varied)


def _pick(given: Mapping[str, Any]) -> Pick:
    return Pick(tuple(given["people"]), int(given.get("size", 1)))


def _constraint(rule: Mapping[str, Any]) -> Constraint:
    match rule:
        case {"at_most_newcomers": int(number), **rest} if not rest:
            return AtMostNewcomers(number)
        case {"at_most": int(number), "of": [*people], **rest} if not rest:
            return AtMost(number, tuple(people))
    [(kind, people)] = rule.items()
    return _CONSTRAINTS[kind](tuple(people))

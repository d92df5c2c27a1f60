"""The command `scenarios`: the best versions of a draft, from options or from a JSON file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.cli.answer_table import Output
from app.cli.draft_files import draft_entry, entries_of
from app.cli.drafts import champion_or_exit, draft_or_exit
from app.cli.scenario_file import scenarios_from_file
from app.cli.scenario_output import print_scenarios
from app.scenarios.table import PEOPLE_AXES
from imdb_assets.command_line import exit_on, refusal
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.constraints import (
    AtMostNewcomers,
    Constraint,
    MustHave,
    NotTogether,
    Pick,
    Ranking,
    ScenarioError,
)
from imdb_assets.rating_model.scenarios.search import require_supported, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations

_CANDIDATE = "Candidate, by name or IMDb id. Repeat for more."


def scenarios(
    *,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Draft, candidates and constraints as JSON.")
    ] = None,
    year: Annotated[list[int] | None, typer.Option(help="Year of first release. Repeat for alternatives.")] = None,
    title: Annotated[str | None, typer.Option(help="Title.")] = None,
    genre: Annotated[list[str] | None, typer.Option(help="Comma-separated genres. Repeat for alternatives.")] = None,
    plot: Annotated[str | None, typer.Option(help="Plot in a few sentences.")] = None,
    runtime: Annotated[list[float] | None, typer.Option(help="Minutes. Repeat for alternatives.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Main language. Repeat for alternatives.")] = None,
    director: Annotated[list[str] | None, typer.Option(help=_CANDIDATE)] = None,
    writer: Annotated[list[str] | None, typer.Option(help=_CANDIDATE)] = None,
    cast: Annotated[list[str] | None, typer.Option(help=f"{_CANDIDATE[:-1]}, in billing order.")] = None,
    directors: Annotated[int, typer.Option(min=1, help="Directors per film.")] = 1,
    writers: Annotated[int, typer.Option(min=1, help="Writers per film.")] = 1,
    actors: Annotated[int, typer.Option(min=1, help="Actors per film.")] = 1,
    apart: Annotated[list[str] | None, typer.Option(help="People who must not work together, `;`-separated.")] = None,
    must_have: Annotated[
        list[str] | None, typer.Option(help="People, at least one of whom must take part, `;`-separated.")
    ] = None,
    newcomers: Annotated[int | None, typer.Option(min=0, help="Maximum number of people without a rated film.")] = None,
    best: Annotated[int, typer.Option("--best", "-k", min=1, max=10_000, help="Number of scenarios to show.")] = 10,
    rank_by: Annotated[
        Ranking, typer.Option(help="Expected rating, or the lower end of its 80% interval, which rewards certainty.")
    ] = Ranking.RATING,
    output: Annotated[Output, typer.Option(help="Output format.")] = Output.table,
) -> None:
    """Find the best combination of people, genres, runtime, year and language for a draft.

    With up to a million combinations, every one is rated. Larger searches rate the most promising ones (beam search).

    Examples:
      imdb-rating scenarios --year 2027 --genre Drama --director "Agnès Varda" --director "Greta Gerwig"

      imdb-rating scenarios --file space.json --best 20 --output csv > best.csv

    where space.json contains, for example:
      {"draft": {"release_year": 2027, "genres": ["Drama"]}, "directors": {"people": ["Agnès Varda", "Greta Gerwig"]},
      "cast": {"people": ["Tom Hanks", "Emma Stone", "Brad Pitt"], "size": 2}, "runtimes": [100, 130],
      "constraints": [{"apart": ["Tom Hanks", "Greta Gerwig"]}, {"at_most": 1, "of": ["Emma Stone", "Brad Pitt"]},
      {"at_most_newcomers": 0}]}
    """
    if file is not None:
        if any((year, title, genre, plot, runtime, language, director, writer, cast)):
            raise typer.BadParameter("Describe the scenarios either with options or with --file.")
        draft, variations = scenarios_from_file(file)
    elif not year:
        raise typer.BadParameter("Specify at least --year or --file.")
    else:
        genre_sets = [tuple(name.strip() for name in text.split(",")) for text in genre or ()]
        draft = _draft(years=year, title=title, genre_sets=genre_sets, plot=plot, runtimes=runtime, languages=language)
        candidates = zip(PEOPLE_AXES, (director, writer, cast), (directors, writers, actors), strict=True)
        picks = {role: Pick(tuple(people), size) for role, people, size in candidates if people}
        variations = Variations(
            directors=picks.get("directors"), writers=picks.get("writers"), cast=picks.get("cast"),
            years=tuple(year), genres=tuple(genre_sets), runtimes=tuple(runtime or ()),
            languages=tuple(language or ()), constraints=_constraints(apart, must_have, newcomers),
        )  # fmt: skip
    _search(draft, variations, k=best, ranking=rank_by, output=output)


def _draft(
    *,
    years: list[int],
    title: str | None,
    genre_sets: list[tuple[str, ...]],
    plot: str | None,
    runtimes: list[float] | None,
    languages: list[str] | None,
) -> MovieDraft:
    """Return the draft with the first of all alternatives."""
    fields = {
        "release_year": years[0], "title": title, "plot": plot, "genres": genre_sets[0] if genre_sets else (),
        "runtime_minutes": runtimes[0] if runtimes else None, "language": languages[0] if languages else None,
    }  # fmt: skip
    return draft_or_exit(draft_entry(fields))


def _constraints(apart: list[str] | None, must_have: list[str] | None, newcomers: int | None) -> tuple[Constraint, ...]:
    rules: list[Constraint] = [NotTogether(entries_of(text)) for text in apart or ()]
    rules += [MustHave(entries_of(text)) for text in must_have or ()]
    return (*rules, *([] if newcomers is None else [AtMostNewcomers(newcomers)]))


def _search(draft: MovieDraft, variations: Variations, *, k: int, ranking: Ranking, output: Output) -> None:
    with exit_on(ScenarioError):
        require_supported(variations)
    champion = champion_or_exit()
    with exit_on(ScenarioError), Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Searching", total=None)
        result = search_scenarios(
            champion.model, draft, variations, k=k, ranking=ranking,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip
    print_scenarios(result, champion, output)
    if not result.best:
        raise refusal(result.warnings[-1])

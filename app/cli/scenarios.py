"""The options of the command `scenarios`: the best versions of a draft, from options or from a JSON file."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.output_formats import Output
from imdb_assets.rating_model.scenarios.constraints import Ranking

_CANDIDATE = "Candidate, by name or IMDb id. Repeat for more."
_FILE_HELP = "Draft, candidates and constraints as JSON; - reads standard input."


def scenarios(
    *,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, allow_dash=True, help=_FILE_HELP)] = None,
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
    if file is not None and any((year, title, genre, plot, runtime, language, director, writer, cast)):
        raise typer.BadParameter("Describe the scenarios either with options or with --file.")
    if file is None and not year:
        raise typer.BadParameter("Specify at least --year or --file.")
    from app.cli.scenario_search import DraftOptions, PeopleOptions, print_search

    draft = DraftOptions(year or [], title, genre or [], plot, runtime or [], language or [])
    candidates = {"directors": (director, directors), "writers": (writer, writers), "cast": (cast, actors)}
    constraints = PeopleOptions(candidates, apart or [], must_have or [], newcomers)
    print_search(file or (draft, constraints), k=best, ranking=rank_by, output=output)

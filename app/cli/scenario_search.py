"""The command `scenarios`: reads the space, searches it and prints the best scenarios."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from app.cli.csv_drafts import entries_of
from app.cli.draft_files import DraftFileError, draft_entry, file_text
from app.cli.drafts import champion_or_exit, draft_or_exit
from app.cli.output_formats import Output
from app.cli.scenario_output import print_scenarios
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
from imdb_assets.rating_model.scenarios.scenario_request import EXAMPLE, ScenarioRequestError, read_scenario_request
from imdb_assets.rating_model.scenarios.search import require_supported, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.strict_json import JsonError, parse_json


@dataclass(frozen=True)
class DraftOptions:
    """The options about the film. Each list has the alternatives; a text of `genres` is separated by commas."""

    years: list[int]
    title: str | None
    genres: list[str]
    plot: str | None
    runtimes: list[float]
    languages: list[str]

    @property
    def genre_sets(self) -> list[tuple[str, ...]]:
        """The alternative lists of genres."""
        return [tuple(name.strip() for name in text.split(",")) for text in self.genres]

    @property
    def draft(self) -> MovieDraft:
        """The draft with the first of all alternatives. Exit with a message if it is invalid."""
        fields = {
            "release_year": self.years[0], "title": self.title, "plot": self.plot,
            "genres": self.genre_sets[0] if self.genres else (),
            "runtime_minutes": self.runtimes[0] if self.runtimes else None,
            "language": self.languages[0] if self.languages else None,
        }  # fmt: skip
        return draft_or_exit(draft_entry(fields))


@dataclass(frozen=True)
class PeopleOptions:
    """The options about people: by role the candidates and how many to choose, and the constraints."""

    candidates: Mapping[str, tuple[list[str] | None, int]]
    apart: list[str]
    must_have: list[str]
    newcomers: int | None

    @property
    def picks(self) -> dict[str, Pick]:
        """The picks of the roles with candidates."""
        return {role: Pick(tuple(people), size) for role, (people, size) in self.candidates.items() if people}

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints."""
        rules: list[Constraint] = [NotTogether(entries_of(text)) for text in self.apart]
        rules += [MustHave(entries_of(text)) for text in self.must_have]
        return (*rules, *([] if self.newcomers is None else [AtMostNewcomers(self.newcomers)]))


def print_search(space: Path | tuple[DraftOptions, PeopleOptions], *, k: int, ranking: Ranking, output: Output) -> None:
    """Search a space, from a file or from options, and print the best `k` scenarios."""
    draft, variations = _from_file(space) if isinstance(space, Path) else _from_options(*space)
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


def _from_options(film: DraftOptions, people: PeopleOptions) -> tuple[MovieDraft, Variations]:
    picks = people.picks
    variations = Variations(
        directors=picks.get("directors"), writers=picks.get("writers"), cast=picks.get("cast"),
        years=tuple(film.years), genres=tuple(film.genre_sets), runtimes=tuple(film.runtimes),
        languages=tuple(film.languages), constraints=people.constraints,
    )  # fmt: skip
    return film.draft, variations


def _from_file(file: Path) -> tuple[MovieDraft, Variations]:
    """Return the draft of a file and its variations. Exit with a message if the file is invalid."""
    try:
        return read_scenario_request(parse_json(file_text(file)))
    except DraftFileError as error:
        raise refusal(str(error)) from None
    except JsonError as error:
        raise refusal(f"{file} {error}.") from None
    except ScenarioRequestError as error:
        raise refusal(f"{file} {error}. A valid file looks like {json.dumps(EXAMPLE)}.") from None

"""The commands `people` and `films`: what the champion knows by name."""

from collections.abc import Mapping, Sequence

from app.cli.drafts import champion_or_exit
from app.cli.output_formats import TextOutput
from app.cli.printing import print_json, print_text


def print_people(text: str, *, limit: int, output: TextOutput) -> None:
    """Print the people whose name matches a text."""
    persons = champion_or_exit().model.people.search(text, limit=limit)
    records = [{**vars(person), "label": person.label} for person in persons]
    lines = [f"{person.nconst:<12} {person.n_rated_movies:>4} rated films  {person.label}" for person in persons]
    _print(records, lines, output, missing=f"No name in the people index has words that begin like {text}.")


def print_films(text: str, *, limit: int, output: TextOutput) -> None:
    """Print the released films whose title matches a text."""
    films = champion_or_exit().model.films.find(text, limit=limit)
    records = [
        {
            "tconst": film.tconst,
            "title": film.draft.title,
            "release_year": film.draft.release_year,
            "average_rating": film.average_rating,
            "n_votes": film.n_votes,
        }
        for film in films
    ]
    lines = [f"{film.tconst:<12} {film.average_rating:>4.1f} {film.n_votes:>10,} votes  {film.label}" for film in films]
    _print(records, lines, output, missing=f"No released film of the model has a title with {text}.")


def _print(records: Sequence[Mapping[str, object]], lines: Sequence[str], output: TextOutput, *, missing: str) -> None:
    if output is TextOutput.json:
        print_json(records)
        return
    for line in lines or [missing]:
        print_text(line)

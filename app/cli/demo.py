"""The command `demo`: a prediction for an example draft."""

from app.cli.drafts import answers_or_exit, champion_or_exit
from app.cli.explanations import draft_label
from app.cli.printing import print_text
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import Person
from imdb_assets.rating_model.serving.prediction import Prediction


def predict_example() -> None:
    """Predict a draft with a director and an actor from the people index."""
    champion = champion_or_exit()
    index = champion.model.people
    directors = index.most_rated("director", limit=1)
    cast = [person for person in index.most_rated("cast", limit=2) if person not in directors][:1]
    draft = MovieDraft(
        title="The Lighthouse Keeper's Daughter",
        release_year=2027,
        runtime_minutes=112,
        genres=("Drama", "Mystery"),
        plot="A lonely lighthouse keeper returns home to a family secret before the harvest is over.",
        language="English",
        directors=tuple(person.nconst for person in directors),
        cast=tuple(person.nconst for person in cast),
    )
    by_role = {"directed by": directors, "with": cast}
    if people := ", ".join(f"{role} {_names(persons)}" for role, persons in by_role.items() if persons):
        print_text(f"A film {people}:")
    answers = answers_or_exit(champion, [draft])
    _print(draft, answers.predictions[0])
    print_text(f"Answered by {answers.answered_by}.")
    print("\nNext: `make app` to try your own film, `make dev` to see the asset graph.")


def _names(persons: list[Person]) -> str:
    return ", ".join(person.name for person in persons)


def _print(draft: MovieDraft, prediction: Prediction) -> None:
    interval = f"{prediction.low_80:.1f} and {prediction.high_80:.1f}"
    print_text(f"{draft_label(draft)}: {prediction.rating:.1f}. 4 out of 5 such films end up between {interval}.")
    for warning in prediction.warnings:
        print_text(f"  - {warning}")

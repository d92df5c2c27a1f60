"""The commands `explain` and `compare`: what makes a rating and a number of votes, and what differs between two."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from app.cli.drafts import champion_or_exit, drafts_or_exit
from app.cli.output_formats import TextOutput
from app.cli.printing import print_json, print_text
from app.prediction_client import version_label
from app.vote_words import times
from imdb_assets.command_line import exit_on, refusal
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.comparison import chance_above, is_distinguishable
from imdb_assets.rating_model.serving.explanation import (
    LABELS,
    Difference,
    Explanation,
    NotExplainableError,
    explain,
    explain_difference,
)
from imdb_assets.rating_model.serving.prediction import Prediction


def draft_label(draft: MovieDraft) -> str:
    """Return title and year of a draft."""
    return f"{draft.title or 'The film'} ({draft.release_year})"


def print_explanations(file: Path, output: TextOutput) -> None:
    """Print the reasons for the ratings and votes of the drafts of a file, all of which must be valid."""
    drafts = drafts_or_exit(file)
    champion = champion_or_exit()
    with exit_on(NotExplainableError):
        explanations = explain(champion.model, drafts)
    if output is TextOutput.json:
        print_json([asdict(explanation) for explanation in explanations])
        return
    for draft, explanation in zip(drafts, explanations, strict=True):
        print_text(f"{draft_label(draft)}: {explanation.rating:.2f} (average film: {explanation.average:.2f})")
        _print_reasons(
            explanation,
            f"Votes: {explanation.votes:,.0f} (average film: {explanation.average_votes:,.0f})",
        )
    print_text(f"Explained by {version_label(champion)}.")


def print_comparison(files: Sequence[Path], output: TextOutput) -> None:
    """Print the difference between the first draft of some files and each other one."""
    drafts = [draft for file in files for draft in drafts_or_exit(file)]
    if len(drafts) < 2:
        raise refusal("There is one draft. Compare two or more: put them into one file, or name several files.")
    champion = champion_or_exit()
    with exit_on(NotExplainableError):
        first, *others = drafts
        differences = [explain_difference(champion.model, first, other) for other in others]
    predictions = champion.model.predict(drafts)
    if output is TextOutput.json:
        records = [_record(draft, prediction) for draft, prediction in zip(drafts, predictions, strict=True)]
        for record, prediction, difference in zip(records[1:], predictions[1:], differences, strict=True):
            record.update(_comparison(predictions[0], prediction), **asdict(difference))
        print_json(records)
        return
    print_text(_line(1, first, predictions[0]))
    others_in_order = zip(others, predictions[1:], differences, strict=True)
    for row, (draft, prediction, difference) in enumerate(others_in_order, start=2):
        compared = _comparison(predictions[0], prediction)
        clear = "" if compared["is_distinguishable"] else ", too close to call"
        print_text(
            f"{_line(row, draft, prediction)}: {compared['points']:+.2f}, higher than 1 with a chance of "
            f"{compared['chance_of_higher']:.0%}{clear}"
        )
        _print_reasons(difference, f"Votes: {prediction.votes:,.0f}, {times(prediction.votes / predictions[0].votes)}")
    print_text(f"Compared by {version_label(champion)}.")


def _record(draft: MovieDraft, prediction: Prediction) -> dict[str, object]:
    return {"title": draft.title, "release_year": draft.release_year, **vars(prediction)}


def _comparison(first: Prediction, other: Prediction) -> dict[str, object]:
    """Return how a film compares with the first one."""
    return {
        "points": other.rating - first.rating,
        "chance_of_higher": chance_above(first, other),
        "is_distinguishable": is_distinguishable(first, other),
    }


def _line(row: int, draft: MovieDraft, prediction: Prediction) -> str:
    interval = f"80% between {prediction.low_80:.2f} and {prediction.high_80:.2f}"
    return f"{row}. {draft_label(draft)}: {prediction.rating:.2f}, {interval}"


def _print_reasons(explained: Explanation | Difference, votes: str) -> None:
    """Print the reasons for a rating, then a line about the votes and the reasons for them."""
    for reason in explained.reasons:
        print_text(f"  {reason.points:+.2f}  {LABELS[reason.group]}: {reason.sentence}")
    print_text(f"  {votes}")
    for reason in explained.vote_reasons:
        print_text(f"  {times(reason.factor)}  {LABELS[reason.group]}: {reason.sentence}")

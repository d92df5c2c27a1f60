"""The command `predict`: reads the drafts, predicts them in batches and prints the answers."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import track

from app.cli.answer_table import answer_rows, print_answers
from app.cli.draft_files import DraftEntry, draft_entry
from app.cli.drafts import draft_or_exit, entries_or_exit, predictor_or_exit
from app.cli.output_formats import Output
from app.model_server_client import Answers
from imdb_assets.command_line import refusal
from imdb_assets.rating_model.serving.prediction import Prediction

_BATCH_SIZE = 1000


def print_predictions(drafts: Path | Mapping[str, object], output: Output) -> None:
    """Print a prediction per draft. Exit with an error after that if drafts are invalid.

    Args:
        drafts: A file of drafts, or the fields of one draft.
        output: The output format.
    """
    if isinstance(drafts, Path):
        entries = entries_or_exit(drafts)
    else:
        entries = [draft_entry(drafts)]
        draft_or_exit(entries[0])
    answers, predictions = _predictions(entries)
    print_answers(answer_rows(entries, predictions, version=answers.version), output)
    if output is Output.table:
        print(f"Answered by {answers.answered_by}.")
    if invalid := [entry for entry in entries if entry.error]:
        first = invalid[0]
        raise refusal(
            f"{len(invalid):,} of {len(entries):,} drafts could not be read, the first: row {first.row}: {first.error}"
        )


def _predictions(entries: list[DraftEntry]) -> tuple[Answers, dict[int, Prediction]]:
    """Return who answered, and the predictions by position of the entry."""
    predict = predictor_or_exit()
    valid = [(entry.row, entry.draft) for entry in entries if entry.draft]
    batches = [valid[start : start + _BATCH_SIZE] for start in range(0, len(valid), _BATCH_SIZE)] or [[]]
    answers = Answers([], "", "")
    predictions: dict[int, Prediction] = {}
    console = Console(stderr=True)
    for batch in track(batches, "Predicting", console=console, transient=True, disable=len(batches) < 2):
        answers = predict([draft for _, draft in batch])
        predictions |= zip((row for row, _ in batch), answers.predictions, strict=True)
    return answers, predictions

"""The Many drafts page: predicts the drafts of an uploaded CSV or JSON file."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from app.champion import answers_or_stop, champion_or_stop, show_warnings, stop_with_message
from app.cli.answer_table import COLUMNS, WARNING_SEPARATOR, answer_rows
from app.cli.csv_drafts import is_european
from app.cli.draft_files import DraftEntry, DraftFileError, read_drafts
from imdb_assets.escaping import csv_cell, markdown
from imdb_assets.rating_model.registry.versions import Champion

_BATCH_SIZE = 200
_LISTED_ERRORS = 5
_MOST_DRAFTS = 20_000
_EXAMPLE = (
    "title,release_year,genres,runtime_minutes,directors,plot\n"
    "The Lighthouse,2027,Drama;Mystery,104,,A woman returns to the island of her childhood.\n"
    "The Shark,2027,Horror,88,,A shark comes back for revenge.\n"
)
_SHOWN = {
    "row": "Row", "title": "Film", "release_year": "Year", "rating": "Rating", "low_80": "80% from",
    "high_80": "80% to", "votes": "Votes", "probability_1000": "1,000 votes", "notes": "Warnings and errors",
}  # fmt: skip


def many_page() -> None:
    """Show the upload, predict its drafts and offer the result."""
    champion = champion_or_stop()
    st.title("Which of many drafts rates highest?")
    st.markdown(
        "Upload a table with a row per film: a CSV file from a spreadsheet, or JSON. A row that cannot be read keeps "
        "its place and gets the reason."
    )
    left, right = st.columns([3, 1], gap="large", vertical_alignment="bottom")
    with left:
        file = st.file_uploader("File of drafts", type=["csv", "json", "jsonl"], key="many_file")
    with right:
        st.download_button(
            "Example file", _EXAMPLE, "drafts.csv", "text/csv", icon=":material/download:", on_click="ignore",
            help="Columns: title, release_year (required), runtime_minutes, genres, plot, language, country, "
            "certificate, directors, writers, cast, audience. Separate the entries of a list with a semicolon.",
        )  # fmt: skip
    if file is None:
        return
    entries, notes = _entries(file.name, file.getvalue())
    show_warnings(notes)
    rows = _answers(champion, entries, file.file_id)
    # Only the names of the columns are looked at, in any encoding.
    has_semicolons = file.name.lower().endswith(".csv") and is_european(file.getvalue().decode(errors="replace"))
    _show_rows(rows, entries, has_semicolons=has_semicolons)


def _entries(name: str, content: bytes) -> tuple[list[DraftEntry], list[str]]:
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"drafts{Path(name).suffix}"
        path.write_bytes(content)
        try:
            entries = read_drafts(path, notify=notes.append)
        except DraftFileError as error:
            stop_with_message(markdown(str(error).replace(str(path), name)))
        notes = [note.replace(str(path), name) for note in notes]
    if not entries:
        stop_with_message(f"{markdown(name)} has no drafts. The first line of a CSV file names the columns.")
    if len(entries) > _MOST_DRAFTS:
        stop_with_message(
            f"{len(entries):,} drafts are too many for this page: upload at most {_MOST_DRAFTS:,}, or use "
            "`imdb-rating predict --file`."
        )
    return entries, notes


def _answers(champion: Champion, entries: Sequence[DraftEntry], file_id: str) -> list[dict[str, object]]:
    """Predict the drafts of a file, once per file and version."""
    key = (file_id, champion.version)
    if st.session_state.get("many_key") != key:
        valid = [(entry.row, entry.draft) for entry in entries if entry.draft]
        predictions = {}
        version = champion.version
        bar = st.progress(0.0, "Predicting ...")
        for start in range(0, len(valid), _BATCH_SIZE):
            batch = valid[start : start + _BATCH_SIZE]
            answers = answers_or_stop(champion, [draft for _, draft in batch])
            version = answers.version
            predictions |= zip((row for row, _ in batch), answers.predictions, strict=True)
            bar.progress((start + len(batch)) / len(valid), f"{start + len(batch):,} of {len(valid):,} drafts")
        bar.empty()
        st.session_state["many_rows"] = answer_rows(entries, predictions, version=version)
        st.session_state["many_key"] = key
    return st.session_state["many_rows"]


def _show_rows(rows: Sequence[dict[str, object]], entries: Sequence[DraftEntry], *, has_semicolons: bool) -> None:
    invalid = [entry for entry in entries if entry.error]
    if invalid:
        listed = [f"Row {entry.row}: {entry.error}" for entry in invalid[:_LISTED_ERRORS]]
        more = [f"and {len(invalid) - _LISTED_ERRORS:,} more"] if len(invalid) > _LISTED_ERRORS else []
        show_warnings([f"{len(invalid):,} of {len(entries):,} drafts could not be read:", *listed, *more])
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["warnings"] = [WARNING_SEPARATOR.join(row["warnings"] or ()) for row in rows]  # type: ignore[arg-type]
    table["notes"] = table["error"].fillna(table["warnings"])
    shown = table[list(_SHOWN)].assign(votes=pd.to_numeric(table["votes"]).round()).rename(columns=_SHOWN)
    st.dataframe(
        shown, hide_index=True, width="stretch", placeholder="-", alt="Predictions of the uploaded drafts",
        column_config={
            "Row": st.column_config.NumberColumn(format="%d", width="small", help="The row below the header."),
            "Year": st.column_config.NumberColumn(format="%d"),
            **{name: st.column_config.NumberColumn(format="%.2f") for name in ("Rating", "80% from", "80% to")},
            "Votes": st.column_config.NumberColumn(format="localized"),
            "1,000 votes": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1, help="Probability of reaching 1,000 IMDb votes."
            ),
            "Warnings and errors": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    st.download_button(
        "Download as CSV", _csv(table[list(COLUMNS)], has_semicolons=has_semicolons), "ratings.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _csv(table: pd.DataFrame, *, has_semicolons: bool) -> bytes:
    """Return a table as CSV that the spreadsheet opens which wrote the uploaded file."""
    shown = table.round(4).map(csv_cell).assign(release_year=table["release_year"].astype("Int64"))
    separator, decimal = (";", ",") if has_semicolons else (",", ".")
    # With the mark at the beginning, spreadsheets read the file as UTF-8.
    return shown.to_csv(index=False, sep=separator, decimal=decimal).encode("utf-8-sig")


if __name__ == "__main__":
    many_page()

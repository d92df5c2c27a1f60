"""Files and frames of drafts modelled on public bug reports."""

import csv
import io

import mlflow
import pandas as pd
import pyarrow as pa
import pytest
from mlflow.models.utils import _enforce_schema
from typer.testing import CliRunner

from app.cli.draft_files import read_drafts
from app.cli.main import cli
from imdb_assets.rating_model.features.draft import DRAFT_TEXTS, MovieDraft
from imdb_assets.rating_model.features.draft_reader import read_draft
from imdb_assets.rating_model.registry.register import signature
from imdb_assets_tests.support.cases import case_file


def predict_file(case, name):
    """The exit code, the rows and the errors of `imdb-rating predict` for a file of a case."""
    result = CliRunner().invoke(cli, ["predict", "--file", str(case_file(case, name)), "--output", "csv"])
    return result.exit_code, list(csv.DictReader(io.StringIO(result.stdout))), result.stderr


@pytest.fixture(autouse=True)
def registry(champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)


def test_b14_the_null_of_arrow_is_absent_after_the_check_of_the_signature(champion_uri):
    table = pa.table({"release_year": [2027, 2027], **{name: ["French", None] for name in DRAFT_TEXTS}})
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    rows = _enforce_schema(frame, signature().inputs).to_dict("records")
    assert read_draft(rows[1]).model_dump(exclude_defaults=True) == {"release_year": 2027}
    mlflow.set_tracking_uri(champion_uri)
    model = mlflow.pyfunc.load_model("models:/imdb_rating@champion")
    absent = model.predict(pd.DataFrame({"release_year": [2027]}))
    pd.testing.assert_frame_equal(model.predict(frame[1:].reset_index(drop=True)), absent)
    for other in (
        pd.DataFrame({"release_year": [2027], "language": pd.Categorical([None], ["French"])}),
        pd.DataFrame({"release_year": pd.array([2027], "Int64"), "runtime_minutes": pd.array([None], "Int64")}),
        pd.DataFrame({"release_year": ["2027"], "title": [pd.NaT], "cast": [[None]]}),
    ):
        pd.testing.assert_frame_equal(model.predict(other), absent)


@pytest.mark.parametrize(
    "name", ["drafts-0b.csv", "drafts-0c.csv", "drafts-85.csv", "drafts-2028.csv", "drafts-2028.jsonl"]
)
def test_b16_a_line_separator_within_a_plot_ends_no_line(name):
    exit_code, rows, errors = predict_file("B16-csv-line-separators", name)
    assert (exit_code, errors) == (0, "")
    assert len(rows) == 2
    assert all(row["rating"] and not row["error"] for row in rows)


def test_b19_the_names_of_three_columns_are_all_read():
    exit_code, rows, _ = predict_file("B19-csv-same-column-twice", "drafts.csv")
    assert exit_code == 0
    header, cells, *_ = case_file("B19-csv-same-column-twice", "drafts.csv").read_text().splitlines()
    cast = [cell for name, cell in zip(header.split(","), cells.split(","), strict=True) if name == "cast"]
    assert len(cast) == 3
    assert all(name in rows[0]["warnings"] for name in cast)


def test_b19_a_file_of_a_european_spreadsheet_is_read():
    exit_code, [row], errors = predict_file("B19-csv-same-column-twice", "spreadsheet.csv")
    assert (exit_code, errors, row["error"]) == (0, "", "")
    [entry] = read_drafts(case_file("B19-csv-same-column-twice", "spreadsheet.csv"))
    assert entry.draft == MovieDraft(title="The Well", release_year=2027, runtime_minutes=104.5)


def test_b19_empty_rows_are_no_drafts():
    exit_code, rows, errors = predict_file("B19-csv-same-column-twice", "empty-rows.csv")
    assert (exit_code, len(rows), errors) == (0, 1, "")

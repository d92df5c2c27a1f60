import json

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.candidate_evaluation import CandidateEvaluation
from imdb_assets.rating_model.evaluation.leaderboard import (
    figures_markdown,
    leaderboard_markdown,
    leaderboard_on_test,
    leaderboard_records,
    leak_tax,
    leak_taxes,
)
from imdb_assets.tables.evaluation import MODEL_LEADERBOARD

RMSE = {"mean": 1.3, "tfidf_forest": 1.0, "tfidf_forest_leaky": 0.6}


def population(name: str, n_films: int, **rmse: float) -> pd.DataFrame:
    rows = [{"model": model, "population": name, "split": "test", "n": n_films, "rmse": value}
            for model, value in rmse.items()]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_leak_tax_is_the_rmse_that_the_leaky_forest_gains() -> None:
    assert leak_tax(population("all", 50, **RMSE)) == pytest.approx(0.4)
    assert leak_tax(population("all", 50, mean=1.3, tfidf_forest=1.0)) is None


def test_each_population_has_its_own_leak_tax_and_validation_rows_do_not_count() -> None:
    validation = population("votes_1000", 30, tfidf_forest=2.0, tfidf_forest_leaky=0.1).assign(split="validation")
    strict = population("votes_1000", 20, tfidf_forest=0.9, tfidf_forest_leaky=0.4)
    taxes = leak_taxes(pd.concat([population("all", 50, **RMSE), validation, strict], ignore_index=True))
    assert list(taxes.items()) == [("votes_1000", pytest.approx(0.5)), ("all", pytest.approx(0.4))]


def test_records_are_the_test_rows_smallest_population_first_and_valid_json(evaluation: CandidateEvaluation) -> None:
    records = leaderboard_records(evaluation.leaderboard)
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert set(records[0]) == set(MODEL_LEADERBOARD.column_names)
    assert {row["split"] for row in records} == {"test"}
    populations = list(dict.fromkeys(row["population"] for row in records))
    assert populations == ["votes_1000", "votes_100", "all"]
    # Within a population, models are in their declared order, from the mean to the candidate.
    models = [row["model"] for row in records if row["population"] == "all"]
    assert (models[0], models[-1]) == ("mean", "lightgbm")
    assert next(row["coverage_80"] for row in records if row["model"] == "mean") is None


def test_the_page_has_a_row_for_each_test_row_and_a_line_for_each_leak_tax(evaluation: CandidateEvaluation) -> None:
    table, *taxes = leaderboard_markdown(evaluation.leaderboard).split("\n\n")
    assert len(table.splitlines()) == 2 + len(leaderboard_on_test(evaluation.leaderboard))
    assert [tax.split(":")[0] for tax in taxes] == [
        f"**Leak tax** ({name})" for name in ("votes_1000", "votes_100", "all")
    ]


def test_numbers_in_tables_have_three_decimals_and_a_missing_one_is_a_dash() -> None:
    rows = pd.DataFrame({"n": [1234, 5], "rmse": [0.98765, np.nan], "model": ["mean", "01"]})
    lines = figures_markdown(rows, ("model", "n", "rmse")).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [cells[0], *cells[2:]] == [["model", "n", "rmse"], ["mean", "1,234", "0.988"], ["01", "5", "-"]]

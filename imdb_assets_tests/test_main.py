"""The command `python -m imdb_assets`: its options, its errors, and the printed leaderboard of a run."""

import dagster as dg
import pytest
from typer.testing import CliRunner

from imdb_assets.__main__ import LEADERBOARD_ROWS, cli, print_leaderboard, print_verdict

ROWS = [
    {"population": "votes_1000", "n": 1234, "model": "mean", "rmse": 1.2, "rmse_low": 1.1, "rmse_high": 1.3,
     "mae": 0.9, "r2": 0.0, "slope": None, "coverage_80": None},
    {"population": "votes_1000", "n": 1234, "model": "lightgbm", "rmse": 0.8, "rmse_low": 0.75, "rmse_high": 0.85,
     "mae": 0.6, "r2": 0.55, "slope": 1.01, "coverage_80": 0.799},
]  # fmt: skip


def test_the_leaderboard_of_a_materialization_is_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    @dg.asset
    def candidate() -> dg.MaterializeResult:
        # All films have 1,000 votes or more.
        rows = [*ROWS, *({**row, "population": "all"} for row in ROWS)]
        return dg.MaterializeResult(metadata={LEADERBOARD_ROWS: rows, "leak_tax_votes_1000": 0.447})

    (event,) = dg.materialize([candidate]).get_asset_materialization_events()
    capsys.readouterr()
    print_leaderboard(event.materialization.metadata)
    headings, *rows, leak_tax = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert headings == ["population", "films", "model", "RMSE", "95%", "interval", "MAE", "R2", "slope", "80%",
                        "coverage"]  # fmt: skip
    assert rows == [
        ["votes_1000", "1,234", "mean", "1.200", "1.100-1.300", "0.900", "0.000", "-", "-"],
        ["votes_1000", "1,234", "lightgbm", "0.800", "0.750-0.850", "0.600", "0.550", "1.010", "0.799"],
    ]
    assert leak_tax == ["Leak", "tax", "of", "votes_1000:", "0.447", "RMSE"]


def test_a_materialization_without_a_leaderboard_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_leaderboard({"version": dg.MetadataValue.text("1")})
    assert not capsys.readouterr().out


def test_the_verdict_on_the_champion_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    metadata = {"version": "4", "verdict": "It beats mean."}
    print_verdict(dg.AssetMaterialization("rating_model_champion", metadata=metadata))
    print_verdict(dg.AssetMaterialization("rating_model_card", metadata=metadata))
    print_verdict(dg.AssetMaterialization("rating_model_champion", metadata={"version": "4"}))
    assert capsys.readouterr().out == "The champion is version 4. It beats mean.\n\n"


@pytest.mark.parametrize(
    ("options", "variables", "message"),
    [
        (["--job", "whole_platfrom"], {}, "There is no job 'whole_platfrom'. Valid jobs are whole_platform, "),
        ([], {"OMDB_APIKEY": "hush"}, "OMDB_APIKEY is not a setting; did you mean OMDB_API_KEY?"),
        (["--set-up"], {"IMDB_ENV": "production"}, "IMDB_ENV must be sample, local or azure, not 'production'"),
        (["--forec"], {}, "No such option"),
    ],
)
def test_invalid_options_and_settings_exit_with_2_and_one_message(
    options: list[str], variables: dict[str, str], message: str
) -> None:
    run = CliRunner().invoke(cli, options, env=variables)
    assert run.exit_code == 2
    assert message in run.stderr
    assert "Traceback" not in run.output
    assert "hush" not in run.output

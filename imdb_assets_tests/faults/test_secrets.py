"""No secret leaves the platform, whatever fails: not on a command line, in a log, in the lake or on a page."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster_shared.serdes import serialize_value
from pytest_httpserver import HTTPServer
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner
from werkzeug import Request, Response

from imdb_assets.__main__ import cli
from imdb_assets.definitions import definitions_for
from imdb_assets.settings import VARIABLES, settings_from
from imdb_assets_tests.support.failing_platform import AZURE_LAKE, CANARY

PLATFORM = "imdb_assets_tests.support.failing_platform"
AZURE_KEY = base64.b64encode(base64.b64decode(f"{CANARY}AZURE/KEY+")).decode()
LOGIN = f"someone:{CANARY}-password"
# The header of the login, as a page may repeat it.
FORMS = [CANARY, base64.b64encode(LOGIN.encode()).decode()]


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A server that refuses every login with a page that repeats the request, but for OMDb's address."""

    def repeat(request: Request) -> Response:
        page = f"<html>{request.method} {request.url} {dict(request.headers)} {request.get_data(as_text=True)}</html>"
        return Response(page, status=200 if request.path.startswith("/omdb") else 401)

    with HTTPServer(host="127.0.0.1", port=0) as server:
        server.expect_request(re.compile(".*")).respond_with_handler(repeat)
        yield server.url_for("/")


@pytest.fixture(scope="module")
def variables(echo: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a platform with an invented secret in every setting that can hold one."""
    folder = tmp_path_factory.mktemp("secrets")
    address = echo.replace("://", f"://{LOGIN}@")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME", "LANG") if name in os.environ}
    return {
        **inherited,
        "PYTHONPATH": str(Path.cwd()),
        "IMDB_ENV": "local",
        "LAKE_URI": str(folder / "lake"),
        "DAGSTER_HOME": str(folder / "dagster"),
        "AZURE_STORAGE_KEY": AZURE_KEY,
        "AZURE_STORAGE_ENDPOINT": echo.split("/")[2],
        "OMDB_API_KEY": f"{CANARY}-omdb/key",
        "OMDB_URL": f"{address}omdb/",
        "ALERT_WEBHOOK_URL": f"{echo}hook/{CANARY}-hook",
        "MLFLOW_TRACKING_URI": f"{address}mlflow",
        "IMDB_DATASETS_URL": f"{address}datasets/",
        "RATING_MODEL_URL": f"{address}model",
        "POSTGRES_PASSWORD": f"{CANARY}-postgres",
    }


def run_program(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    Path(variables["DAGSTER_HOME"]).mkdir(exist_ok=True)
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)


def files_with_a_secret(folder: Path) -> list[str]:
    contents = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert contents
    return [
        str(file.relative_to(folder)) for file, content in contents.items() if any(f.encode() in content for f in FORMS)
    ]


@pytest.fixture(scope="module")
def failed(variables: dict[str, str]) -> str:
    """The output of a platform in which everything failed."""
    run = run_program(variables, "-m", PLATFORM)
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout + run.stderr


@pytest.mark.slow
def test_f31_no_output_contains_a_secret_when_everything_fails(failed: str) -> None:
    # Otherwise the test would look for secrets where none could be.
    for asset in ("failed_training", "unexpected_error", "refused_dataset", "refused_alert"):
        assert f"✗ {asset} failed: " in failed, failed
    assert "✓ landed_echo" in failed, failed
    assert failed.count("\nrefused: ") == 3
    assert [line for line in failed.splitlines() if any(form in line for form in FORMS)] == []


@pytest.mark.slow
def test_f31_lake_and_dagsters_instance_contain_no_secret(failed: str, variables: dict[str, str]) -> None:
    lake, instance = Path(variables["LAKE_URI"]), Path(variables["DAGSTER_HOME"])
    assert failed
    assert any("tt0000001" in file.read_text() for file in lake.rglob("*.jsonl"))
    assert files_with_a_secret(lake) == []
    assert any("failed_training" in file.read_text(errors="replace") for file in instance.rglob("*.db"))
    assert files_with_a_secret(instance) == []


@pytest.mark.slow
def test_f31_no_process_of_spark_has_a_secret_on_its_command_line_or_in_its_environment(failed: str) -> None:
    assert "spark has the key: True" in failed
    knowing = re.findall(r"(\S+) knows (\d+) of (\d+) secrets", failed)
    assert "java" in {name for name, _, _ in knowing}
    assert {(known, int(total) >= 8) for _, known, total in knowing} == {("0", True)}


def test_f31_dagsters_pages_show_the_names_of_secrets(variables: dict[str, str]) -> None:
    definitions = definitions_for(settings_from({**variables, "SPARK_REMOTE": f"sc://127.0.0.1:1/;token={CANARY}"}))
    shown = serialize_value(RepositorySnap.from_def(definitions.get_repository_def()))
    for name in ("OMDB_API_KEY", "OMDB_URL", "ALERT_WEBHOOK_URL", "IMDB_DATASETS_URL", "SPARK_REMOTE"):
        assert name in shown
    assert [form for form in FORMS if form in shown] == []


@pytest.mark.slow
def test_f31_no_page_of_the_app_shows_a_secret(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    # The settings export the login, until this test ends.
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    for name in ("MLFLOW_TRACKING_URI", "RATING_MODEL_URL", "OMDB_API_KEY", "ALERT_WEBHOOK_URL"):
        monkeypatch.setenv(name, variables[name])
    page = AppTest.from_file(str(Path.cwd() / "app/rating_app.py"), default_timeout=60).run()
    shown = " ".join(str(element.proto) for element in page.main)
    assert "does not respond" in shown
    assert [form for form in FORMS if form in shown] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [("-m", "imdb_assets", "--job", "daily_refresh"), ("-c", "from app.cli.main import main; main()", "status")],
)
def test_f31_no_command_prints_a_secret(variables: dict[str, str], program: tuple[str, ...]) -> None:
    run = run_program(variables | {"IMDB_ENV": "azure", "LAKE_URI": AZURE_LAKE}, *program)
    assert run.returncode == 1
    assert "devstoreaccount1" in run.stdout + run.stderr
    assert [form for form in FORMS if form in run.stdout + run.stderr] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"LAKE_URI": f"https://{LOGIN}@example.org/lake?sig={CANARY}"},
        {"IMDB_DATASETS_URL": f"ftp://{LOGIN}@example.org/", "IMDB_ENV": "local"},
        {"OMDB_DAILY_LIMIT": f"http://{LOGIN}@example.org/"},
    ],
)
def test_f31_a_wrong_setting_is_reported_without_the_secret_in_it(wrong: dict[str, str]) -> None:
    run = CliRunner().invoke(cli, ["--job", "daily_refresh"], env={**dict.fromkeys(VARIABLES, ""), **wrong})
    assert run.exit_code == 2
    assert next(iter(wrong)) in run.stderr
    assert f"{CANARY}-password" not in run.output
    assert f"sig={CANARY}" not in run.output

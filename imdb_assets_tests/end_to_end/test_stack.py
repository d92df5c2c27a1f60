"""The services of docker-compose.yml, run together on this machine with their own commands.

Only addresses are changed: host names become 127.0.0.1, ports free ones, volumes folders.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import psycopg2
import pytest
import requests
import yaml
from dagster._core.scheduler.instigation import InstigatorStatus, ScheduleInstigatorData
from playwright.sync_api import expect, sync_playwright

from app.cli.lake_status import TableStatus, lake_of, lake_status
from imdb_assets.settings import settings
from imdb_assets_tests.support.azurite import AZURITE_KEY
from imdb_assets_tests.support.browser import CHROMIUM, FLAGS, rating
from imdb_assets_tests.support.finished_platform import MOVIES, TABLES
from imdb_assets_tests.support.platforms import QUICK_JAVA
from imdb_assets_tests.support.required_programs import program_path
from imdb_assets_tests.support.servers import PATIENCE_SECONDS, end, free_port

pytestmark = [pytest.mark.slow, pytest.mark.needs("azurite", "chromium", "initdb"), pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
VARIABLES = {"SAMPLE_MOVIES": MOVIES, "SPARK_MASTER": "local[2]"}
SECRETS = {
    "azurite_key": AZURITE_KEY,
    "azure_storage_key": AZURITE_KEY,
    "postgres_password": "invented-password",
    "omdb_api_key": "",
    "alert_webhook_url": "",
}
RUN = "mutation Run($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename ... on LaunchRunSuccess { run { runId } } } }"  # noqa: E501 - one query
STATUS = "query S($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


class Stack:
    """The running services and their addresses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {port: str(free_port()) for port in ("3000", "4000", "5000", "5001", "5432", "8501", "10000")}
        (folder / "secrets").mkdir()
        for name, secret in SECRETS.items():
            (folder / "secrets" / name).write_text(secret)
        (folder / "workspace.yaml").write_text(self.localized(COMPOSE["configs"]["workspace"]["content"]))
        # The file does not set the port of Postgres, which uses the default.
        instance = self.localized(COMPOSE["configs"]["dagster"]["content"])
        instance = instance.replace("hostname: postgres", f"hostname: 127.0.0.1\n      port: {self.ports['5432']}")
        (folder / "dagster.yaml").write_text(instance)

    def localized(self, text: str) -> str:
        """A text of the compose file with this machine's addresses and folders."""
        text = text.replace("/run/secrets/", f"{self.folder}/secrets/")
        text = text.replace("@postgres/", "@postgres:5432/").replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - replaced below
        text = re.sub(r"\b(postgres|azurite|mlflow|code-location|model-server)(?=:\d)", "127.0.0.1", text)
        text = text.replace("host: code-location", "host: 127.0.0.1")
        text = re.sub(rf"\b({'|'.join(self.ports)})\b", lambda match: self.ports[match[1]], text)
        text = text.replace("base_dir: /dagster/", f"base_dir: {self.folder}/")
        text = text.replace("=/dagster/", f"={self.folder}/").replace("=/artifacts", f"={self.folder}/artifacts")
        text = text.replace("=/data", f"={self.folder}/azurite")
        # Last, because a value may look like a port.
        text = re.sub(r"\$\{(\w+)(?::?-([^}]*))?\}", lambda match: VARIABLES.get(match[1], match[2] or ""), text)
        return text.replace("$$", "$")

    def environment(self, service: str) -> dict[str, str]:
        own = {
            name: self.localized(str(value))
            for name, value in COMPOSE["services"][service].get("environment", {}).items()
        }
        azurite = Path(program_path("azurite-blob") or "").parent
        path = os.pathsep.join([str(Path(sys.executable).parent), str(azurite), os.environ["PATH"]])
        # This test must use neither the developer's lake nor the project's .env.
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("IMDB", "LAKE", "MLFLOW"))
        }
        return {
            **inherited,
            "JAVA_TOOL_OPTIONS": QUICK_JAVA,
            "PATH": path,
            "DAGSTER_HOME": str(self.folder),
            **own,
        }

    @contextlib.contextmanager
    def running(self, service: str) -> Iterator[None]:
        """A service of the file, from its first passed health check until the block ends."""
        words = [*COMPOSE["services"][service].get("entrypoint", []), *COMPOSE["services"][service]["command"]]
        command = [self.localized(str(word)) for word in words]
        log, environment = self.folder / f"{service}.log", self.environment(service)
        with log.open("wb") as output:
            server = subprocess.Popen(
                command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, cwd=ROOT
            )
        try:
            health = [self.localized(word) for word in COMPOSE["services"][service]["healthcheck"]["test"][1:]]
            deadline = time.monotonic() + PATIENCE_SECONDS
            while subprocess.run(health, env=environment, capture_output=True, check=False, cwd=ROOT).returncode:
                alive = server.poll() is None and time.monotonic() < deadline
                assert alive, f"{service}: {log.read_text(errors='replace')[-3000:]}"
                time.sleep(0.5)
            yield
        finally:
            end(server)

    def query(self, query: str, **variables: object) -> dict[str, Any]:
        """The data that Dagster's GraphQL API returns."""
        url = f"http://127.0.0.1:{self.ports['3000']}/graphql"
        answer = requests.post(url, json={"query": query, "variables": variables}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def launch(self, job: str) -> str:
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "imdb_assets",
            "jobName": job,
        }
        launched = self.query(RUN, p={"selector": selector, "runConfigData": {}})["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def status(self, run_id: str) -> str:
        return self.query(STATUS, id=run_id)["runOrError"]["status"]

    def final_status(self, run_id: str) -> str:
        deadline = time.monotonic() + 900
        while (status := self.status(run_id)) not in {"SUCCESS", "FAILURE", "CANCELED"}:
            assert time.monotonic() < deadline, f"{run_id} is still {status}"
            time.sleep(1)
        return status


@contextlib.contextmanager
def postgres(stack: Stack) -> Iterator[None]:
    """Postgres as its image starts it: a user, a database for Dagster, and MLflow's by the script of the file."""
    settings, port = COMPOSE["services"]["postgres"]["environment"], stack.ports["5432"]
    folder = Path("/tmp") / f"stack-postgres-{port}"  # noqa: S108 - another user has to write there
    # Postgres refuses to run as root.
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    programs = Path(os.path.realpath(program_path("initdb") or "")).parent
    folder.mkdir()
    try:
        if user:
            shutil.chown(folder, "postgres")
        (folder / "password").write_text(SECRETS["postgres_password"])
        if user:
            shutil.chown(folder / "password", "postgres")
        options = [f"--pgdata={folder / 'data'}", f"--username={settings['POSTGRES_USER']}", "--auth=password"]
        command = [str(programs / "initdb"), *options, f"--pwfile={folder / 'password'}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        log = (stack.folder / "postgres.log").open("wb")
        where = ["-p", port, "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(folder / "data"), *where],
            stdout=log, stderr=log, cwd=folder, **user,
        )  # fmt: skip
        try:
            connection = _connect_when_ready(port, settings["POSTGRES_USER"])
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {settings['POSTGRES_DB']}")
                cursor.execute(COMPOSE["configs"]["databases"]["content"])
            connection.close()
            yield
        finally:
            end(server)
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _connect_when_ready(port: str, user: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return psycopg2.connect(
                host="127.0.0.1", port=port, user=user, password=SECRETS["postgres_password"], dbname="postgres"
            )
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    with contextlib.ExitStack() as services:
        services.enter_context(postgres(stack))
        services.enter_context(stack.running("azurite"))
        for service in ("mlflow", "code-location", "webserver", "daemon"):
            services.enter_context(stack.running(service))
        yield stack


def tables_in_lake(stack: Stack) -> dict[str, TableStatus]:
    """The tables of the stack's lake on Azurite that have been written, by their assets' names."""
    environment = stack.environment("code-location")
    with pytest.MonkeyPatch.context() as patched:
        # The settings export the key in the file, until this block ends.
        patched.setenv("AZURE_STORAGE_KEY", "")
        for name in ("AZURE_STORAGE_KEY_FILE", "AZURE_STORAGE_ENDPOINT", "LAKE_URI"):
            patched.setenv(name, environment[name])
        tables = lake_status(lake_of(settings())).tables
    return {table.table: table for table in tables if table.version is not None}


def command_lines() -> set[str]:
    """The command lines of all services, and of the processes that they have started."""
    lines = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            lines.add(" ".join(process.cmdline()))
    return lines


def instance_of(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    monkeypatch.setenv("POSTGRES_PASSWORD", SECRETS["postgres_password"])
    return dg.DagsterInstance.from_config(str(stack.folder))


def test_a_run_launched_over_graphql_reaches_a_champion_that_server_and_app_use(stack: Stack) -> None:
    first = stack.launch("whole_platform")
    # One run writes at a time, so the second one is queued.
    second = stack.launch("daily_refresh")
    statuses_of_second, seen = set(), set()
    while (status := stack.status(first)) not in {"SUCCESS", "FAILURE", "CANCELED"}:
        if status == "STARTED":
            statuses_of_second.add(stack.status(second))
            seen |= command_lines()
        time.sleep(1)
    assert any("/java " in line for line in seen)
    assert [line for line in seen for secret in SECRETS.values() if secret and secret in line] == []
    assert status == "SUCCESS", (stack.folder / "code-location.log").read_text()[-3000:]
    tables = tables_in_lake(stack)
    assert set(tables) == {table.asset_name for table in TABLES}
    # No forecast of the first day is old enough to be scored.
    assert [name for name, table in tables.items() if not table.rows] == ["gold_scoreboard"]
    assert statuses_of_second == {"QUEUED"}
    assert stack.final_status(second) == "SUCCESS"
    assert tables_in_lake(stack) == tables
    model_server, app = (f"http://127.0.0.1:{stack.ports[port]}" for port in ("5001", "8501"))
    with stack.running("model-server"), stack.running("app"), sync_playwright() as playwright:
        rows = {"dataframe_records": [{"release_year": datetime.now(UTC).year + 1}]}
        (answer,) = requests.post(f"{model_server}/invocations", json=rows, timeout=60).json()["predictions"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        page.goto(app)
        page.set_default_timeout(60_000)
        answered = page.get_by_text("of the model server at")
        expect(answered).to_be_visible(timeout=60_000)
        # A word joiner, which shows nothing, keeps addresses from becoming links.
        assert f"at {model_server}, on data of" in answered.inner_text().replace("\u2060", "")
        # The first page waits for the model server, on a machine that runs all other services too.
        expect(page.get_by_test_id("stMetricValue").first).to_be_visible(timeout=60_000)
        assert rating(page) == pytest.approx(answer["rating"], abs=0.05)
        browser.close()


def test_the_daemon_starts_the_run_of_a_schedule(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with instance_of(stack, monkeypatch) as instance:
        # Automation conditions start runs of other jobs meanwhile.
        of_the_schedule = dg.RunsFilter(job_name="enrich_with_omdb")
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "imdb_assets",
            "scheduleName": "enrich_with_omdb_schedule",
        }
        start = "mutation S($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename } }"
        assert stack.query(start, s=selector)["startSchedule"]["__typename"] == "ScheduleStateResult"
        (state,) = [one for one in instance.all_instigator_state() if one.name == "enrich_with_omdb_schedule"]
        assert state.status == InstigatorStatus.RUNNING
        # As if the schedule had been on for two days without a running daemon.
        data = state.instigator_data
        since = (datetime.now(UTC) - timedelta(days=2)).timestamp()
        instance.update_instigator_state(state.with_data(ScheduleInstigatorData(data.cron_schedule, since)))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (runs := instance.get_runs(of_the_schedule, limit=1)) and time.monotonic() < deadline:
            time.sleep(1)
        assert runs, "the schedule has started no run"
        assert stack.final_status(runs[0].run_id) == "SUCCESS"

"""Deployment files: compose file, Dagster instance, lock file, Makefile and CI script."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance
from dagster._core.run_coordinator import QueuedRunCoordinator

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_stack_has_every_service():
    assert set(SERVICES) == {
        "postgres", "azurite", "mlflow", "code-location", "webserver", "daemon", "model-server", "app",
    }  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_health_check_and_listens_on_this_machine_only(name):
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert "image" in service or "build" in service


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_depends_on_healthy_services_that_exist(name):
    for other, condition in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        assert condition == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_volumes_and_files_are_declared(name):
    service = SERVICES[name]
    assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
    assert {config["source"] for config in service.get("configs", [])} <= set(COMPOSE["configs"])


def test_every_variable_of_the_stack_is_in_the_example_settings():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    variables = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert {name for name in variables if not re.search(rf"^# {name}=", EXAMPLE, flags=re.MULTILINE)} == set()


def test_secrets_of_the_stack_are_required_and_not_in_the_compose_file():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|ACCOUNTS", name) and value != "${OMDB_API_KEY:-}":
                assert ":?" in value, name


def test_the_build_targets_of_the_stack_are_stages_of_the_dockerfile():
    stages = set(
        re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} == stages


def test_dagster_accepts_its_instance_file_which_allows_one_run_at_a_time(tmp_path):
    (tmp_path / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1


def test_the_instance_of_the_stack_stores_its_runs_in_postgres():
    config = yaml.safe_load(COMPOSE["configs"]["dagster"]["content"])
    assert config["storage"]["postgres"]["postgres_db"]["password"] == {"env": "POSTGRES_PASSWORD"}
    assert (
        config["run_coordinator"]
        == yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))["run_coordinator"]
    )


def test_the_lock_file_pins_every_package_and_names_no_host():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9-]*==\S+( ; .+)?", line)] == []


def test_the_lock_file_contains_every_dependency_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    locked = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()}
    assert {re.match(r"[a-z0-9-]+", name).group() for name in required} <= locked


def test_the_served_model_is_installed_without_spark_and_dagster():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    served = [*project["dependencies"], *project["optional-dependencies"]["app"]]
    assert not [name for name in served if re.match("pyspark|delta-spark|dagster", name)]


def test_without_python_make_prints_how_to_install_it(tmp_path):
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    make = subprocess.run(["make", "setup", "PYTHON="], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert make.returncode != 0
    assert "No usable Python: install Python 3.11, 3.12 or 3.13" in make.stderr


def test_the_ci_script_is_valid_shell():
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)

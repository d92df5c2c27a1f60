"""Deployment files: compose file, Dagster instance, lock file, Makefile and CI script."""

import base64
import json
import os
import re
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance
from dagster._core.run_coordinator import QueuedRunCoordinator

from imdb_assets.resources.environments import resources_for
from imdb_assets.settings import VARIABLES, settings_from

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = dict(reversed(stage) for stage in re.findall(r"^FROM (\S+) AS (\S+)", DOCKERFILE, re.MULTILINE))
"""What each stage builds on."""
IMAGES = [service["image"] for service in SERVICES.values() if "build" not in service]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_stack_has_every_service():
    assert set(SERVICES) == {
        "postgres", "azurite", "mlflow", "code-location", "webserver", "daemon", "model-server", "app",
        "gateway",
    }  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_health_check_and_listens_on_this_machine_only(name):
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    is_public = name == "gateway"
    assert all(port.startswith("127.0.0.1:") != is_public for port in service.get("ports", []))
    assert service.get("profiles", []) == (["public"] if is_public else [])
    assert "image" in service or "build" in service


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_privileges_and_bounded_memory_and_logs(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    if "build" in service:
        stage = DOCKERFILE.split(f" AS {service['build']['target']}\n")[1].split("\nFROM ")[0]
        assert re.findall(r"^USER (\S+)", stage, flags=re.MULTILINE)[-1:] in (["node"], ["platform"])
        assert "user" not in service
    else:
        # The unprivileged image of nginx has a user of its own.
        assert service.get("user", service["image"].partition(":")[0]) in {"postgres", "nginxinc/nginx-unprivileged"}


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("postgres", {"mlflow", "code-location", "webserver", "daemon"}),
        ("azurite", {"code-location"}),
        ("model-server", {"app", "gateway", "mlflow", "code-location"}),
    ],
)
def test_only_the_services_that_need_a_service_share_a_network_with_it(name, reached):
    networks = {service: set(SERVICES[service]["networks"]) for service in SERVICES}
    assert {other for other in SERVICES if other != name and networks[other] & networks[name]} == reached
    with_a_way_out = {network for network, options in COMPOSE["networks"].items() if options is None}
    users = {network: [service for service in SERVICES if network in networks[service]] for network in with_a_way_out}
    assert all(len(services) == 1 for services in users.values()), users


@pytest.mark.parametrize("image", [*sorted(set(STAGES.values()) - set(STAGES)), *IMAGES])
def test_an_image_has_an_exact_version(image):
    assert re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?-[a-z-]+", image)


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


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_of_the_stack_is_a_file_that_its_service_may_read(name):
    service = SERVICES[name]
    environment = service.get("environment", {})
    assert [variable for variable in environment if re.search("PASSWORD$|KEY$|ACCOUNTS|WEBHOOK_URL$", variable)] == []
    files = {value for variable, value in environment.items() if variable.endswith("_FILE")}
    assert files <= {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    for secret in service.get("secrets", []):
        assert COMPOSE["secrets"][secret] == {"file": f"data/secrets/{secret}"}


def test_the_secrets_of_the_stack_come_from_the_settings_or_are_random(tmp_path):
    (tmp_path / ".env").write_text("OMDB_API_KEY='from settings'\n# AZURITE_KEY=\n")
    environment = {"PATH": os.environ["PATH"], "POSTGRES_PASSWORD": "from the environment"}
    for _ in range(2):
        command = ["sh", str(ROOT / "docker/write_secrets.sh")]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)
        # A second call keeps what is there.
        environment.pop("POSTGRES_PASSWORD", None)
        folder = tmp_path / "data/secrets"
        secrets = {file.name: file.read_text() for file in folder.iterdir()}
        assert secrets["postgres_password"] == "from the environment"
        assert secrets["omdb_api_key"] == "from settings"
        assert secrets["alert_webhook_url"] == ""
        assert len(base64.b64decode(secrets["azurite_key"])) == 64
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_command_of_the_stack_starts_with_the_passwords_in_its_environment(tmp_path):
    (tmp_path / "password").write_text("it's $hush\n")
    command = ["sh", str(ROOT / "docker/with_secrets.sh"), "sh", "-c", 'echo "$POSTGRES_PASSWORD, $AZURITE_KEY."']
    environment = {"PATH": os.environ["PATH"], "POSTGRES_PASSWORD_FILE": str(tmp_path / "password")}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "it's $hush, .\n"
    environment["AZURITE_KEY_FILE"] = str(tmp_path / "missing")
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "AZURITE_KEY_FILE names" in run.stderr
    assert "hush" not in run.stdout + run.stderr


def test_the_key_of_the_lake_is_azurites_unless_the_settings_name_an_account_of_azure(tmp_path):
    environment = {"PATH": os.environ["PATH"], "AZURE_STORAGE_KEY": "the account's"}
    for account, key in (("", None), ("devstoreaccount1", None), ("real", "the account's")):
        folder = tmp_path / f"secrets {account}"
        command = ["sh", str(ROOT / "docker/write_secrets.sh"), str(folder)]
        subprocess.run(command, cwd=tmp_path, env={**environment, "AZURE_STORAGE_ACCOUNT": account}, check=True)
        azurite = (folder / "azurite_key").read_text()
        assert (folder / "azure_storage_key").read_text() == (key or azurite)


def test_the_settings_of_the_stack_come_from_the_environment():
    settings = SERVICES["code-location"]["environment"]
    # The services of the stack itself, and files that `make stack` writes.
    fixed = {"MLFLOW_TRACKING_URI"} | {name for name in settings if name.endswith("_FILE")}
    assert {name for name, value in settings.items() if not value.startswith(f"${{{name}")} == fixed
    # These concern other places: a folder of this machine, the app's server, or the login of another registry.
    elsewhere = {
        "DAGSTER_HOME",
        "IMDB_SETTINGS_FILE",
        "JAVA_HOME",
        "RATING_MODEL_URL",
        "MLFLOW_TRACKING_USERNAME",
        "MLFLOW_TRACKING_PASSWORD",
    }
    assert set(VARIABLES) - {name.removesuffix("_FILE") for name in settings} == elsewhere


def test_steps_write_their_output_to_a_volume_that_the_webserver_reads():
    folder = yaml.safe_load(COMPOSE["configs"]["dagster"]["content"])["compute_logs"]["config"]["base_dir"]
    for name in ("code-location", "webserver"):
        assert f"compute-logs:{folder}" in SERVICES[name]["volumes"]
    assert re.search(rf"chown platform .*{folder}", DOCKERFILE)


def test_the_image_contains_the_jars_of_the_stacks_lake():
    [set_up] = re.findall(r"^RUN (.*)python -m imdb_assets --set-up$", DOCKERFILE, flags=re.MULTILINE)
    variables = dict(word.split("=", 1) for word in set_up.split())
    lake = resources_for(settings_from(variables))["lake"]
    stacks_lake = re.search(r"\{LAKE_URI:-(.*)\}", SERVICES["code-location"]["environment"]["LAKE_URI"])[1]
    stacks = resources_for(settings_from({"LAKE_URI": stacks_lake}))["lake"]
    assert lake.spark_packages() == stacks.spark_packages() != ()


def test_the_build_targets_of_the_stack_are_stages_of_the_dockerfile():
    targets = {service["build"]["target"] for service in SERVICES.values() if "build" in service}
    assert targets == set(STAGES) - set(STAGES.values())


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
    package, sha256 = r"[a-z0-9][a-z0-9-]*==\S+( ; .+)? \\", r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in lines if not re.fullmatch(f"{package}|{sha256}", line)] == []
    # Each package has at least one hash.
    assert not re.search(r"==.+\n[a-z]|==.+$(?!\n)", "\n".join(lines))


def test_azurites_lock_file_pins_every_package_by_its_hash_and_names_no_host():
    lock = json.loads((ROOT / "azurite/package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / "azurite/package.json").read_text(encoding="utf-8"))["dependencies"]
    root, *packages = lock["packages"].values()
    assert root["dependencies"] == wanted == {"azurite": lock["packages"]["node_modules/azurite"]["version"]}
    assert [package for package in packages if not package["integrity"].startswith("sha512-")] == []
    assert [package["resolved"] for package in packages if "resolved" in package] == []


def test_the_lock_file_contains_every_dependency_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    locked = {
        line.split("==")[0].strip() for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    }
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

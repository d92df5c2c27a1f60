import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from imdb_assets.settings import PROJECT_ROOT, Settings, SettingsError, settings, settings_from

SECRETS = {
    "OMDB_API_KEY": "hush-key",
    "AZURE_STORAGE_KEY": "hush-storage",
    "ALERT_WEBHOOK_URL": "https://example.org/hush-hook",
    "MLFLOW_TRACKING_URI": "https://me:hush-password@example.org",
}


def test_the_default_environment_is_the_sample_without_automation() -> None:
    chosen = settings_from({})
    assert chosen.imdb_env == "sample"
    assert not chosen.is_automated


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings_from({"OMDB_DAILY_LIMIT": " ", "RATING_MODEL_URL": "", "IMDB_TYPO": ""}) == settings_from({})


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"IMDB_ENV": "production"}, "IMDB_ENV must be sample, local or azure, not 'production'"),
        ({"IMDB_ENV": "azure"}, "LAKE_URI must be abfss://"),
        ({"IMDB_DATASETS": "title.basics,titles"}, "IMDB_DATASETS may list .*, not titles"),
        ({"OMDB_DAILY_LIMIT": "many"}, "OMDB_DAILY_LIMIT must be a whole number of 1 or more, not 'many'"),
        ({"LANDING_SNAPSHOTS": "0"}, "LANDING_SNAPSHOTS must be a whole number of 1 or more, not '0'"),
        ({"SAMPLE_SEED": "-1"}, "SAMPLE_SEED must be a whole number of 0 or more, not '-1'"),
        ({"SPARK_DRIVER_MEMORY": "3 GB"}, "SPARK_DRIVER_MEMORY must be a size such as 3g or 1500m, not '3 GB'"),
        ({"LAKE_URI": "~no-such-user/lake"}, "LAKE_URI starts with the home folder of an unknown user"),
    ],
)
def test_an_invalid_value_is_an_error_that_names_the_variable(variables: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings_from(variables)


@pytest.mark.parametrize(
    ("name", "intended"),
    [
        ("OMDB_APIKEY", "OMDB_API_KEY"),
        ("OMDB_KEY", "OMDB_API_KEY"),
        ("IMDB_DATASET", "IMDB_DATASETS"),
        ("SEARCH_TRIAL", "SEARCH_TRIALS"),
        ("RATING_MODEL_URI", "RATING_MODEL_URL"),
        # Typos under prefixes of other software, and in the prefix itself.
        ("MLFLOW_TRACKING_URL", "MLFLOW_TRACKING_URI"),
        ("AZURE_STORAGE_ACOUNT", "AZURE_STORAGE_ACCOUNT"),
        ("SPARK_MASTERS", "SPARK_MASTER"),
        ("TEST_YEAR", "TEST_YEARS"),
        ("OMBD_API_KEY", "OMDB_API_KEY"),
        ("omdb_api_key", "OMDB_API_KEY"),
    ],
)
def test_an_unknown_variable_is_an_error_that_suggests_the_intended_one(name: str, intended: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings_from({name: "hush"})
    assert str(error.value).startswith(f"{name} is not a setting; did you mean {intended}?")
    assert "hush" not in str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "AZURE_CLIENT_ID", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZURITE_KEY",
        "DAGSTER_HOST", "JAVA_HOME_17_X64", "JAVA_HOME1", "JAVA_TOOL_OPTIONS", "LAKE", "MLFLOW_REGISTRY_URI",
        "MLFLOW_TRACKING_TOKEN", "POSTGRES_PASSWORD", "SPARK_CONF_DIR", "SPARK_HOME", "SPARK_LOCAL_IP",
        "SPARK_MASTER_HOST", "SPARK_NO_DAEMONIZE", "TEST_DATABASE_URL", "sample_rate",
    ],
)  # fmt: skip
def test_variables_of_other_software_are_not_reported_as_typos(name: str) -> None:
    assert settings_from({name: "x"}) == settings_from({})


def test_the_variables_of_this_process_are_valid() -> None:
    assert isinstance(settings_from(os.environ), Settings)


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        ("here/lake", f"{PROJECT_ROOT}/here/lake"),
        ("~/lake", f"{Path.home()}/lake"),
        ("/elsewhere/lake", "/elsewhere/lake"),
    ],
)
def test_relative_paths_start_at_the_project_root_and_tildes_at_home_for_every_path(path: str, resolved: str) -> None:
    chosen = settings_from(
        {
            "LAKE_URI": path,
            "OMDB_RECORDED": path,
            "MLFLOW_TRACKING_URI": f"sqlite:///{path}",
            "IMDB_DATASETS_URL": f"file://{path}/",
            "DAGSTER_HOME": path,
        }
    )
    assert chosen.lake_uri == chosen.omdb_recorded == chosen.dagster_home == resolved
    assert chosen.mlflow_tracking_uri == f"sqlite:///{resolved}"
    assert chosen.imdb_datasets_url == f"file://{resolved}/"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("LAKE_URI", "abfss://lake@account.dfs.core.windows.net/imdb"),
        ("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000"),
        ("IMDB_DATASETS_URL", "http://127.0.0.1:8080/datasets/"),
    ],
)
def test_addresses_are_not_paths(name: str, address: str) -> None:
    assert getattr(settings_from({name: address}), name.lower()) == address


def test_secrets_are_in_no_representation_and_no_error() -> None:
    chosen = settings_from(SECRETS)
    assert chosen.azure_storage_key
    assert chosen.azure_storage_key.get_secret_value() == "hush-storage"
    assert "hush" not in f"{chosen!r} {chosen}"
    with pytest.raises(SettingsError) as error:
        settings_from(SECRETS | {"SAMPLE_MOVIES": "few"})
    assert "hush" not in str(error.value)


def test_no_representation_contains_the_password_of_any_address() -> None:
    address = "https://me:hush-password@example.org/"
    names = ("IMDB_DATASETS_URL", "OMDB_URL", "MLFLOW_TRACKING_URI", "RATING_MODEL_URL", "SPARK_REMOTE")
    chosen = settings_from(dict.fromkeys(names, address))
    assert "hush" not in f"{chosen!r} {chosen}"
    assert chosen.rating_model_url == address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://me:hu%40sh@example.org/x", ("https://example.org/x", "me", "hu@sh")),
        ("http://token@127.0.0.1:5000", ("http://127.0.0.1:5000", "token", "")),
        ("http://127.0.0.1:5000", ("http://127.0.0.1:5000", None, "")),
        ("postgresql+psycopg2://me:hush@db/mlflow", ("postgresql+psycopg2://me:hush@db/mlflow", None, "")),
    ],
)
def test_the_login_of_mlflows_server_is_not_part_of_its_address(address: str, expected: tuple) -> None:
    chosen = settings_from({"MLFLOW_TRACKING_URI": address})
    password = chosen.mlflow_tracking_password.get_secret_value() if chosen.mlflow_tracking_password else ""
    assert (chosen.mlflow_tracking_uri, chosen.mlflow_tracking_username, password) == expected


@pytest.mark.parametrize("name", ["MLFLOW_TRACKING_URI", "DAGSTER_HOME"])
@pytest.mark.parametrize("character", ["%20", "?"])
def test_a_folder_that_sqlite_cannot_open_is_an_error_that_names_variable_and_character(
    name: str, character: str
) -> None:
    path = f"/data/100{character}/x"
    value = f"sqlite:///{path}" if name.startswith("MLFLOW") else path
    with pytest.raises(SettingsError, match=rf"^{name} contains {re.escape(character)}, .* not {re.escape(path)}$"):
        settings_from({name: value})
    assert settings_from({"MLFLOW_TRACKING_URI": "http://127.0.0.1/?x=%20", "DAGSTER_HOME": "/a b/[c]#100%"})


@pytest.mark.parametrize("folder", ["my data #1 [x] é", "a%20b", "100%", "que?tion"])
def test_a_folder_of_datasets_may_be_written_as_it_is_or_as_an_address(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    address = f"{(tmp_path / folder).as_uri()}/"
    for written in (f"file://{tmp_path}/{folder}/", address, address.replace("file://", "file://localhost")):
        assert settings_from({"IMDB_DATASETS_URL": written}).imdb_datasets_url == address


def test_a_secret_can_come_from_a_file_which_an_empty_file_does_not_set(tmp_path: Path) -> None:
    file, empty = tmp_path / "key", tmp_path / "empty"
    file.write_text(" hush-key\n")
    empty.write_text("\n")
    chosen = settings_from(
        {"OMDB_API_KEY_FILE": str(file), "AZURE_STORAGE_KEY_FILE": str(empty), "ALERT_WEBHOOK_URL_FILE": ""}
    )
    assert chosen.omdb_api_key
    assert chosen.exported == {"OMDB_API_KEY": "hush-key"}
    # Dagster and MLflow read the variable, which is set from the file.
    both = settings_from({"OMDB_API_KEY_FILE": str(file), "OMDB_API_KEY": "other"})
    assert both.exported == {"OMDB_API_KEY": "other"}


def test_a_secret_file_that_cannot_be_read_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^OMDB_API_KEY_FILE names .*missing, which cannot be read \(No such file"):
        settings_from({"OMDB_API_KEY_FILE": str(tmp_path / "missing")})
    with pytest.raises(SettingsError, match="OMDB_APIKEY_FILE is not a setting"):
        settings_from({"OMDB_APIKEY_FILE": str(tmp_path)})


def test_the_process_exports_what_dagster_and_mlflow_read_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush-key\n")
    program = "import os; from imdb_assets.settings import settings; settings(); print([os.environ[n] for n in %r])"
    names = ["OMDB_API_KEY", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"]
    variables = {"OMDB_API_KEY_FILE": str(tmp_path / "key"), "MLFLOW_TRACKING_URI": "https://me:hush@example.org"}
    command = [sys.executable, "-c", program % names]
    inherited = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT_ROOT)}
    run = subprocess.run(command, env=inherited | variables, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['hush-key', 'me', 'hush']"


def test_the_settings_load_neither_dagster_nor_spark() -> None:
    program = "import sys, imdb_assets.settings; print({'dagster', 'pyspark', 'mlflow'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_backups_are_kept_outside_the_lake(tmp_path):
    for lake, backups in (("a", "a"), ("a", "a/b"), ("a/b", "a")):
        with pytest.raises(SettingsError, match="BACKUP_URI and LAKE_URI must be two places"):
            settings_from({"LAKE_URI": str(tmp_path / lake), "BACKUP_URI": str(tmp_path / backups)})
    assert settings_from({"LAKE_URI": str(tmp_path / "a"), "BACKUP_URI": str(tmp_path / "ab")}).backup_copies == 14


def test_variables_come_from_the_file_of_settings_unless_the_environment_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings"
    file.write_text("SAMPLE_MOVIES=7\nSAMPLE_SEED='8'\nAZURE_CLIENT_ID=invented\n")
    monkeypatch.setenv("IMDB_SETTINGS_FILE", str(file))
    monkeypatch.setenv("SAMPLE_SEED", "9")
    for name in ("SAMPLE_MOVIES", "AZURE_CLIENT_ID"):
        # The file sets it, and the end of this test removes it.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    chosen = settings()
    assert (chosen.sample_movies, chosen.sample_seed) == (7, 9)
    assert os.environ["AZURE_CLIENT_ID"] == "invented"


def test_a_file_of_settings_that_does_not_exist_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMDB_SETTINGS_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"IMDB_SETTINGS_FILE names .*nowhere, which is not a file"):
        settings()


def test_every_program_reads_the_env_file_of_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("app", "imdb_assets"):
        shutil.copytree(PROJECT_ROOT / name, project / name)
    (project / ".env").write_text("LAKE_RETENTION_DAYS=none\n")
    variables = {name: value for name, value in os.environ.items() if name != "IMDB_SETTINGS_FILE"}
    programs = (
        ["-m", "imdb_assets"],
        ["-m", "imdb_assets.backups", "make"],
        ["-m", "imdb_assets.mlflow_ui", "--port", "1"],
        ["-c", "from app.cli.main import main; main()", "status"],
    )
    for program in programs:
        run = subprocess.run(
            [sys.executable, *program], cwd=project, env={**variables, "PYTHONPATH": str(project)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "LAKE_RETENTION_DAYS must be" in run.stderr, (program, run)
        assert run.returncode

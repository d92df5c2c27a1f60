"""The settings of the platform, the app and the command line: the only file that reads the environment.

Each field of `Settings` is an environment variable in lower case. `.env.example` documents them for users.
"""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from dotenv import load_dotenv
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from rapidfuzz import process
from rapidfuzz.distance import OSA

from imdb_assets.redaction import redacted, register_secrets
from imdb_assets.tables.bronze import DATASETS

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DATA = PROJECT_ROOT / "data"
# No other software uses these prefixes: a variable that starts with one of them and is not a setting is an error.
OUR_PREFIXES = ("ALERT_", "IMDB_", "LAKE_", "LANDING_", "OMDB_", "RATING_MODEL_", "SAMPLE_", "SEARCH_")
# Java and Dagster define these, and other tools define similar names (JAVA_HOME_17).
NAMES_OF_OTHERS = frozenset({"DAGSTER_HOME", "JAVA_HOME"})
_SQLITE, _FILE = "sqlite:///", "file://"
# Suffix of a variable that names a file with the value of a secret, such as OMDB_API_KEY_FILE.
FILE_SUFFIX = "_FILE"
# The variable that names a file with further variables, and its value for no file.
_SETTINGS_FILE, _NO_FILE = "IMDB_SETTINGS_FILE", "none"

_SERVER_WITH_LOGIN = re.compile(r"(?i)(https?://)([^/?#:]*)(?::([^/?#]*))?@([^@]*)")


class SettingsError(ValueError):
    """A variable is unknown or has an invalid value. The message names the variable and how to fix it."""


def _dataset_names(text: object) -> object:
    names = tuple(name.strip() for name in text.split(",") if name.strip()) if isinstance(text, str) else text
    if isinstance(names, tuple) and (unknown := [name for name in names if name not in DATASETS]):
        raise ValueError(f"may list {', '.join(DATASETS)}, not {', '.join(unknown)}")
    return names


def _path(text: str) -> str:
    """Expand `~` and resolve a relative path against the project root, wherever the process was started."""
    try:
        return str(PROJECT_ROOT / Path(text).expanduser())
    except RuntimeError:
        raise ValueError(f"starts with the home folder of an unknown user: {text!r}") from None


def _lake_uri(text: str) -> str:
    return text if "://" in text else _path(text)


def _tracking_uri(text: str) -> str:
    is_file = text.startswith(_SQLITE) and text != _SQLITE
    return f"{_SQLITE}{_path(text.removeprefix(_SQLITE))}" if is_file else text


def _datasets_url(text: str) -> str:
    if not text.startswith(_FILE):
        return text
    folder = text.removeprefix(_FILE).removeprefix("localhost")
    # People write a folder as it is (`my data #1`) or as an address has to (`my%20data%20%231`).
    if not Path(_path(folder)).is_dir():
        folder = unquote(folder)
    slash = "/" if folder.endswith("/") else ""
    return f"{Path(_path(folder)).as_uri()}{slash}"


PathText = Annotated[str, AfterValidator(_path)]
FromZero = Annotated[int, Field(ge=0, description="a whole number of 0 or more")]
FromOne = Annotated[int, Field(ge=1, description="a whole number of 1 or more")]


class Settings(BaseModel, frozen=True):
    """All settings, validated. A field's `description` lists the valid values, for error messages."""

    imdb_env: Literal["sample", "local", "azure"] = Field("sample", description="sample, local or azure")
    imdb_settings_file: str = ".env"
    imdb_datasets_url: Annotated[str, AfterValidator(_datasets_url)] | None = None
    """None stands for IMDb's public address."""
    imdb_datasets: Annotated[tuple[str, ...], BeforeValidator(_dataset_names)] = tuple(DATASETS)
    imdb_snapshot_date: str | None = None
    lake_uri: Annotated[str, AfterValidator(_lake_uri)] = str(DATA / "lake")
    azure_storage_account: str | None = None
    azure_storage_key: SecretStr | None = None
    azure_storage_endpoint: str | None = None
    omdb_api_key: SecretStr | None = None
    omdb_url: str | None = None
    """None stands for OMDb's public address."""
    omdb_daily_limit: FromOne = 1000
    omdb_recorded: PathText | None = None
    mlflow_tracking_uri: Annotated[str, AfterValidator(_tracking_uri)] = f"{_SQLITE}{DATA / 'mlflow.db'}"
    """Without user name and password, if it is the address of a server."""
    mlflow_tracking_username: str | None = None
    mlflow_tracking_password: SecretStr | None = None
    mlflow_ui_url: str | None = Field(
        None, pattern="^https?://[^@]+$", description="an address such as http://127.0.0.1:5000"
    )
    """None stands for the tracking server, or for the address of `make mlflow`."""
    landing_snapshots: FromOne = 3
    lake_retention_days: FromOne = 30
    model_retention_days: FromOne = 90
    backup_uri: Annotated[str, AfterValidator(_lake_uri)] | None = None
    """None stands for `data/backups`, which only a person backs up to: nothing is scheduled."""
    backup_copies: FromOne = 14
    sample_movies: FromOne = 3000
    sample_seed: FromZero = 0
    sample_snapshot: FromOne = 1
    alert_webhook_url: SecretStr | None = None
    alert_dagster_url: str | None = Field(
        None, pattern="^https?://[^@]+$", description="an address such as http://127.0.0.1:3000"
    )
    spark_master: str = "local[*]"
    spark_remote: str | None = None
    spark_executor_python: str | None = None
    spark_driver_memory: str | None = Field(None, pattern="^[1-9][0-9]*[mg]$", description="a size such as 3g or 1500m")
    test_years: str | None = None
    search_trials: FromOne = 50
    search_seconds: FromOne = 1800
    rating_model_url: str | None = None
    dagster_home: PathText | None = None
    java_home: str | None = None

    @property
    def is_automated(self) -> bool:
        """Whether schedules and sensors run by default."""
        return self.imdb_env != "sample"

    @property
    def exported(self) -> dict[str, str]:
        """Variables that Dagster and MLflow read from the environment: secrets, MLflow's login and Dagster's folder."""
        chosen = {name.upper(): getattr(self, name) for name in SECRETS}
        secrets = {name: secret.get_secret_value() for name, secret in chosen.items() if secret}
        others = {"MLFLOW_TRACKING_USERNAME": self.mlflow_tracking_username, "DAGSTER_HOME": self.dagster_home}
        return secrets | {name: value for name, value in others.items() if value}

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """Yield the settings without the passwords in addresses."""
        for name, value in super().__repr_args__():
            yield name, redacted(value) if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _move_the_login_out_of_the_address(cls, values: dict[str, Any]) -> dict[str, Any]:
        # MLflow quotes its address in errors, and Dagster's UI shows it.
        match = _SERVER_WITH_LOGIN.fullmatch(str(values.get("mlflow_tracking_uri", "")))
        if match is None:
            return values
        scheme, username, password, rest = match.groups()
        login = {"mlflow_tracking_username": unquote(username), "mlflow_tracking_password": unquote(password or "")}
        return values | login | {"mlflow_tracking_uri": f"{scheme}{rest}"}

    @model_validator(mode="after")
    def _require_backups_outside_the_lake(self) -> "Settings":
        lake, backups = (f"{uri.rstrip('/')}/" for uri in (self.lake_uri, self.backup_uri or str(DATA / "backups")))
        if lake.startswith(backups) or backups.startswith(lake):
            raise ValueError("BACKUP_URI and LAKE_URI must be two places, neither inside the other")
        return self

    @model_validator(mode="after")
    def _refuse_folders_that_sqlite_cannot_open(self) -> "Settings":
        # Dagster's instance is an SQLite database too. SQLite would open another folder: its address ends at ?, and %20
        # stands for a blank.
        databases = {"MLFLOW_TRACKING_URI": self.mlflow_tracking_uri, "DAGSTER_HOME": self.dagster_home or ""}
        for name, value in databases.items():
            is_address = "://" in value and not value.startswith(_SQLITE)
            if not is_address and (reserved := re.search(r"\?|%[0-9a-fA-F]{2}", value)):
                raise ValueError(
                    f"{name} contains {reserved.group()}, which has another meaning in the address of an SQLite "
                    f"database; choose a folder whose path does not contain it, not {value.removeprefix(_SQLITE)}"
                )
        return self

    @model_validator(mode="after")
    def _require_a_key_for_azurite(self) -> "Settings":
        if self.azure_storage_endpoint and not self.azure_storage_key:
            raise ValueError("AZURE_STORAGE_ENDPOINT is Azurite, which has no other login: set AZURE_STORAGE_KEY")
        return self

    @model_validator(mode="after")
    def _require_a_lake_on_azure(self) -> "Settings":
        if self.imdb_env == "azure" and "://" not in self.lake_uri:
            address = "abfss://container@account.dfs.core.windows.net/path"
            raise ValueError(f"IMDB_ENV is azure, so LAKE_URI must be {address}")
        return self


VARIABLES = {name.upper(): name for name in Settings.model_fields}
SECRETS = tuple(name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None)
"""The settings that are secrets. Each of them may come from a file, which NAME_FILE names."""
_SECRET_FILES = {f"{name.upper()}{FILE_SUFFIX}": name.upper() for name in SECRETS}


def settings() -> Settings:
    """Return the settings of this process: from the environment, and for variables it lacks from the file of settings.

    From now on, the environment has the variables of the file too, because other software reads some of them, and the
    logs of this process contain none of its secrets.

    Raises:
        SettingsError: A variable is unknown or has an invalid value.
    """
    _read_file()
    register_secrets(os.environ)
    chosen = settings_from(os.environ)
    for name, value in chosen.exported.items():
        os.environ[name] = value
    register_secrets(chosen.exported)
    return chosen


def _read_file() -> None:
    name = os.environ.get(_SETTINGS_FILE, "").strip()
    if name == _NO_FILE:
        return
    file = PROJECT_ROOT / Path(name or Settings.model_fields["imdb_settings_file"].default).expanduser()
    if file.is_file():
        _load_once(file)
    elif name:
        raise SettingsError(f"{_SETTINGS_FILE} names {name}, which is not a file; create it or unset {_SETTINGS_FILE}")


@cache
def _load_once(file: Path) -> None:
    # The environment keeps its variables, and a page of the app asks for the settings several times.
    load_dotenv(file, override=False)


def settings_from(variables: Mapping[str, str]) -> Settings:
    """Return the settings that environment variables define. An empty variable counts as not set.

    Raises:
        SettingsError: A variable is unknown or has an invalid value.
    """
    values = {name: value.strip() for name, value in variables.items() if value.strip()}
    values = {**_secrets_in_files(values), **values}
    for name in values:
        if known := _probably_intended(name):
            raise SettingsError(f"{name} is not a setting; did you mean {known}? All settings are in .env.example.")
    try:
        return Settings.model_validate({VARIABLES[name]: value for name, value in values.items() if name in VARIABLES})
    except ValidationError as error:
        raise SettingsError(_message(error)) from None


def limit_mlflow_retries() -> None:
    """Make MLflow report an unreachable server within seconds, unless the environment sets its timeouts.

    By default it retries seven times over minutes, too long for a person at a page or a prompt. Call this before the
    first request.
    """
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")


def _secrets_in_files(values: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets in the files that variables name. An empty file counts as not set."""
    secrets = {}
    for variable, name in _SECRET_FILES.items():
        if variable in values and name not in values:
            try:
                secrets[name] = Path(_path(values[variable])).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                cause = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
                raise SettingsError(
                    f"{variable} names {values[variable]}, which cannot be read ({cause}); create the file or unset "
                    f"{variable}"
                ) from None
    return {name: secret for name, secret in secrets.items() if secret}


def _probably_intended(name: str) -> str | None:
    """Return the setting that an unknown variable probably means; None for a setting or a variable of other software.

    Under prefixes of other software (SPARK_, AZURE_, MLFLOW_), only names with a single typo are reported.
    """
    if name in VARIABLES or name in _SECRET_FILES:
        return None
    if name.startswith(OUR_PREFIXES):
        return str(process.extract(name, list(VARIABLES), scorer=OSA.normalized_similarity, limit=1)[0][0])
    candidates = (known for known in VARIABLES if known not in NAMES_OF_OTHERS)
    return next((known for known in candidates if OSA.distance(name.upper(), known, score_cutoff=1) <= 1), None)


def _message(error: ValidationError) -> str:
    [first, *_] = error.errors(include_url=False)
    message = redacted(first["msg"].removeprefix("Value error, "))
    # The message of a rule about several variables contains their names.
    if not first["loc"]:
        return message
    field = str(first["loc"][0])
    if valid_values := Settings.model_fields[field].description:
        message = redacted(f"must be {valid_values}, not {first['input']!r}")
    return f"{field.upper()} {message}"

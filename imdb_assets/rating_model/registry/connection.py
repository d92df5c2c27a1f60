"""The connection to MLflow: its address without passwords, and its failures as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.mlflow_files import database_file
from imdb_assets.redaction import redacted

_MAX_CAUSE_CHARACTERS = 200


class RegistryUnreachableError(ConnectionError):
    """The registry does not answer, or a model's files cannot be read; the message contains the address or name."""


def registry_address(tracking_uri: str) -> str:
    """Return the address of a registry without a password, for pages and logs."""
    return redacted(tracking_uri)


def cause_of(error: BaseException) -> str:
    """Return the first line of an error, without a password and at most 200 characters long."""
    lines = str(error).splitlines() or [type(error).__name__]
    return redacted(lines[0])[:_MAX_CAUSE_CHARACTERS]


def unreachable(tracking_uri: str, cause: BaseException) -> RegistryUnreachableError:
    """Return the error for a failed access to a registry, with the way to repair it."""
    if file := database_file(tracking_uri):
        fix = f"cannot be used; check {file.parent}, its permissions and free space, or set MLFLOW_TRACKING_URI"
    else:
        fix = "does not respond; start it, or set MLFLOW_TRACKING_URI to its address"
    return RegistryUnreachableError(
        f"The registry at {registry_address(tracking_uri)} {fix}, then run this again. ({cause_of(cause)})"
    )


@contextmanager
def reaching(tracking_uri: str) -> Iterator[None]:
    """Report a failure of MLflow inside the `with` block as one sentence.

    Raises:
        RegistryUnreachableError: MLflow does not respond, its database cannot be used, or it refused a request.
    """
    try:
        yield
    except RegistryUnreachableError:
        raise
    except (MlflowException, SQLAlchemyError, OSError) as error:  # requests' errors are OSErrors.
        raise unreachable(tracking_uri, error) from error

"""The registry's lock: one process at a time moves the champion, on whatever machine it runs.

A database in a file is locked by the operating system, which releases the lock of a killed process. A server has no
locks, but it creates a registered model of a name only once: the one that succeeds holds the lock and deletes it at
the end. If the holder was killed, the next process removes its lock after `LEASE_SECONDS`.
"""

import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, RESOURCE_DOES_NOT_EXIST, ErrorCode

from imdb_assets.mlflow_files import database_file
from imdb_assets.rating_model.registry.connection import registry_address
from imdb_assets.rating_model.registry.versions import MODEL_NAME

LOCK_NAME = f"{MODEL_NAME}_promotion_lock"
"""The registered model whose existence is the lock of a server."""
HOLDER = "holder"
LEASE_SECONDS, PATIENCE_SECONDS = 120, 300
"""How long one holder may keep a server's lock, and how long others wait for a lock."""
_POLL_SECONDS = 0.5


class RegistryBusyError(RuntimeError):
    """Another process holds the registry's lock; the message contains the holder."""


@dataclass(frozen=True)
class HeldLock:
    """A lock that this process holds.

    Attributes:
        confirm: Raises `RegistryBusyError` if the lock was taken over by another process in the meantime.
    """

    confirm: Callable[[], None]


@contextmanager
def registry_lock(
    tracking_uri: str, *, patience_seconds: float = PATIENCE_SECONDS, lease_seconds: float = LEASE_SECONDS
) -> Iterator[HeldLock]:
    """Hold the registry's lock inside the `with` block.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        patience_seconds: How long to wait for another holder.
        lease_seconds: How long one holder may keep the lock of a server.

    Yields:
        The lock. Confirm it right before a change that must not be made twice.

    Raises:
        RegistryBusyError: Another process held the lock all the time.
    """
    file = database_file(tracking_uri)
    if file is None:
        lease = _Lease(MlflowClient(tracking_uri), registry_address(tracking_uri), lease_seconds)
        lease.acquire(patience_seconds)
        try:
            yield HeldLock(lease.confirm)
        finally:
            lease.release()
        return
    lock = FileLock(f"{file}.promotion.lock")
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout:
        raise RegistryBusyError(_busy(registry_address(tracking_uri), "another process", patience_seconds)) from None
    try:
        yield HeldLock(lambda: None)
    finally:
        lock.release()


class _Lease:
    """The lock of a server: a registered model with the holder as its tag."""

    def __init__(self, client: MlflowClient, address: str, lease_seconds: float) -> None:
        self._client, self._address, self._lease_seconds = client, address, lease_seconds
        self._holder = f"process {os.getpid()} on {platform.node()} ({uuid.uuid4().hex[:8]})"

    def acquire(self, patience_seconds: float) -> None:
        deadline = time.monotonic() + patience_seconds
        # The age of a lock is measured here: the clocks of the server and of other holders may differ.
        other, since = None, time.monotonic()
        while not self._create():
            holder = self._current_holder()
            if holder != other:
                other, since = holder, time.monotonic()
            elif holder and time.monotonic() - since > self._lease_seconds and self._current_holder() == holder:
                self._delete()
                continue
            if time.monotonic() > deadline:
                raise RegistryBusyError(_busy(self._address, other or "another process", patience_seconds))
            time.sleep(_POLL_SECONDS)

    def confirm(self) -> None:
        if (holder := self._current_holder()) != self._holder:
            raise RegistryBusyError(
                f"This process held the lock of the registry at {self._address} for longer than "
                f"{self._lease_seconds:g} seconds, and {holder or 'another process'} took it over. Run it again."
            )

    def release(self) -> None:
        if self._current_holder() == self._holder:
            self._delete()

    def _create(self) -> bool:
        description = "Locks the promotion of champions. It is deleted within seconds."
        try:
            self._client.create_registered_model(LOCK_NAME, {HOLDER: self._holder}, description)
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
                # A request whose response was lost is repeated, and finds the lock that it created.
                return self._current_holder() == self._holder
            raise
        return True

    def _current_holder(self) -> str | None:
        try:
            return self._client.get_registered_model(LOCK_NAME).tags.get(HOLDER)
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                return None
            raise

    def _delete(self) -> None:
        try:
            self._client.delete_registered_model(LOCK_NAME)
        except MlflowException as error:
            if error.error_code != ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                raise


def _busy(address: str, holder: str, seconds: float) -> str:
    return (
        f"The registry at {address} is locked: {holder} has been promoting or rolling back a model for {seconds:g} "
        "seconds. Run this again after it has finished."
    )

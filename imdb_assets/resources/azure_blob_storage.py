"""The lake in a container of Azure Blob Storage, or of the Azurite emulator.

Without an account key, `DefaultAzureCredential` logs in. Spark's driver cannot use that login, so it receives a user
delegation SAS, which the login signs. It has not been tested on a real account.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from threading import Event, Thread
from typing import Any

import fsspec
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import DefaultAzureCredential
from azure.storage.blob import (
    BlobLeaseClient,
    BlobServiceClient,
    ContainerSasPermissions,
    UserDelegationKey,
    generate_container_sas,
)
from dagster_azure.blob import AzureBlobStorageDefaultCredential, AzureBlobStorageKeyCredential
from pydantic import Field, PrivateAttr

from imdb_assets.resources.azure_file_system import RETRIES, AzureFileSystem
from imdb_assets.resources.blob_storage import (
    LOCK,
    TEMPORARY_STATUS,
    BlobStorage,
    StorageError,
    StorageFileExists,
    StorageFileMissing,
    StorageLockLost,
    StorageRefused,
    StorageUnavailable,
    causes,
)

# A killed run holds the lake's lock for at most this long.
LEASE_SECONDS = 60
CONFLICT, PRECONDITION_FAILED = 409, 412
CONTAINER_MISSING = "ContainerNotFound"
HADOOP_AZURE = (
    "org.apache.hadoop:hadoop-azure:3.5.0",
    "org.apache.hadoop.thirdparty:hadoop-shaded-guava:1.5.0",
    "org.wildfly.openssl:wildfly-openssl:2.2.5.Final",
)
# Azure's maximum. A session of Spark lives as long as a run.
SAS_LIFETIME = timedelta(days=7)
# `move` and `execute` are for accounts with a hierarchical namespace.
SPARKS_PERMISSIONS = ("read", "write", "add", "create", "delete", "list", "move", "execute")


class AzureBlobStorage(BlobStorage):
    """A container of Azure Blob Storage, or of Azurite if `endpoint` (host:port) is set."""

    container: str
    account: str
    root: str = ""
    endpoint: str | None = None
    endpoint_suffix: str = "core.windows.net"
    credential: AzureBlobStorageKeyCredential | AzureBlobStorageDefaultCredential = Field(
        discriminator="credential_type", repr=False
    )
    _lease: BlobLeaseClient | None = PrivateAttr(default=None)

    def uri(self, path: str = "") -> str:
        """Return the address of a path for Hadoop's ABFS driver."""
        scheme = "abfs" if self.endpoint else "abfss"
        blob_path = str(PurePosixPath(self.root, path)).removeprefix(".")
        return f"{scheme}://{self.container}@{self._host}/{blob_path}"

    def key(self, path: str = "") -> str:
        """Return container and path in the form that adlfs expects."""
        return str(PurePosixPath(self.container, self.root, path))

    def file_system(self) -> fsspec.AbstractFileSystem:
        """Return an adlfs file system. fsspec caches one per thread."""
        with self.translate_errors(""):
            return AzureFileSystem(self._account_url, **self._login(), anon=False, use_listings_cache=False)

    def publish(self, local_file: Path, path: str, *, is_new: bool = False) -> None:
        """Upload the file. Azure makes a blob visible only after its last block is committed."""
        with self.translate_errors(path):
            if self.endpoint:
                self._create_container()
            self.file_system().put_file(str(local_file), self.key(path), overwrite=not is_new)

    def files(self, path: str = "") -> tuple[str, ...]:
        """Return the sorted paths of all files below a path. Raises `StorageError` if they cannot be listed."""
        root = f"{self.root}/" if self.root else ""
        folder = f"{root}{path}".rstrip("/") + "/" if root or path else ""
        # adlfs returns an empty listing for a missing container.
        with self.translate_errors(path), self._blob_service() as client:
            names = client.get_container_client(self.container).list_blob_names(name_starts_with=folder)
            try:
                return tuple(sorted(name.removeprefix(root) for name in names))
            except ResourceNotFoundError:
                if not self.endpoint:
                    raise
                # Azurite starts without a container, and the first write creates it.
                return ()

    @contextmanager
    def try_lock(self, holder: str = "") -> Iterator[bool]:
        """Hold the lease of a blob in the root and renew it; False if another process holds the lease."""
        with self.translate_errors(LOCK):
            if not self.exists(LOCK):
                self.write_bytes_atomically(LOCK, b"")
            blob = self._blob_service().get_blob_client(self.container, str(PurePosixPath(self.root, LOCK)))
            try:
                lease = blob.acquire_lease(lease_duration=LEASE_SECONDS)
            except HttpResponseError as error:
                if error.status_code != CONFLICT:
                    raise
                lease = None
        if lease is None:
            yield False
            return
        ended = Event()
        renewal = Thread(target=_renew, args=[lease, ended], daemon=True)
        renewal.start()
        self._lease = lease
        try:
            self._note_lock_holder(holder)
            yield True
        finally:
            self._lease = None
            ended.set()
            renewal.join()
            with suppress(AzureError):
                lease.release()

    def require_lock(self) -> None:
        """Renew the lease, so that no other process can take it during the commit.

        Raises:
            StorageLockLost: The lease has expired or was broken. Another process may be writing.
        """
        if self._lease is None:
            return
        try:
            self._lease.renew()
        except HttpResponseError as error:
            if error.status_code not in {CONFLICT, PRECONDITION_FAILED}:
                raise self._storage_error(error) from None
            message = f"this run lost its lock on {self.uri(LOCK)}, and another run may be writing; it is tried again"
            raise StorageLockLost(message) from None
        except AzureError as error:
            raise self._storage_error(error) from None

    def hadoop_settings(self) -> dict[str, str]:
        """Return the settings of Hadoop's ABFS driver. Without an account key, `DefaultAzureCredential` logs in."""
        settings = self._azurite_settings() if self.endpoint else {}
        if self._key:
            return settings | {f"fs.azure.account.key.{self._host}": self._key}
        return settings | {
            f"fs.azure.account.auth.type.{self._host}": "SAS",
            f"fs.azure.sas.fixed.token.{self._host}": self._user_delegation_sas(),
        }

    def spark_packages(self) -> tuple[str, ...]:
        """Return Hadoop's ABFS driver in the version of Spark's Hadoop."""
        return HADOOP_AZURE

    @property
    def _host(self) -> str:
        return f"{self.account}.dfs.{self.endpoint_suffix}"

    @property
    def _account_url(self) -> str:
        if self.endpoint:
            return f"http://{self.endpoint}/{self.account}"
        return f"https://{self.account}.blob.{self.endpoint_suffix}"

    @property
    def _key(self) -> str | None:
        return self.credential.key if isinstance(self.credential, AzureBlobStorageKeyCredential) else None

    def _login(self) -> dict[str, Any]:
        if isinstance(self.credential, AzureBlobStorageKeyCredential):
            return {"account_key": self.credential.key}
        # adlfs passes unknown options on to DefaultAzureCredential.
        return self.credential.kwargs

    def _user_delegation_sas(self) -> str:
        start = datetime.now(UTC)
        with self.translate_errors(""), self._blob_service() as client:
            # The clocks of this machine and of Azure may differ by some minutes.
            key = client.get_user_delegation_key(start - timedelta(minutes=15), start + SAS_LIFETIME)
        return container_sas(self.account, self.container, key, start=start)

    def _azurite_settings(self) -> dict[str, str]:
        return {
            "fs.azure.abfs.endpoint": str(self.endpoint),
            "fs.azure.always.use.https": "false",
            "fs.azure.networking.library": "JDK_HTTP_URL_CONNECTION",
            "fs.azure.account.hns.enabled": "false",
            "fs.azure.fns.account.service.type": "BLOB",
            "fs.azure.createRemoteFileSystemDuringInitialization": "true",
            # By default ABFS retries an unreachable server thirty times, which takes many minutes.
            "fs.azure.io.retry.max.retries": "3",
        }

    def _blob_service(self) -> BlobServiceClient:
        credential = self._key or DefaultAzureCredential(**self._login())
        return BlobServiceClient(self._account_url, credential=credential, **RETRIES)

    def _create_container(self) -> None:
        # Azurite starts empty. In a real account, a missing container means a misspelled name.
        with self._blob_service() as client:
            try:
                client.create_container(self.container)
            except ResourceExistsError:
                return

    @contextmanager
    def translate_errors(self, path: str) -> Iterator[None]:
        """Convert errors of Azure, adlfs and the network to `StorageError`."""
        try:
            yield
        except FileNotFoundError as error:
            if _lacks_container(error):
                raise self._storage_error(error) from None
            message = f"{self.uri(path)} does not exist; materialize the asset that writes it, or check {self.setting}"
            raise StorageFileMissing(message) from error
        except FileExistsError as error:
            raise StorageFileExists(f"{self.uri(path)} already exists") from error
        except (AzureError, ValueError, RuntimeError, OSError) as error:
            # adlfs wraps some of Azure's exceptions. Their texts may quote the request, so none of them is shown.
            raise self._storage_error(error) from None

    def _storage_error(self, error: BaseException) -> StorageError:
        chain = list(causes(error))
        status = next((cause.status_code for cause in chain if isinstance(cause, HttpResponseError)), None)
        account = f"Azure storage account {self.account}" + (f" at {self.endpoint}" if self.endpoint else "")
        if status in {401, 403} or any(isinstance(cause, ClientAuthenticationError) for cause in chain):
            fix = "set AZURE_STORAGE_KEY (see .env.example)" + ("" if self._key else " or log in with `az login`")
            return StorageRefused(f"{account} refused the login; {fix}")
        if status is None and isinstance(chain[-1], (AzureError, OSError)):
            fix = "start Azurite there or check AZURE_STORAGE_ENDPOINT" if self.endpoint else f"check {self.setting}"
            return StorageUnavailable(f"{account} cannot be reached; {fix}")
        if status in TEMPORARY_STATUS:
            return StorageUnavailable(f"{account} is busy or has a problem (HTTP status {status}); try again later")
        if _lacks_container(error):
            return StorageError(f"{account} has no container {self.container}; create it, or correct {self.setting}")
        cause = f"HTTP status {status}" if status else type(chain[-1]).__name__
        return StorageError(f"{account} returned an error ({cause}); check {self.setting} and the account")


def container_sas(account: str, container: str, key: UserDelegationKey, *, start: datetime) -> str:
    """Return the SAS with which Spark reads and writes a container until `SAS_LIFETIME` has passed.

    Args:
        account: The storage account.
        container: The container.
        key: The key that a login has been given.
        start: The present time.
    """
    return generate_container_sas(
        account,
        container,
        user_delegation_key=key,
        permission=ContainerSasPermissions(**dict.fromkeys(SPARKS_PERMISSIONS, True)),
        expiry=start + SAS_LIFETIME,
    )


def _renew(lease: BlobLeaseClient, ended: Event) -> None:
    while not ended.wait(LEASE_SECONDS / 3):
        with suppress(AzureError):
            lease.renew()


def _lacks_container(error: BaseException) -> bool:
    return any(getattr(cause, "error_code", None) == CONTAINER_MISSING for cause in causes(error))

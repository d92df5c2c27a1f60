"""The lake in a container of Azure Blob Storage, or of Azurite, its stand-in.

The login without a key follows Hadoop's and Azure's documentation; it has not been run here.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from threading import Event, Thread
from typing import Any

import fsspec
from adlfs import AzureBlobFileSystem
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceExistsError
from azure.identity import ClientSecretCredential, DefaultAzureCredential
from azure.storage.blob import BlobLeaseClient, BlobServiceClient
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient
from dagster_azure.blob import AzureBlobStorageDefaultCredential, AzureBlobStorageKeyCredential
from pydantic import Field

from imdb_assets.resources.blob_storage import (
    LOCK,
    BlobStorage,
    StorageError,
    StorageFileMissing,
    StorageRefused,
    StorageUnavailable,
)

# Azure's own patience is a minute and more for a server that is not there.
RETRIES: dict[str, Any] = {
    "retry_total": 3,
    "retry_connect": 1,
    "initial_backoff": 0,
    "increment_base": 2,
    "random_jitter_range": 1,
    "connection_timeout": 10,
}
# A run that is killed holds the lake's lock for as long at most.
LEASE_SECONDS = 60
CONFLICT = 409
HADOOP_AZURE = (
    "org.apache.hadoop:hadoop-azure:3.5.0",
    "org.apache.hadoop.thirdparty:hadoop-shaded-guava:1.5.0",
    "org.wildfly.openssl:wildfly-openssl:2.2.5.Final",
)
OAUTH_PROVIDERS = "org.apache.hadoop.fs.azurebfs.oauth2"


class AzureBlobStorage(BlobStorage):
    """A container of Azure Blob Storage; with an `endpoint` (host:port), of Azurite there.

    Without an account key, fsspec logs in by DefaultAzureCredential, and Spark by the service principal
    whose three fields are given or else by the machine's managed identity.
    """

    container: str
    account: str
    root: str = ""
    endpoint: str | None = None
    endpoint_suffix: str = "core.windows.net"
    credential: AzureBlobStorageKeyCredential | AzureBlobStorageDefaultCredential = Field(
        discriminator="credential_type", repr=False
    )
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: str | None = Field(default=None, repr=False)

    def uri(self, path: str = "") -> str:
        """The address by which Hadoop's ABFS driver knows a path."""
        scheme = "abfs" if self.endpoint else "abfss"
        below = str(PurePosixPath(self.root, path)).removeprefix(".")
        return f"{scheme}://{self.container}@{self._host}/{below}"

    def key(self, path: str = "") -> str:
        """Container and path, as adlfs wants them."""
        return str(PurePosixPath(self.container, self.root, path))

    def file_system(self) -> fsspec.AbstractFileSystem:
        """Blob Storage by adlfs; fsspec keeps one for each thread."""
        with self.translate_errors(""):
            return _PatientAzureFiles(self._account_url, **self._login(), anon=False, use_listings_cache=False)

    def publish(self, local_file: Path, path: str) -> None:
        """Upload the file: Azure shows a blob when its last block has been committed, not before."""
        with self.translate_errors(path):
            if self.endpoint:
                self._create_container()
            self.file_system().put_file(str(local_file), self.key(path), overwrite=True)

    @contextmanager
    def try_lock(self) -> Iterator[bool]:
        """Hold the lease of a blob in the root, if nobody else does; it is renewed until the block ends."""
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
        try:
            yield True
        finally:
            ended.set()
            renewal.join()
            with suppress(AzureError):
                lease.release()

    def spark_settings(self) -> dict[str, str]:
        """Settings of Hadoop's ABFS driver."""
        settings = self._azurite_settings() if self.endpoint else {}
        login = {f"fs.azure.account.key.{self._host}": self._key} if self._key else self._oauth_settings()
        return {f"spark.hadoop.{name}": value for name, value in (settings | login).items()}

    def spark_packages(self) -> tuple[str, ...]:
        """Hadoop's ABFS driver, of the version of Spark's Hadoop."""
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

    @property
    def _has_service_principal(self) -> bool:
        return bool(self.tenant_id and self.client_id and self.client_secret)

    def _login(self) -> dict[str, Any]:
        # What is neither adlfs's own name nor None goes on to DefaultAzureCredential.
        if isinstance(self.credential, AzureBlobStorageKeyCredential):
            return {"account_key": self.credential.key}
        if self._has_service_principal:
            return {"tenant_id": self.tenant_id, "client_id": self.client_id, "client_secret": self.client_secret}
        return ({"managed_identity_client_id": self.client_id} if self.client_id else {}) | self.credential.kwargs

    def _azurite_settings(self) -> dict[str, str]:
        return {
            "fs.azure.abfs.endpoint": str(self.endpoint),
            "fs.azure.always.use.https": "false",
            "fs.azure.networking.library": "JDK_HTTP_URL_CONNECTION",
            "fs.azure.account.hns.enabled": "false",
            "fs.azure.fns.account.service.type": "BLOB",
            "fs.azure.createRemoteFileSystemDuringInitialization": "true",
            # ABFS would ask a server that is not there thirty times, for many minutes.
            "fs.azure.io.retry.max.retries": "3",
        }

    def _oauth_settings(self) -> dict[str, str]:
        provider = "MsiTokenProvider"
        settings = {f"fs.azure.account.auth.type.{self._host}": "OAuth"}
        if self.client_id:
            settings[f"fs.azure.account.oauth2.client.id.{self._host}"] = self.client_id
        if self._has_service_principal:
            provider = "ClientCredsTokenProvider"
            token_address = f"https://login.microsoftonline.com/{self.tenant_id}/oauth2/token"
            settings[f"fs.azure.account.oauth2.client.secret.{self._host}"] = str(self.client_secret)
            settings[f"fs.azure.account.oauth2.client.endpoint.{self._host}"] = token_address
        settings[f"fs.azure.account.oauth.provider.type.{self._host}"] = f"{OAUTH_PROVIDERS}.{provider}"
        return settings

    def _blob_service(self) -> BlobServiceClient:
        credential: Any = self._key
        if credential is None and self._has_service_principal:
            credential = ClientSecretCredential(**self._login())
        elif credential is None:
            credential = DefaultAzureCredential(**self._login())
        return BlobServiceClient(self._account_url, credential=credential, **RETRIES)

    def _create_container(self) -> None:
        # Azurite starts empty; in a real account a missing container is a spelling mistake.
        with self._blob_service() as client:
            try:
                client.create_container(self.container)
            except ResourceExistsError:
                return

    @contextmanager
    def translate_errors(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            message = f"{self.uri(path)} does not exist; materialize what writes it, or check LAKE_URI"
            raise StorageFileMissing(message) from error
        except (AzureError, ValueError, RuntimeError, OSError) as error:
            # adlfs wraps some of Azure's exceptions in its own; no text of theirs is shown, it may quote the request.
            raise self._storage_error(error) from None

    def _storage_error(self, error: BaseException) -> StorageError:
        causes = list(_causes(error))
        status = next((cause.status_code for cause in causes if isinstance(cause, HttpResponseError)), None)
        where = f"Azure storage account {self.account}" + (f" at {self.endpoint}" if self.endpoint else "")
        if status in {401, 403} or any(isinstance(cause, ClientAuthenticationError) for cause in causes):
            mend = "set AZURE_STORAGE_KEY (see .env.example)" + ("" if self._key else " or log in with `az login`")
            return StorageRefused(f"{where} refused the login; {mend}")
        if status is None and isinstance(causes[-1], (AzureError, OSError)):
            mend = "start Azurite there or check AZURE_STORAGE_ENDPOINT" if self.endpoint else "check LAKE_URI"
            return StorageUnavailable(f"{where} cannot be reached; {mend}")
        return StorageError(f"{where} answered {status or type(causes[-1]).__name__}; check LAKE_URI and the account")


class _PatientAzureFiles(AzureBlobFileSystem):
    """Blob Storage by adlfs, at any address and with our patience instead of Azure's."""

    def __init__(self, address: str, **options: Any) -> None:
        self._address = address
        super().__init__(**options)

    def do_connect(self) -> None:
        """Make the client that all of adlfs's calls go through."""
        self.service_client = AsyncBlobServiceClient(
            self._address, credential=self.account_key or self.credential, **RETRIES
        )


def _renew(lease: BlobLeaseClient, ended: Event) -> None:
    while not ended.wait(LEASE_SECONDS / 3):
        with suppress(AzureError):
            lease.renew()


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__

"""adlfs with a custom address of the account, and with limited retries."""

from typing import Any

from adlfs import AzureBlobFileSystem
from azure.storage.blob.aio import BlobServiceClient

# With Azure's defaults, an unreachable server takes more than a minute to fail.
RETRIES: dict[str, Any] = {
    "retry_total": 3,
    "retry_connect": 1,
    "initial_backoff": 0,
    "increment_base": 2,
    "random_jitter_range": 1,
    "connection_timeout": 10,
}


class AzureFileSystem(AzureBlobFileSystem):
    """An adlfs file system with a custom account URL and the limits of `RETRIES`."""

    def __init__(self, account_url: str, **options: Any) -> None:
        self._account_url = account_url
        super().__init__(**options)

    def do_connect(self) -> None:
        """Create the client for all of adlfs's calls."""
        self.service_client = BlobServiceClient(
            self._account_url, credential=self.account_key or self.credential, **RETRIES
        )

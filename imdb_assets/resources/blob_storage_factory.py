"""The storage for a lake URI: a folder, or a container of Azure Blob Storage."""

import re
from typing import NamedTuple

from imdb_assets.resources.blob_storage import PATTERN_CHARACTERS, BlobStorage
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage

# In a folder of this machine these characters are escaped.
_RESERVED = re.compile(r"[\s\[\]{}*?#%\\\"'`<>|^$]")


class _AzureAddress(NamedTuple):
    container: str
    account: str
    endpoint_suffix: str
    root: str


def blob_storage_for(
    lake_uri: str,
    *,
    account: str | None = None,
    key: str | None = None,
    endpoint: str | None = None,
    setting: str = "LAKE_URI",
) -> BlobStorage:
    """Return the storage for LAKE_URI, or for another setting, without connecting to it.

    Args:
        lake_uri: A folder, or `abfss://container@account.dfs.core.windows.net/path`.
        account: Storage account. It must match the account in `lake_uri`.
        key: Account key. Without it, the login uses `DefaultAzureCredential`.
        endpoint: `host:port` of Azurite.
        setting: The setting that `lake_uri` is the value of, for error messages.

    Raises:
        ValueError: If `lake_uri` has another form, or names an account other than `account`.
    """
    if "://" not in lake_uri:
        if ":" in lake_uri and (reserved := PATTERN_CHARACTERS.search(lake_uri)):
            raise ValueError(
                f"{setting} contains both a colon and {reserved.group()}, which Hadoop cannot open together; choose a "
                f"folder without one of them, not {lake_uri}"
            )
        return FolderBlobStorage(root=lake_uri, setting=setting)
    address = _azure_address(lake_uri, setting)
    if account and account != address.account:
        raise ValueError(
            f"{setting} names the account {address.account}, but AZURE_STORAGE_ACCOUNT is {account}; "
            "set both to the same account"
        )
    # Azure's libraries take a second to import, so folder lakes do not load them.
    from dagster_azure.blob import (  # noqa: PLC0415
        AzureBlobStorageDefaultCredential,
        AzureBlobStorageKeyCredential,
    )

    from imdb_assets.resources.azure_blob_storage import AzureBlobStorage  # noqa: PLC0415

    return AzureBlobStorage(
        **address._asdict(),
        setting=setting,
        endpoint=endpoint,
        credential=AzureBlobStorageKeyCredential(key=key) if key else AzureBlobStorageDefaultCredential(),
    )


def account_of(uri: str, setting: str = "LAKE_URI") -> str | None:
    """Return the storage account that a URI names. None for a folder.

    Raises:
        ValueError: If the URI has another form.
    """
    return _azure_address(uri, setting).account if "://" in uri else None


def _azure_address(lake_uri: str, setting: str) -> _AzureAddress:
    pattern = r"abfss?://([a-z0-9-]+)@([a-z0-9]+)\.(?:dfs|blob)\.([a-z0-9.-]+?)/?(?:/(.*?))?/?"
    match = re.fullmatch(pattern, lake_uri)
    if match is None:
        raise ValueError(
            f"{setting} must be a folder or abfss://container@account.dfs.core.windows.net/path, not {lake_uri!r}"
        )
    container, account, suffix, root = match.groups()
    if reserved := _RESERVED.search(root or ""):
        raise ValueError(
            f"{setting} contains {reserved.group()!r}, which an address of Azure, a file pattern or SQL reserves; "
            "choose a path without it"
        )
    return _AzureAddress(container, account, suffix, root or "")

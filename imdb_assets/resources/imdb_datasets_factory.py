"""The source of IMDb's datasets for a URL: an HTTP server or a folder."""

from urllib.parse import urlsplit
from urllib.request import url2pathname

from imdb_assets.resources.folder_imdb_datasets import FolderImdbDatasets
from imdb_assets.resources.http_imdb_datasets import HttpImdbDatasets
from imdb_assets.resources.imdb_datasets import ImdbDatasets, parse_snapshot_date


def imdb_datasets_for(url: str, snapshot_date: str | None) -> ImdbDatasets:
    """Return the source of the datasets for IMDB_DATASETS_URL without connecting to it.

    Args:
        url: `https://…`, `http://…` or `file:///folder/`.
        snapshot_date: IMDB_SNAPSHOT_DATE, an ISO date. Required for a folder.

    Raises:
        ValueError: If the URL or the date is invalid, or a folder has no date.
    """
    if snapshot_date:
        parse_snapshot_date(snapshot_date)
    address = urlsplit(url)
    if address.scheme in {"http", "https"} and address.netloc:
        return HttpImdbDatasets(url=url, snapshot_date=snapshot_date or None)
    if address.scheme == "file" and address.netloc in {"", "localhost"}:
        if not snapshot_date:
            raise ValueError(
                "IMDB_DATASETS_URL is a folder, whose file times are not snapshot dates; "
                "set IMDB_SNAPSHOT_DATE, for example to 2024-01-16"
            )
        return FolderImdbDatasets(folder=url2pathname(address.path), snapshot_date=snapshot_date)
    raise ValueError(f"IMDB_DATASETS_URL must begin with https://, http:// or file:///, not {url!r}")

"""Files in a table's place that are no table. They may be rows whose log was lost, so they are kept for a while."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from imdb_assets.resources.blob_storage import BlobStorage

SET_ASIDE = "set_aside"
"""Folder of the lake with the leftovers, each below `<table>/<time>`."""
_TIME = "%Y%m%dT%H%M%S%fZ"


def set_aside(lake: BlobStorage, path: str, *, retention_days: int) -> None:
    """Move the files in a table's folder away, for a new table."""
    if not lake.files(path):
        # A killed run leaves empty folders, which Spark takes for a table.
        lake.delete_folder(path)
        return
    target = f"{SET_ASIDE}/{path}/{datetime.now(UTC):{_TIME}}"
    lake.move_folder(path, target)
    message = "%s had files without a Delta log; they were moved to %s and are kept for %s days"
    dg.get_dagster_logger().warning(message, lake.uri(path), lake.uri(target), retention_days)


def delete_expired_leftovers(lake: BlobStorage, *, retention_days: int) -> int:
    """Delete folders that were set aside more than `retention_days` ago.

    Returns:
        The number of deleted folders.
    """
    folders = {"/".join(name.split("/")[:4]) for name in lake.files(SET_ASIDE)}
    oldest = f"{datetime.now(UTC) - timedelta(days=retention_days):{_TIME}}"
    expired = [folder for folder in sorted(folders) if folder.rpartition("/")[2] < oldest]
    for folder in expired:
        lake.delete_folder(folder)
    return len(expired)

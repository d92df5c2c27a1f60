"""The writer of `bronze_rejected_rows`, which keeps the rows of each dataset that could not be parsed."""

from collections.abc import Mapping

from pyspark.sql import DataFrame

from imdb_assets.resources.delta import DeltaLake
from imdb_assets.tables.bronze import REJECTED_ROWS

FINGERPRINTS = "fingerprints"


def recorded_fingerprints(delta: DeltaLake) -> dict[str, str]:
    """The fingerprint of each dataset whose rejected rows are in the table, by dataset.

    Empty if files of the table are missing: then the rows of every dataset have to be written again.
    """
    if delta.missing_files(REJECTED_ROWS.path):
        return {}
    return delta.record_of(REJECTED_ROWS.path).get(FINGERPRINTS, {})


def replace_dataset_rows(delta: DeltaLake, rejected: DataFrame, *, fingerprints: Mapping[str, str]) -> None:
    """Replace the rejected rows of some datasets in one commit.

    Args:
        delta: The lake.
        rejected: The new rejected rows of these datasets, in the columns of the table.
        fingerprints: The fingerprint of each of these datasets, by dataset.
    """
    names = ", ".join(f"'{dataset}'" for dataset in fingerprints)
    delta.overwrite(
        REJECTED_ROWS,
        rejected,
        where=_condition(delta, f"dataset IN ({names})"),
        record={FINGERPRINTS: recorded_fingerprints(delta) | dict(fingerprints)},
    )


def replace_source_rows(delta: DeltaLake, rejected: DataFrame, *, source: str) -> int:
    """Replace the rejected rows of a source that is not a dataset, if it has or had any.

    Args:
        delta: The lake.
        rejected: The new rejected rows of the source, in the columns of the table.
        source: The source, as in the column `dataset`.

    Returns:
        The number of rejected rows.
    """
    where = f"dataset = '{source}'"
    n_rejected = rejected.count()
    has_rows = delta.exists(REJECTED_ROWS.path) and not delta.missing_files(REJECTED_ROWS.path)
    n_before = delta.read(REJECTED_ROWS.path).where(where).count() if has_rows else 0
    if n_rejected or n_before:
        delta.overwrite(
            REJECTED_ROWS,
            rejected,
            where=_condition(delta, where),
            # The other datasets' rows stay, and so do their fingerprints.
            record={FINGERPRINTS: recorded_fingerprints(delta)},
        )
    return n_rejected


def _condition(delta: DeltaLake, where: str) -> str | None:
    # Replacing some rows reads the files of the others. If those are gone, the new rows are the whole table.
    return None if delta.missing_files(REJECTED_ROWS.path) else where

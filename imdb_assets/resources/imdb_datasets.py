"""The interface to IMDb's datasets. A dataset is either accepted as a whole or refused with one sentence."""

from abc import ABC, abstractmethod
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from imdb_assets.resources.dataset_manifest import DatasetRefused, Fetched, Manifest

# Servers and archives without a clock give dates such as 1970-01-01 and 1980-01-01.
FIRST_PLAUSIBLE_DATE = date(2000, 1, 1)


class ImdbDatasets(dg.ConfigurableResource, ABC):
    """A source of IMDb's seven datasets. It can be used from several threads."""

    is_invented: bool = False
    """Whether the datasets are invented, so that their dates may be in the future."""

    def fetch(self, dataset: str, destination: Path, *, previous: Manifest | None) -> Fetched | None:
        """Write the verified dataset to a file. If the result is None, no file is left.

        Args:
            dataset: Name of the dataset, for example `title.basics`.
            destination: The file to write.
            previous: Manifest of the dataset that was landed last.

        Returns:
            The dataset, or None if the source knows without a download that it equals the previous one.

        Raises:
            DatasetRefused: If the dataset is unavailable, incomplete or malformed.
        """
        destination.parent.mkdir(parents=True, exist_ok=True)
        fetched = None
        try:
            candidate = self._fetch(dataset, destination, previous)
            if candidate and not self.is_invented:
                _require_plausible_date(dataset, candidate.manifest.snapshot_date)
            fetched = candidate
        finally:
            if fetched is None:
                destination.unlink(missing_ok=True)
        return fetched

    @abstractmethod
    def fingerprint(self, dataset: str) -> str:
        """Return a text that changes when the dataset changes, without downloading the dataset.

        Raises:
            DatasetRefused: If the source is unavailable.
        """

    @abstractmethod
    def is_landed(self, fingerprint: str, landed: Manifest) -> bool:
        """Return whether a landed dataset is the one that the source had when it returned this fingerprint.

        Args:
            fingerprint: A result of `fingerprint`.
            landed: Manifest of the dataset that was landed last.
        """

    @abstractmethod
    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None: ...


def _require_plausible_date(dataset: str, snapshot_date: date) -> None:
    today = datetime.now(UTC).date()
    if FIRST_PLAUSIBLE_DATE <= snapshot_date <= today + timedelta(days=1):
        return
    cause = f"its snapshot date is {snapshot_date}, which is not between {FIRST_PLAUSIBLE_DATE} and today, {today}"
    remedy = "set IMDB_SNAPSHOT_DATE to its real date, and check the clocks of the server and of this computer"
    raise DatasetRefused(dataset, cause, remedy)


def parse_snapshot_date(text: str) -> date:
    """Parse the value of IMDB_SNAPSHOT_DATE.

    Raises:
        ValueError: If the text is not an ISO date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"IMDB_SNAPSHOT_DATE must be a date such as 2024-01-16, not {text!r}") from None

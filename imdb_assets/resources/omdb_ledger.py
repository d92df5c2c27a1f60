"""The count of the day's requests to OMDb, stored in the lake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imdb_assets.resources.blob_storage import BlobStorage, StorageError
from imdb_assets.resources.omdb import OmdbQuotaReached

LEDGER = "landing/omdb/requests.json"


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The number of requests of a day (UTC), stored in the lake so that it survives the run.

    Its time never goes back: a clock that was set back neither starts a day again nor makes a new response older than
    one that arrived before it.
    """

    lake: BlobStorage
    limit: int
    """Maximum number of requests per day."""
    clock: Callable[[], datetime]
    """Returns the current time in UTC. A run can last beyond midnight."""

    @property
    def today(self) -> date:
        """The day whose requests are counted: the clock's, or the ledger's if the clock is behind it."""
        return self._current()[0].date()

    @property
    def n_requests(self) -> int:
        """Number of requests counted today."""
        return self._current()[1]

    def count(self) -> datetime:
        """Count a request before it is made.

        Returns:
            The time of the request. It is never earlier than that of any request before.

        Raises:
            OmdbQuotaReached: If the day has no request left.
        """
        now, n_requests = self._current()
        if n_requests >= self.limit:
            raise OmdbQuotaReached(self._quota_message(now))
        self._store(now, n_requests + 1)
        return now

    def mark_exhausted(self) -> None:
        """Set the count to the limit. OMDb counts per key, so other programs may have spent the quota."""
        now, n_requests = self._current()
        self._store(now, max(n_requests, self.limit))

    def _current(self) -> tuple[datetime, int]:
        """The time, which never goes back, and the number of requests of its day."""
        latest, n_requests = self._stored()
        now = max(self.clock().astimezone(UTC), latest)
        return now, n_requests if now.date() == latest.date() else 0

    def _store(self, now: datetime, n_requests: int) -> None:
        self.lake.write_json(LEDGER, {"date": str(now.date()), "requests": n_requests, "latest": now.isoformat()})

    def _quota_message(self, now: datetime) -> str:
        message = f"OMDB_DAILY_LIMIT ({self.limit}) is reached; requests resume tomorrow (UTC)."
        if now.date() > self.clock().astimezone(UTC).date():
            message += (
                f" The ledger is at {now.date()}, later than this machine's clock. If the clock was wrong then, delete "
                f"{self.lake.uri(LEDGER)}."
            )
        return message

    def _stored(self) -> tuple[datetime, int]:
        """The latest time in the ledger and the requests of its day."""
        try:
            return _entry(self.lake.read_json(LEDGER))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StorageError(
                f"{self.lake.uri(LEDGER)} is damaged, so the number of OMDb's requests today is unknown; delete it "
                "tomorrow (UTC), or today if OMDb was not requested"
            ) from None


def _entry(stored: dict[str, Any]) -> tuple[datetime, int]:
    if stored == {}:
        return datetime.min.replace(tzinfo=UTC), 0
    start = datetime.combine(date.fromisoformat(stored["date"]), datetime.min.time(), tzinfo=UTC)
    # Earlier releases stored the day only.
    latest = datetime.fromisoformat(stored["latest"]) if "latest" in stored else start
    return max(latest, start), int(stored["requests"])

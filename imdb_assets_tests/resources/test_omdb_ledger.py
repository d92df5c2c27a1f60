"""The count of OMDb's requests: it survives restarts, and neither a wrong clock nor a kill exceeds the limit."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdb_assets.resources.blob_storage import StorageError
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb import OmdbQuotaReached
from imdb_assets.resources.omdb_ledger import LEDGER, Ledger

NOON = datetime(2024, 2, 28, 12, tzinfo=UTC)
STEPS = st.lists(
    st.one_of(
        st.sampled_from(["request", "request", "request", "exhausted"]),
        st.integers(-3 * 86_400, 3 * 86_400),
        st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-11))]),
    ),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(steps=STEPS, limit=st.integers(0, 4))
def test_the_ledger_never_exceeds_its_limit(steps: list, limit: int) -> None:
    # Each step is a run of its own: the ledger is opened again, as after a kill.
    now, by_day, times = NOON, Counter(), []

    def clock() -> datetime:
        return now

    with TemporaryDirectory() as folder:
        for step in steps:
            ledger = Ledger(lake=FolderBlobStorage(root=folder), limit=limit, clock=clock)
            match step:
                case int(seconds):
                    now += timedelta(seconds=seconds)
                case timezone():
                    now = now.astimezone(step)
                case "exhausted":
                    ledger.mark_exhausted()
                    by_day[ledger.today] = max(by_day[ledger.today], limit)
                case _:
                    try:
                        times.append(ledger.count())
                    except OmdbQuotaReached:
                        assert by_day[ledger.today] >= limit
                    else:
                        by_day[times[-1].date()] += 1
            assert ledger.n_requests == by_day[ledger.today]
            assert ledger.today >= now.astimezone(UTC).date()
    assert not by_day or max(by_day.values()) <= limit
    assert times == sorted(times)


def test_a_clock_set_back_does_not_start_the_day_again_and_the_message_says_how_to_go_on(tmp_path: Path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    Ledger(lake=lake, limit=1, clock=lambda: NOON).count()
    back = Ledger(lake=lake, limit=1, clock=lambda: NOON - timedelta(days=400))
    assert (back.today, back.n_requests) == (NOON.date(), 1)
    with pytest.raises(OmdbQuotaReached, match=r"The ledger is at 2024-02-28, later than .* delete .*requests\.json"):
        back.count()


def test_a_ledger_of_an_earlier_release_counts_on(tmp_path: Path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    lake.write_json(LEDGER, {"date": "2024-02-29", "requests": 7})
    ledger = Ledger(lake=lake, limit=9, clock=lambda: NOON)
    assert (ledger.today, ledger.n_requests) == (date(2024, 2, 29), 7)
    assert ledger.count() == datetime(2024, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize("content", [b'{"date": "20', b"[]", b'{"date": "soon", "requests": 1}', b'{"requests": 1}'])
def test_a_damaged_ledger_is_an_error_with_the_fix_and_not_a_new_day(tmp_path: Path, content: bytes) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    lake.write_bytes_atomically(LEDGER, content)
    with pytest.raises(StorageError, match=r"requests\.json is damaged, .* delete it tomorrow"):
        Ledger(lake=lake, limit=9, clock=lambda: NOON).count()

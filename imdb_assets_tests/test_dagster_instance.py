import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.dagster_instance import opened_instance, prepare_instance, require_instance_file
from imdb_assets.settings import SettingsError


def test_an_instance_without_a_file_gets_the_projects_one_and_its_own_is_kept(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no dagster.yaml: runs would overlap.* cp .*/dagster.yaml "):
        require_instance_file(str(tmp_path / "home"))
    prepare_instance(str(tmp_path / "home"))
    require_instance_file(str(tmp_path / "home"))
    file = tmp_path / "home" / "dagster.yaml"
    assert "max_concurrent_runs: 1" in file.read_text()
    file.write_text("telemetry: {enabled: false}\n")
    prepare_instance(str(tmp_path / "home"))
    assert file.read_text() == "telemetry: {enabled: false}\n"


def test_an_instance_is_optional() -> None:
    require_instance_file(None)


@dg.op
def three_events(context: dg.OpExecutionContext) -> None:
    for _ in range(3):
        context.log_event(dg.AssetObservation("seen"))


@dg.job
def observing() -> None:
    three_events()


def _journal_modes(folder: Path) -> Iterator[str]:
    for file in (folder / "history" / "runs").glob("*.db"):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            yield connection.execute("PRAGMA journal_mode").fetchone()[0]


def test_the_events_of_a_run_are_written_ahead_and_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with opened_instance(str(tmp_path)) as instance:
        run_id = observing.execute_in_process(instance=instance).run_id
        assert set(_journal_modes(tmp_path)) == {"wal"}
    # A copy of the databases alone is complete.
    assert not list(tmp_path.rglob("*.db-wal"))
    with dg.DagsterInstance.get() as instance:
        events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_OBSERVATION)
    assert len(events) == 3


def test_an_instance_without_a_folder_is_in_memory() -> None:
    with opened_instance(None) as instance:
        assert instance.is_ephemeral

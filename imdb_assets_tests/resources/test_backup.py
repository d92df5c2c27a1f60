"""Backups and restores of a lake of Delta tables, OMDb's responses and ledger, and an MLflow registry."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import mlflow
import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from imdb_assets.automation import back_up
from imdb_assets.materialization.progress import failure_reason
from imdb_assets.mlflow_files import ADDRESSES
from imdb_assets.resources.backup import Backup, waiting_for
from imdb_assets.resources.backup_manifest import BackupRefused, backup_names
from imdb_assets.resources.backup_restore import restore
from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets.resources.delta_log import table_files
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb_landing import OMDB, OmdbLanding
from imdb_assets.tables.monitoring import FORECASTS
from imdb_assets.tables.silver import RATING_HISTORY
from imdb_assets_tests.support.azurite import AZURITE_KEY

DAY = date(2026, 1, 1)


@dataclass
class Place:
    """A lake and a registry in a folder, with three tables' worth of rows that only a backup can bring back."""

    folder: Path

    @property
    def lake(self) -> FolderBlobStorage:
        return FolderBlobStorage(root=str(self.folder / "lake"))

    @property
    def tracking_uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def backup(self, *, copies: int = 3) -> Backup:
        storage = FolderBlobStorage(root=str(self.folder.parent / "backups"), setting="BACKUP_URI")
        return Backup(lake=self.lake, storage=storage, tracking_uri=self.tracking_uri, copies=copies)

    def add_history(self, *numbers: int) -> None:
        rows = pa.table({"number": pa.array(numbers, pa.int64())})
        write_deltalake(str(self.folder / "lake" / RATING_HISTORY.path), rows, mode="append")

    def history(self) -> list[int]:
        return sorted(DeltaTable(str(self.folder / "lake" / RATING_HISTORY.path)).to_pandas()["number"])

    def land_response(self, tconst: str) -> None:
        landing = OmdbLanding(lake=self.lake)
        landing.ledger(limit=9, today=DAY).count()
        path = f"{OMDB}/{DAY}.jsonl"
        before = self.lake.read_bytes(path) if self.lake.exists(path) else b""
        self.lake.write_bytes_atomically(path, before + f'{{"imdbID": "{tconst}", "response": "{{}}"}}\n'.encode())

    def n_requests(self) -> int:
        return OmdbLanding(lake=self.lake).ledger(limit=9, today=DAY).n_requests

    def destroy(self) -> None:
        shutil.rmtree(self.folder)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "platform")
    place.add_history(1, 2)
    place.add_history(3)
    write_deltalake(str(place.folder / "lake" / FORECASTS.path), pa.table({"forecast": [6.5]}))
    place.land_response("tt1")
    artifact = place.folder / "mlflow-artifacts" / "models" / "m-1" / "booster.txt"
    artifact.parent.mkdir(parents=True)
    artifact.write_text("a tree")
    with closing(sqlite3.connect(place.folder / "mlflow.db")) as registry, registry:
        for table, columns in ADDRESSES.items():
            registry.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    add_model(place, artifact.parent)
    return place


def add_model(place: Place, folder: Path) -> None:
    with closing(sqlite3.connect(place.folder / "mlflow.db")) as registry, registry:
        registry.execute("INSERT INTO logged_models VALUES (?)", [folder.as_uri()])


def models(place: Place) -> list[str]:
    with closing(sqlite3.connect(place.folder / "mlflow.db")) as registry:
        return [address for (address,) in registry.execute("SELECT artifact_location FROM logged_models")]


def say(_line: str) -> None:
    """The progress is not under test."""


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("writing"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_destroyed_lake_and_registry_come_back_with_the_same_rows_ledger_and_models(place: Place) -> None:
    before, models_before = contents(place.folder), models(place)
    lines: list[str] = []
    assert "is complete and verified: 4 parts, " in place.backup().take(lines.append)
    assert any(line.startswith("silver_rating_history: ") and "3 rows, version 1" in line for line in lines)
    place.destroy()
    assert "is restored to" in restore(place.backup(), None, say)
    assert place.history() == [1, 2, 3]
    assert place.n_requests() == 1
    assert models(place) == models_before
    # SQLite's copy of a database can differ from it in bytes, though not in content.
    assert {**contents(place.folder), "mlflow.db": b""} == {**before, "mlflow.db": b""}
    # A second restore finds everything in place.
    restore(place.backup(), None, lines.append)
    assert sum("exists already and equals the backup" in line for line in lines) == 4


def test_a_restore_never_replaces_other_data_unless_it_is_moved_aside(place: Place) -> None:
    place.backup().take(say)
    place.add_history(4)
    place.land_response("tt2")
    add_model(place, place.folder / "mlflow-artifacts" / "models" / "m-2")
    newer = contents(place.folder)
    with pytest.raises(
        BackupRefused, match=r"nothing was changed, .* silver_rating_history .*MOVE_ASIDE=yes"
    ) as refused:
        restore(place.backup(), None, say)
    assert all(name in str(refused.value) for name in ("landing_omdb_responses", "registry"))
    assert contents(place.folder) == newer
    restore(place.backup(), None, say, is_moving_aside=True)
    assert (place.history(), place.n_requests()) == ([1, 2, 3], 1)
    aside = {path.rpartition("/")[2] for path in contents(place.folder) if "moved_aside" in path}
    assert {"00000000000000000002.json", f"{DAY}.jsonl", "mlflow.db"} <= aside


def test_a_table_whose_data_files_were_deleted_is_completed_from_the_backup(place: Place) -> None:
    place.backup().take(say)
    for file in (place.folder / "lake" / RATING_HISTORY.path).rglob("part-*.parquet"):
        file.unlink()
    with pytest.raises(BackupRefused, match=r"silver_rating_history is damaged: .*parquet is missing"):
        place.backup().take(say)
    restore(place.backup(), None, say)
    assert place.history() == [1, 2, 3]


def test_a_damaged_backup_is_refused_before_anything_is_restored_and_the_next_backup_repairs_it(place: Place) -> None:
    place.backup().take(say)
    (largest, *_) = sorted((place.folder.parent / "backups" / "files").rglob("*/*"), key=lambda p: -p.stat().st_size)
    content = largest.read_bytes()
    largest.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    copy = shutil.copytree(place.folder, place.folder.parent / "copy")
    place.destroy()
    with pytest.raises(BackupRefused, match=r"is damaged: .* Nothing was changed\. Use another backup"):
        restore(place.backup(), None, say)
    assert not (place.folder / "lake").exists()
    shutil.copytree(copy, place.folder)
    place.backup().take(say)
    assert largest.read_bytes() == content


def test_a_damaged_manifest_and_an_unknown_name_are_refused(place: Place) -> None:
    place.backup().take(say)
    (manifest,) = (place.folder.parent / "backups" / "backups").iterdir()
    manifest.write_text(manifest.read_text().replace('"size": ', '"size": 1'))
    with pytest.raises(BackupRefused, match=f"The manifest of the backup {manifest.stem} is damaged"):
        restore(place.backup(), None, say)
    with pytest.raises(BackupRefused, match=f"There is no backup yesterday .* Existing backups: {manifest.stem}"):
        restore(place.backup(), "yesterday", say)


def test_old_backups_are_kept_up_to_a_number_and_share_their_files(place: Place) -> None:
    backup = place.backup(copies=2)
    names = []
    for number in (4, 5, 6):
        place.add_history(number)
        names.append(backup.take(say).split()[1])
    assert backup_names(backup.storage) == names[1:]
    place.destroy()
    restore(backup, names[1], say)
    assert place.history() == [1, 2, 3, 4, 5]


def test_a_lake_that_lost_rows_is_not_backed_up_over_the_good_backups(place: Place) -> None:
    place.backup().take(say)
    shutil.rmtree(place.folder / "lake" / RATING_HISTORY.path)
    with pytest.raises(BackupRefused, match="silver_rating_history is in the last backup, but does not exist any more"):
        place.backup().take(say)
    place.add_history(1)
    with pytest.raises(BackupRefused, match="silver_rating_history has 1 rows, but 3 in the last backup"):
        place.backup().take(say)
    assert len(backup_names(place.backup().storage)) == 1


def test_an_empty_platform_has_nothing_to_back_up_or_restore(tmp_path: Path) -> None:
    backup = Place(tmp_path / "platform").backup()
    with pytest.raises(BackupRefused, match="There is nothing to back up"):
        backup.take(say)
    with pytest.raises(BackupRefused, match=r"There is no backup at .*BACKUP_URI"):
        restore(backup, None, say)


@pytest.mark.slow
def test_a_champion_restored_to_another_folder_predicts_the_same(champion_uri: str, tmp_path: Path) -> None:
    before = champion_rating(champion_uri)
    place = Place(tmp_path / "else where")
    backup = place.backup()
    Backup(lake=place.lake, storage=backup.storage, tracking_uri=champion_uri).take(say)
    restore(backup, None, say)
    assert champion_rating(place.tracking_uri) == before
    assert all(address.startswith(f"{place.folder.as_uri()}/") for address in models(place))
    mlflow.set_tracking_uri(champion_uri)


@pytest.mark.slow
def test_a_backup_on_azure_restores_a_lake_on_azure(place: Place, azurite: str) -> None:
    lake, storage = (
        blob_storage_for(
            f"abfss://{name}@devstoreaccount1.dfs.core.windows.net/root",
            key=AZURITE_KEY,
            endpoint=azurite,
            setting=setting,
        )
        for name, setting in (("precious", "LAKE_URI"), ("backups", "BACKUP_URI"))
    )
    root = place.folder / "lake"
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    for name, path in files.items():
        lake.publish(path, name)
    backup = Backup(lake=lake, storage=storage, tracking_uri=place.tracking_uri)
    backup.take(say)
    for name in files:
        lake.delete(name)
    lake.write_bytes_atomically(f"{OMDB}/{DAY}.jsonl", b"another response")
    place.destroy()
    with pytest.raises(BackupRefused, match="because other data exists: landing_omdb_responses"):
        restore(backup, None, say)
    restore(backup, None, say, is_moving_aside=True)
    restored = table_files(lake, RATING_HISTORY.path)
    assert restored
    assert (restored.n_rows, restored.missing) == (3, ())
    assert OmdbLanding(lake=lake).ledger(limit=9, today=DAY).n_requests == 1
    assert any(lake.read_bytes(name) == b"another response" for name in lake.files("moved_aside"))


def test_a_backup_waits_for_a_run_but_not_for_ever(place: Place) -> None:
    lines: list[str] = []
    sentence = r"Another run has been using .* 0 minutes \(silver_movies of run 7.*\)\. Run again later"
    with place.lake.try_lock("silver_movies of run 7"), pytest.raises(BackupRefused, match=sentence):
        waiting_for(place.lake, "run", lines.append, seconds=0.1).__enter__()
    assert lines == [f"Another run is using {place.lake.uri()}: waiting for it"]
    with waiting_for(place.lake, "run", lines.append):
        assert len(lines) == 1


def test_the_job_makes_a_backup_and_fails_with_its_reason(place: Place) -> None:
    resources = {"backup": place.backup()}
    assert back_up.execute_in_process(resources=resources).success
    assert len(backup_names(place.backup().storage)) == 1
    shutil.rmtree(place.folder / "lake" / FORECASTS.path)
    failed = back_up.execute_in_process(resources=resources, raise_on_error=False)
    (event,) = [event for event in failed.all_events if event.is_step_failure]
    assert failure_reason(event).startswith("gold_forecasts is in the last backup, but does not exist any more.")


def champion_rating(tracking_uri: str) -> float:
    mlflow.set_tracking_uri(tracking_uri)
    model = mlflow.pyfunc.load_model("models:/imdb_rating@champion")
    draft = pd.DataFrame({"title": ["A Quiet Memory"], "release_year": [2021], "genres": [["Drama"]]})
    return model.predict(draft)["rating"].iloc[0]


def test_the_rows_of_a_table_since_a_checkpoint_are_backed_up(place: Place) -> None:
    table = DeltaTable(str(place.folder / "lake" / RATING_HISTORY.path))
    table.create_checkpoint()
    place.add_history(4)
    place.backup().take(say)
    place.destroy()
    restore(place.backup(), None, say)
    assert place.history() == [1, 2, 3, 4]
    assert isinstance(DeltaTable(str(place.folder / "lake" / RATING_HISTORY.path)).to_pandas(), pd.DataFrame)

"""Landing keeps the latest snapshots and refuses those of an implausible size."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from imdb_assets.resources.dataset_landing import Landed, Landing
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.folder_imdb_datasets import FolderImdbDatasets, SampleImdbDatasets

DATASET = "title.ratings"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(lake=FolderBlobStorage(root=str(tmp_path / "lake")), snapshots_kept=2)


def snapshot(folder: Path, *, day: int, rows: int) -> FolderImdbDatasets:
    folder.mkdir(exist_ok=True)
    lines = ["tconst\taverageRating\tnumVotes", *(f"tt{n}\t5.5\t{n}" for n in range(rows))]
    (folder / f"{DATASET}.tsv.gz").write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return FolderImdbDatasets(folder=str(folder), snapshot_date=f"2025-01-{day:02d}")


def land(landing: Landing, source: FolderImdbDatasets, *, is_forced: bool = False) -> Landed:
    with TemporaryDirectory() as folder:
        fetched = landing.fetch(DATASET, source, Path(folder), is_forced=is_forced)
        return landing.land(DATASET, fetched, is_forced=is_forced)


def accepted(landing: Landing, source: FolderImdbDatasets) -> Landed:
    landed = land(landing, source)
    landing.accept(DATASET, landed)
    return landed


@pytest.mark.parametrize("rows", [0, 1500, 3100])
def test_a_snapshot_of_an_implausible_size_is_refused_and_the_last_one_stays(landing, tmp_path, rows):
    first = accepted(landing, snapshot(tmp_path / "a", day=1, rows=2000))
    later = snapshot(tmp_path / "a", day=2, rows=rows)
    with pytest.raises(DatasetRefused, match=f"has {rows:,} rows, but the snapshot of 2025-01-01 had 2,000; .* force"):
        land(landing, later)
    assert landing.current(DATASET).path == landing.latest(DATASET).path == first.path
    assert land(landing, later, is_forced=True).n_rows == rows


def test_a_plausible_size_or_another_source_is_accepted(landing, tmp_path):
    accepted(landing, snapshot(tmp_path / "a", day=1, rows=2000))
    assert land(landing, snapshot(tmp_path / "a", day=2, rows=1900)).is_new
    assert land(landing, snapshot(tmp_path / "b", day=3, rows=10)).is_new


def test_invented_films_and_imdbs_are_never_mixed_in_a_lake(landing, tmp_path):
    invented, real = (
        SampleImdbDatasets(movies=1000, seed=0, snapshot=1),
        FolderImdbDatasets(folder=str(tmp_path), snapshot_date="2025-01-01"),
    )
    assert landing.refusal_of(invented) is landing.refusal_of(real) is None
    landing.record_films(real)
    landing.record_films(invented)
    assert landing.refusal_of(real) is None
    assert "contains IMDb's films, and invented films are not added to them." in str(landing.refusal_of(invented))
    other = Landing(lake=FolderBlobStorage(root=str(tmp_path / "other")))
    other.record_films(invented)
    assert other.refusal_of(invented) is None
    assert "contains the invented films of the sample world" in str(other.refusal_of(real))


def test_only_the_latest_snapshots_are_kept(landing, tmp_path):
    for day in (1, 2, 3):
        accepted(landing, snapshot(tmp_path / "a", day=day, rows=day))
    kept = {path.split("/")[2] for path in landing.lake.files(f"landing/{DATASET}") if path.endswith(".gz")}
    assert kept == {"2025-01-02", "2025-01-03"}


def test_a_snapshot_that_bronze_refuses_leaves_the_current_one_and_its_file_as_they_were(landing, tmp_path):
    first = accepted(landing, snapshot(tmp_path / "a", day=1, rows=20))
    pointer, content = (landing.lake.read_bytes(path) for path in (f"landing/{DATASET}/current.json", first.path))
    for day in (1, 2, 3, 4):
        refused = land(landing, snapshot(tmp_path / "a", day=day, rows=30 + day))
        assert (landing.latest(DATASET).path, refused.is_new) == (refused.path, True)
        assert landing.lake.read_bytes(f"landing/{DATASET}/current.json") == pointer
        assert landing.lake.read_bytes(first.path) == content
    assert accepted(landing, snapshot(tmp_path / "a", day=5, rows=25)).path == landing.current(DATASET).path


def test_a_refusal_is_kept_for_its_run_until_the_dataset_is_landed(landing, tmp_path):
    landing.record_refusal(DATASET, "it is empty", run_id="2")
    assert (landing.refusals("1"), landing.refusals("2")) == ({}, {DATASET: "it is empty"})
    land(landing, snapshot(tmp_path / "a", day=1, rows=20))
    assert landing.refusals("2") == {}


def test_a_touched_file_with_the_same_rows_is_the_same_snapshot(landing, tmp_path):
    source = snapshot(tmp_path / "a", day=1, rows=20)
    first = land(landing, source)
    (tmp_path / "a" / f"{DATASET}.tsv.gz").touch()
    again = land(landing, source)
    assert (again.is_new, again.path, again.manifest.sha256) == (False, first.path, first.manifest.sha256)
    # The new time is recorded, so the next look finds the dataset unchanged.
    assert source.is_landed(source.fingerprint(DATASET), landing.latest(DATASET).manifest)

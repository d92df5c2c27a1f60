"""Landing keeps the latest snapshots and refuses those of an implausible size."""

import gzip
from pathlib import Path

import pytest

from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.folder_imdb_datasets import FolderImdbDatasets

DATASET = "title.ratings"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(lake=FolderBlobStorage(root=str(tmp_path / "lake")), snapshots_kept=2)


def snapshot(folder: Path, *, day: int, rows: int) -> FolderImdbDatasets:
    folder.mkdir(exist_ok=True)
    lines = ["tconst\taverageRating\tnumVotes", *(f"tt{n}\t5.5\t{n}" for n in range(rows))]
    (folder / f"{DATASET}.tsv.gz").write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return FolderImdbDatasets(folder=str(folder), snapshot_date=f"2025-01-{day:02d}")


@pytest.mark.parametrize("rows", [0, 1500, 3100])
def test_a_snapshot_of_an_implausible_size_is_refused_and_the_last_one_stays(landing, tmp_path, rows):
    first = landing.fetch(DATASET, snapshot(tmp_path / "a", day=1, rows=2000), run_id="1")
    later = snapshot(tmp_path / "a", day=2, rows=rows)
    with pytest.raises(DatasetRefused, match=f"has {rows:,} rows, but the snapshot of 2025-01-01 had 2,000; .* force"):
        landing.fetch(DATASET, later, run_id="2")
    assert landing.current(DATASET).path == first.path
    assert landing.refusals("2").keys() == {DATASET}
    assert landing.fetch(DATASET, later, run_id="3", is_forced=True).n_rows == rows


def test_a_plausible_size_or_another_source_is_accepted(landing, tmp_path):
    landing.fetch(DATASET, snapshot(tmp_path / "a", day=1, rows=2000), run_id="1")
    assert landing.fetch(DATASET, snapshot(tmp_path / "a", day=2, rows=1900), run_id="2").is_new
    assert landing.fetch(DATASET, snapshot(tmp_path / "b", day=3, rows=10), run_id="3").is_new


def test_only_the_latest_snapshots_are_kept(landing, tmp_path):
    for day in (1, 2, 3):
        landing.fetch(DATASET, snapshot(tmp_path / "a", day=day, rows=day), run_id=str(day))
    kept = {path.split("/")[2] for path in landing.lake.files(f"landing/{DATASET}") if path.endswith(".gz")}
    assert kept == {"2025-01-02", "2025-01-03"}

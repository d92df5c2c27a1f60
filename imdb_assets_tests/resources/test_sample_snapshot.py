from pathlib import Path

import pytest

from imdb_assets.resources.sample_snapshot import sample_snapshot


def test_a_snapshot_is_generated_once_and_another_one_gets_its_own_folder(tmp_path: Path) -> None:
    first = sample_snapshot(str(tmp_path), movies=50, seed=0, snapshot=1)
    (first / "title.ratings.tsv.gz").write_bytes(b"changed")
    assert sample_snapshot(str(tmp_path), movies=50, seed=0, snapshot=1) == first
    assert (first / "title.ratings.tsv.gz").read_bytes() == b"changed"
    assert sample_snapshot(str(tmp_path), movies=50, seed=0, snapshot=2) != first


def test_a_rejected_snapshot_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SAMPLE_MOVIES"):
        sample_snapshot(str(tmp_path), movies=1, seed=0, snapshot=1)
    assert list(tmp_path.iterdir()) == []

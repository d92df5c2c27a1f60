from pathlib import Path

import pytest

from imdb_assets.dagster_instance import prepare_instance, require_instance_file
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

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import imdb_assets
from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, MovieDraft
from imdb_assets.rating_model.registry.register import REQUIREMENTS, signature
from imdb_assets.rating_model.registry.served_code import served_modules
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets_tests.support.champion import GIFTED_NAME

ROOT = Path(__file__).parents[3]
PACKAGE = Path(imdb_assets.__file__).parent
SERVED_ROOMS = {"features", "lookup", "training", "serving"}
# Packages that are not installed on a model server.
ABSENT = ("app", "dagster", "numba", "optuna", "pyspark", "streamlit")
OUR_OTHER_ROOMS = (
    "imdb_assets.assets", "imdb_assets.materialization", "imdb_assets.rating_model.evaluation",
    "imdb_assets.rating_model.monitoring", "imdb_assets.rating_model.registry", "imdb_assets.rating_model.scenarios",
    "imdb_assets.resources", "imdb_assets.sample_world", "imdb_assets.transforms",
)  # fmt: skip


def test_the_served_model_requires_the_projects_dependencies_and_no_other_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[a-z0-9-]+", dependency).group() for dependency in project["dependencies"]}
    assert set(REQUIREMENTS) == names
    assert "numba" not in REQUIREMENTS


def test_the_artifact_ships_only_the_packages_needed_to_predict() -> None:
    files = served_modules(PACKAGE)
    packages = {file.parts[1] for file in files if file.parts[0] == "rating_model" and len(file.parts) > 2}
    assert packages == SERVED_ROOMS
    assert {file.parts[0] for file in files if len(file.parts) > 1} <= {"rating_model", "tables", "vocabulary"}
    assert Path("rating_model/serving/pyfunc.py") in files
    assert all((PACKAGE / file).is_file() for file in files)


def test_only_the_release_year_of_a_draft_is_required() -> None:
    inputs = {column.name: column.required for column in signature().inputs}
    assert set(inputs) == set(DRAFT_COLUMNS)
    assert [name for name, required in inputs.items() if required] == ["release_year"]


@pytest.mark.slow
def test_a_registered_model_opens_with_only_its_own_code_and_requirements(champion_uri: str, tmp_path: Path) -> None:
    program = f"""
import importlib.abc
import sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == absent or name.startswith(absent + ".") for absent in {(*ABSENT, *OUR_OTHER_ROOMS)!r}):
            raise ImportError(name + " is blocked")
        return None

sys.meta_path.insert(0, Blocked())
import mlflow
mlflow.set_tracking_uri({champion_uri!r})
model = mlflow.pyfunc.load_model("models:/imdb_rating@champion")
print(model.predict([{{"release_year": 2027, "directors": [{GIFTED_NAME!r}]}}])["rating"][0])
import imdb_assets
print(imdb_assets.__file__)
"""
    # Without the repository on its path, the process can import project code only from the artifact.
    shown = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"HOME": str(tmp_path)},
    )
    assert shown.returncode == 0, shown.stderr[-3000:]
    rating, file = shown.stdout.splitlines()[-2:]
    [expected] = load_champion(champion_uri).model.predict([MovieDraft(release_year=2027, directors=(GIFTED_NAME,))])
    assert float(rating) == expected.rating
    assert not Path(file).is_relative_to(ROOT)

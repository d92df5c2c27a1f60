"""The registered model alone: it opens and predicts with only the code of its artifact and its requirements."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
from mlflow.artifacts import download_artifacts

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets_tests.support.champion import GIFTED_NAME, HOMONYM_NAME

pytestmark = pytest.mark.slow
BLOCKED = (
    "pyspark", "delta", "dagster", "numba", "optuna", "shap", "streamlit", "app", "imdb_assets_tests",
    "imdb_assets.assets", "imdb_assets.materialization", "imdb_assets.resources", "imdb_assets.transforms",
    "imdb_assets.sample_world", "imdb_assets.rating_model.scenarios", "imdb_assets.rating_model.evaluation",
    "imdb_assets.rating_model.registry", "imdb_assets.rating_model.monitoring",
)  # fmt: skip
SHIPPED = {"features", "lookup", "training", "serving"}
FITTING = {"absence", "fit", "fit_intervals", "fit_text_scores", "fit_tfidf_forest", "fit_votes", "rated_films",
           "recipe", "splits", "training_set", "tree_training"}  # fmt: skip
PROGRAM = """
import importlib.abc, json, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == blocked or name.startswith(blocked + ".") for blocked in BLOCKED):
            raise ImportError(name + " is blocked")

sys.meta_path.insert(0, Blocker())
import mlflow
model = mlflow.pyfunc.load_model(FOLDER)
answers = model.predict(ROWS, params={"explain": True, "similar": 2})
import imdb_assets
print(json.dumps({
    "answers": answers.to_dict("records"),
    "package": imdb_assets.__file__,
    "modules": sorted(name for name in sys.modules if name.startswith("imdb_assets")),
}))
"""
ROWS = [{"release_year": 2027}, {"release_year": 2027, "genres": ["Drama"], "plot": "quiet tender memory",
                                 "directors": [GIFTED_NAME, "Xu Qwzvk"], "cast": [HOMONYM_NAME]}]  # fmt: skip


@pytest.fixture(scope="module")
def artifact(champion_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The registry is always the process's own, whatever `tracking_uri` download_artifacts gets.
    mlflow.set_tracking_uri(champion_uri)
    folder = tmp_path_factory.mktemp("artifact")
    return Path(download_artifacts("models:/imdb_rating@champion", dst_path=str(folder)))


@pytest.fixture(scope="module")
def alone(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The report of a new process that has only the artifact, without the repository or the blocked packages."""
    constants = f"BLOCKED, FOLDER, ROWS = {BLOCKED!r}, {str(artifact)!r}, {ROWS!r}\n"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.run(
        [sys.executable, "-c", constants + PROGRAM], capture_output=True, text=True, check=False,
        cwd=tmp_path_factory.mktemp("elsewhere"), env=environment,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    return json.loads(process.stdout.splitlines()[-1])


def test_the_artifact_alone_predicts_like_the_champion(alone: dict, champion_uri: str) -> None:
    model = load_champion(champion_uri).model
    for answer, prediction in zip(alone["answers"], model.predict([MovieDraft(**row) for row in ROWS]), strict=True):
        assert {name: answer[name] for name in vars(prediction)} == vars(prediction) | {
            "warnings": list(prediction.warnings)
        }
        assert answer["model_version"] == "1"
    # Of the first draft, only the year is known.
    assert [len(answer["similar"]) for answer in alone["answers"]] == [0, 2]
    for name in ("reasons", "vote_reasons"):
        assert [bool(answer[name]) for answer in alone["answers"]] == [False, True]


def test_the_code_comes_from_the_artifact(alone: dict, artifact: Path) -> None:
    assert Path(alone["package"]).resolve().is_relative_to(artifact.resolve())


def test_the_artifact_ships_only_code_needed_to_predict(alone: dict, artifact: Path) -> None:
    package = Path(alone["package"]).parent
    shipped = {path.relative_to(package) for path in package.rglob("*.py")}
    assert {path.name for path in (package / "rating_model").iterdir() if path.is_dir()} - {"__pycache__"} == SHIPPED
    assert {path.name for path in package.iterdir() if path.is_dir()} - {"__pycache__"} == {
        "rating_model", "tables", "vocabulary",
    }  # fmt: skip
    training = {path.stem for path in (package / "rating_model" / "training").glob("*.py")}
    assert not training & FITTING
    # Every shipped module is imported to answer a request.
    modules = {Path(*name.split(".")[1:]) for name in alone["modules"]}
    unused = {path for path in shipped if path.stem != "__init__" and path.with_suffix("") not in modules}
    assert not unused - {Path("rating_model/serving/pyfunc.py")}


def test_the_requirements_are_the_packages_that_the_code_imports(alone: dict, artifact: Path) -> None:
    imported = set()
    for path in Path(alone["package"]).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import():
                    imported |= {alias.name.split(".")[0] for alias in node.names}
                case ast.ImportFrom(module=str(module)):
                    imported.add(module.split(".")[0])
    third_party = {name.replace("sklearn", "scikit-learn") for name in imported - sys.stdlib_module_names}
    requirements = (artifact / "requirements.txt").read_text().splitlines()
    assert {line.partition("==")[0] for line in requirements} == third_party - {"imdb_assets"}

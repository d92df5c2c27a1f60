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
from imdb_assets.materialization.stable_text import UnstableValueError

MODULE = '''
LIMIT = 3
UNUSED = 1
WORDS = {"b", "a", "c"}


def first(rows):
    return rows[0]


BY_NAME = {"first": first, "words": frozenset(WORDS)}


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
    return [helper(row) for row in rows], Model().size(), BY_NAME["first"](rows)
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
        ("rows[0]", "rows[-1]"),
        ('"b", "a", "c"', '"b", "a"'),
        ('"first": first,', '"first": first, "again": first,'),
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


def test_a_constant_without_stable_text_is_an_error_that_names_it(version):
    with pytest.raises(
        UnstableValueError, match=r"imdb_assets_probe\.LIMIT cannot be .*: an object of builtins\.object"
    ):
        version(("LIMIT = 3", "LIMIT = object()"))


FINGERPRINTS = """
import json
from imdb_assets.assets import bronze, evaluation, gold, history, monitoring, silver
from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.table_asset import TableAsset
from imdb_assets.rating_model.registry.candidate import train_candidate
from imdb_assets.tables.bronze import TABLES as bronze_tables
from imdb_assets.tables.gold import TABLES as gold_tables
from imdb_assets.tables.silver import TABLES as silver_tables
from imdb_assets.assets.landing import write_dataset
modules = (bronze, evaluation, gold, history, monitoring, silver)
assets = [asset for module in modules for asset in vars(module).values() if isinstance(asset, TableAsset)]
functions = [train_candidate, *(asset.rows for asset in assets)]
tables = {table.asset_name: table for table in (*bronze_tables, *silver_tables, *gold_tables)}
fingerprints = {f.__name__: fingerprint(f, tables.get(f.__name__), {}) for f in functions}
fingerprints["datasets"] = fingerprint(write_dataset, bronze_tables, {})
"""


@pytest.mark.slow
def test_every_fingerprint_is_the_same_in_processes_with_other_hash_seeds():
    program = f"{FINGERPRINTS}print(json.dumps(fingerprints))"
    results = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
            ).stdout
        )
        for seed in ("0", "1", "4242")
    ]  # fmt: skip
    assert {name for name in results[0] if len({result[name] for result in results}) > 1} == set()
    assert {"train_candidate", "silver_credits", "gold_training_set"} <= set(results[0])

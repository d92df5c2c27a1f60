"""The source files that the served model needs, which are stored with every registered version."""

import ast
import functools
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import imdb_assets

PACKAGE = Path(imdb_assets.__file__).parent
PYFUNC = "imdb_assets.rating_model.serving.pyfunc"
"""The module from which MLflow loads the served model."""
PYFUNC_FILE = PACKAGE / "rating_model" / "serving" / "pyfunc.py"
CODE_FOLDER = "code"
"""The folder of an artifact in which MLflow stores the code."""


def served_modules(package: Path) -> set[Path]:
    """Return the source files that the served model needs: `serving/pyfunc.py` and everything it imports from here.

    Args:
        package: The folder of `imdb_assets`.

    Returns:
        Paths of Python files relative to `package`, including the `__init__.py` of each folder.
    """
    needed: set[Path] = set()
    pending = [PYFUNC]
    while pending:
        module = pending.pop()
        file = Path(*module.split(".")[1:]).with_suffix(".py")
        if file in needed or not (package / file).is_file():
            continue
        needed |= {file, *(folder / "__init__.py" for folder in file.parents)}
        for node in ast.walk(ast.parse((package / file).read_text(encoding="utf-8"))):
            match node:
                case ast.ImportFrom(module=str(name)) if name.startswith(package.name):
                    # The imported name may itself be a module.
                    pending += [name, *(f"{name}.{alias.name}" for alias in node.names)]
                case ast.Import():
                    pending += [alias.name for alias in node.names if alias.name.startswith(package.name)]
    return needed


def copy_served_code(folder: Path) -> Path:
    """Copy the installed files that the served model needs into a folder, and return the copied package."""
    target = folder / PACKAGE.name
    for file in served_modules(PACKAGE):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / file, target / file)
    return target


@functools.cache
def code_sha256() -> Mapping[str, str]:
    """Return the SHA-256 of the installed files that the served model needs, by path such as `imdb_assets/....py`."""
    return {
        f"{PACKAGE.name}/{file.as_posix()}": hashlib.sha256((PACKAGE / file).read_bytes()).hexdigest()
        for file in served_modules(PACKAGE)
    }

"""Numba options of the kernel, and an on-disk cache that covers all of its files.

Numba's own cache checks only the file in which a function is defined. A change to a function that it calls from another
file would be ignored. The fingerprint of the whole folder is therefore part of every cached function's name.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from imdb_assets.rating_model.features.person_features import Aggregation
from imdb_assets.rating_model.training import compilation


def source_fingerprint(folder: Path, constants: Iterable[object]) -> str:
    """Hash the Python files of a folder and the constants that its compiled functions take from elsewhere.

    Args:
        folder: Folder whose `*.py` files are read; its subfolders are not.
        constants: Values that Numba freezes into the machine code. Their `repr` is hashed.

    Returns:
        16 hexadecimal digits of the SHA-256.
    """
    digest = hashlib.sha256(repr(list(constants)).encode())
    for file in sorted(folder.glob("*.py")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


FINGERPRINT = source_fingerprint(Path(__file__).parent, Aggregation)


def compiled(**options: Any) -> Callable[[Any], Any]:
    """Compile a function as `training.compilation.compiled` does, with a cache that covers this folder."""

    def decorate(function: Callable) -> Callable:
        function.__qualname__ = f"{function.__qualname__}_{FINGERPRINT}"
        return compilation.compiled(**options)(function)

    return decorate

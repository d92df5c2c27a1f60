"""scikit-learn's objects as files of skops, which run no code when they are read."""

from pathlib import Path
from typing import Any

# skops requires scikit-learn's compiled types to be trusted explicitly; this one holds a tree's arrays.
_TRUSTED_TYPES = ["sklearn.tree._tree.Tree"]


def save(value: object, path: Path) -> None:
    """Write an object to a file."""
    _skops_io().dump(value, path)


def load(path: Path) -> Any:
    """Read the object in a file.

    Raises:
        skops.io.exceptions.UntrustedTypesFoundException: The file has an object of a type that is not trusted.
    """
    return _skops_io().load(path, trusted=_TRUSTED_TYPES)


def _skops_io() -> Any:
    # It lists the functions of scikit-learn and SciPy when it is imported, which takes three seconds.
    import skops.io  # noqa: PLC0415

    return skops.io

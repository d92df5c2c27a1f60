"""Folders that all workers of a test session share, each filled once."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """The session's folder of this name; the first worker that needs it fills it, the others wait.

    Args:
        factory: pytest's factory of temporary folders.
        name: Name of the folder.
        build: Fills the folder, which is empty and stays where it is.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each worker has its own folder in the session's folder.
        base = base.parent
    folder = base / "shared" / name
    finished = folder.with_suffix(".finished")
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            finished.touch()
    return folder

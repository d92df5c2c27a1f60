"""Tests that need programs outside PyPI: deselected and listed if a program is missing, always run in CI."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

NPM_PROGRAMS = Path(__file__).parents[2] / "data/npm/node_modules/.bin"
HOW_TO_INSTALL = {
    "azurite": "cp azurite/*.json data/npm/ && npm ci --prefix data/npm",
    "chromium": "apt-get install chromium (or your system's package of Chromium)",
    "initdb": "apt-get install postgresql (and its folder of programs on PATH)",
    "mount": "run the tests as root, which can mount a small disk",
    "nginx": "apt-get install nginx-light (or your system's package of nginx)",
    "openssl": "apt-get install openssl",
    "npm": "apt-get install npm (or your system's package of Node.js)",
}
DESELECTED = pytest.StashKey[dict[str, list[str]]]()
_DESELECTED_BY_WORKER = "deselected"


def deselect_tests_without_programs(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests whose programs are missing. In CI they run and fail."""
    deselected: dict[str, list[str]] = {}
    if os.environ.get("CI") != "true":
        for item in items:
            for program in _missing_programs(item):
                deselected.setdefault(program, []).append(item.nodeid)
    config.stash[DESELECTED] = deselected
    if hasattr(config, "workeroutput"):
        config.workeroutput[_DESELECTED_BY_WORKER] = deselected
    node_ids = {node_id for node_ids in deselected.values() for node_id in node_ids}
    if node_ids:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in node_ids])
        items[:] = [item for item in items if item.nodeid not in node_ids]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """Store the tests that a worker deselected. Workers collect the same tests, the controller collects none."""
    if deselected := getattr(node, "workeroutput", {}).get(_DESELECTED_BY_WORKER):
        node.config.stash[DESELECTED] = deselected


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the deselected tests, with the command that installs the missing programs."""
    for program, node_ids in config.stash.get(DESELECTED, {}).items():
        terminalreporter.section(f"{len(node_ids)} deselected, {program} is missing: {HOW_TO_INSTALL[program]}")
        for node_id in node_ids:
            terminalreporter.line(node_id)


def _missing_programs(item: pytest.Item) -> list[str]:
    needed = {program for marker in item.iter_markers("needs") for program in marker.args}
    return sorted(program for program in needed if program_path(program) is None)


def program_path(name: str) -> str | None:
    """Path of a program: on PATH, among the project's npm packages, or where Debian has servers.

    Args:
        name: File name of the program.

    Returns:
        Its path, or None where it is not installed or not allowed.
    """
    if name == "mount" and os.geteuid() != 0:
        return None
    folders = [None, NPM_PROGRAMS, Path("/usr/sbin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    return next((path for folder in folders if (path := shutil.which(name, path=folder))), None)

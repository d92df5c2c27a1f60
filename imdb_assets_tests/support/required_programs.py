"""Tests that want programs which pip cannot bring: left out and named where those are missing, failing under CI."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

NPM_PROGRAMS = Path(__file__).parents[2] / "data/npm/node_modules/.bin"
HOW_TO_GET = {
    "azurite": "npm install --prefix data/npm azurite",
    "chromium": "apt-get install chromium (or your system's package of Chromium)",
    "initdb": "apt-get install postgresql (and its folder of programs on PATH)",
    "npm": "apt-get install npm (or your system's package of Node.js)",
}
LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()
_LEFT_OUT_BY_WORKER = "left_out"


def leave_out_what_cannot_run(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what cannot run here, unless this is CI, where it has to."""
    left_out: dict[str, list[str]] = {}
    if os.environ.get("CI") != "true":
        for item in items:
            for program in _missing(item):
                left_out.setdefault(program, []).append(item.nodeid)
    config.stash[LEFT_OUT] = left_out
    if hasattr(config, "workeroutput"):
        config.workeroutput[_LEFT_OUT_BY_WORKER] = left_out
    gone = {nodeid for nodeids in left_out.values() for nodeid in nodeids}
    if gone:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in gone])
        items[:] = [item for item in items if item.nodeid not in gone]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """Take over what a worker has left out: they all collect the same tests, and the controller none."""
    if found := getattr(node, "workeroutput", {}).get(_LEFT_OUT_BY_WORKER):
        node.config.stash[LEFT_OUT] = found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the tests that were left out, and the command that brings what they want."""
    for program, nodeids in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.section(f"{len(nodeids)} left out, as {program} is missing: {HOW_TO_GET[program]}")
        for nodeid in nodeids:
            terminalreporter.line(nodeid)


def _missing(item: pytest.Item) -> list[str]:
    wanted = {program for marker in item.iter_markers("needs") for program in marker.args}
    return sorted(program for program in wanted if not _is_here(program))


def _is_here(program: str) -> bool:
    return bool(program_of(program))


def program_of(name: str) -> str | None:
    """Where a program is: on PATH, where npm puts it for this project, or where Debian hides Postgres's."""
    folders = [None, NPM_PROGRAMS, *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    return next((found for folder in folders if (found := shutil.which(name, path=folder))), None)

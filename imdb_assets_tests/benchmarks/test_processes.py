"""Measuring a command with all its processes."""

import sys

import pytest

from benchmarks.processes import CommandFailed, measured

MEBIBYTE = 2**20
# A parent that waits for a child, which holds 200 MiB for a second and computes meanwhile.
CHILD = "import time; held = b'x' * (200 << 20); end = time.time() + 1\nwhile time.time() < end: pass"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True); print('done')"


def test_memory_and_processor_time_include_child_processes(tmp_path):
    cost = measured([sys.executable, "-c", PARENT, CHILD], log=tmp_path / "log").required()
    assert cost.output == "done\n"
    assert cost.peak_bytes > 200 * MEBIBYTE
    assert 0 < cost.cpu_seconds <= 2 * cost.seconds
    assert cost.seconds > 1


def test_the_given_variables_reach_the_command(tmp_path):
    command = [sys.executable, "-c", "import os; print(os.environ.get('IMDB_SNAPSHOT_DATE'))"]
    cost = measured(command, log=tmp_path / "log", environment={"IMDB_SNAPSHOT_DATE": "2026-01-01"})
    assert cost.output == "2026-01-01\n"


def test_a_failed_command_reports_its_output(tmp_path):
    cost = measured([sys.executable, "-c", "raise SystemExit('no space left')"], log=tmp_path / "log")
    with pytest.raises(CommandFailed, match="no space left"):
        cost.required()

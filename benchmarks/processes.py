"""Runs a command and measures it: seconds, processor time and peak memory of all its processes."""

import math
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SECONDS_BETWEEN_SAMPLES = 0.2
# Settings of the platform in the caller's environment would change what is measured.
_PREFIXES = ("IMDB_", "LAKE_", "LANDING_", "MLFLOW_", "OMDB_", "SAMPLE_")


class CommandFailed(RuntimeError):
    """A measured command ended with an error. The message contains the end of its output."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The cost of a command.

    Attributes:
        code: Exit code.
        seconds: Wall time.
        cpu_seconds: Processor time of all processes of the command. It depends less on other load than wall time.
        memory: Sum of the memory of the command's processes at several times, as pairs of Unix time and bytes.
        output: Standard output and standard error.
    """

    code: int
    seconds: float
    cpu_seconds: float
    memory: tuple[tuple[float, int], ...]
    output: str

    @property
    def peak_bytes(self) -> int:
        """Highest sum of the memory of the command's processes."""
        return self.peak_bytes_between(-math.inf, math.inf)

    def peak_bytes_between(self, start: float, end: float) -> int:
        """Highest sum of the memory between two Unix times. 0 if it was not measured between them."""
        return max((used for moment, used in self.memory if start <= moment <= end), default=0)

    def required(self) -> "Measured":
        """Return the measurement of a command that succeeded.

        Raises:
            CommandFailed: The exit code is not 0.
        """
        if self.code:
            raise CommandFailed(f"The command ended with exit code {self.code}.\n{self.output[-4000:]}")
        return self


def measured(command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        log: File for the output.
        environment: Additional environment variables. Settings of the platform are not inherited.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIXES)}
    start = time.perf_counter()
    with log.open("w", encoding="utf-8") as output:
        process = psutil.Popen(
            [str(part) for part in command],
            env=inherited | dict(environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        memory: list[tuple[float, int]] = []
        cpu: dict[int, float] = {}
        while True:
            used, spent = _usage(process)
            memory.append((time.time(), used))
            cpu |= spent
            try:
                code = process.wait(timeout=_SECONDS_BETWEEN_SAMPLES)
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                continue
            break
    seconds = time.perf_counter() - start
    text = log.read_text(encoding="utf-8", errors="replace")
    spent_seconds = sum(cpu.values())
    return Measured(code=code, seconds=seconds, cpu_seconds=spent_seconds, memory=tuple(memory), output=text)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _usage(process: psutil.Process) -> tuple[int, dict[int, float]]:
    """Return the bytes of a process with its descendants, and the processor time of each so far.

    Shared pages count once where the system reports them.
    """
    total, spent = 0, {}
    try:
        for each in (process, *process.children(recursive=True)):
            times = each.cpu_times()
            spent[each.pid] = times.user + times.system
            total += _proportional_bytes(each)
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        # A process ended during the measurement. The next sample counts again.
        return total, spent
    return total, spent


def _proportional_bytes(process: psutil.Process) -> int:
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        # Linux alone has this file, and only the owner of a process may read it.
        return process.memory_info().rss
    sizes = [line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(sizes[0]) * 1024 if sizes else 0

"""Measure time and memory of the whole graph on a sample world, from landing to the champion, in a fresh folder."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

DEMO_MOVIES = 3000


def measure(
    folder: Path, *, movies: int, snapshot: int = 1, job: str = "whole_platform"
) -> tuple[int, float, float, str]:
    """Run a job once in a separate process.

    Args:
        folder: Folder for the lake, the registry and Dagster's instance.
        movies: Number of movies in the sample world.
        snapshot: Day of the sample world.
        job: Name of the job.

    Returns:
        Exit code, seconds, peak memory (GiB, over all processes) and the output.
    """
    settings = {
        "IMDB_ENV": "sample",
        "SAMPLE_MOVIES": str(movies),
        "SAMPLE_SNAPSHOT": str(snapshot),
        "LAKE_URI": str(folder / "lake"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "DAGSTER_HOME": str(folder),
    }
    start = time.perf_counter()
    log = folder / "run.log"
    with log.open("w", encoding="utf-8") as output:
        command = [sys.executable, "-m", "imdb_assets", "--job", job]
        process = psutil.Popen(command, env=os.environ | settings, stdout=output, stderr=subprocess.STDOUT)
        peak = 0
        while True:
            peak = max(peak, _memory_of(process))
            try:
                code = process.wait(timeout=0.2)
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                continue
            break
    return code, time.perf_counter() - start, peak / 2**30, log.read_text(encoding="utf-8")


def _memory_of(process: psutil.Process) -> int:
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        # A child process ended during the measurement. The next sample counts again.
        return total
    return total


def main() -> None:
    """Run once at the requested scale and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the demo's 3,000 movies")
    movies = round(DEMO_MOVIES * parser.parse_args().scale)
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        (Path(folder) / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
        code, seconds, gigabytes, output = measure(Path(folder), movies=movies)
    print(output)
    print(f"{movies:,} movies: {seconds:.1f} s, peak {gigabytes:.2f} GiB, {os.cpu_count()} cores, {platform.machine()}")
    sys.exit(code)


if __name__ == "__main__":
    main()

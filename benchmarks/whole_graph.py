"""Measure time and memory of the whole graph on a sample world, from landing to the champion, in a fresh folder."""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import measured
from benchmarks.results import recorded_output

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
    command = [sys.executable, "-m", "imdb_assets", "--job", job]
    cost = measured(command, log=folder / "run.log", environment=settings)
    return cost.code, cost.seconds, cost.peak_bytes / 2**30, cost.output


@recorded_output("whole-graph", title="Whole graph, sample world", command="make bench-demo")
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
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()

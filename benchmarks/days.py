"""Measure the daily cost of the tables on a sample world: a first run, an unchanged run, the next day."""

import argparse
import os
import platform
import re
import sys
import tempfile
from pathlib import Path

from benchmarks.results import recorded_output
from benchmarks.whole_graph import measure
from imdb_assets.resources.sample_snapshot import sample_snapshot
from imdb_assets.settings import DATA

TITLES_PER_MOVIE = 1.57
"""Titles of any type per movie in the sample world."""


@recorded_output("days", title="Unchanged and next day, sample world", command="make bench-days")
def main() -> None:
    """Run three times at the requested size and print one line per run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--titles", type=int, default=20_000, help="approximate number of titles of any type in title.basics"
    )
    parser.add_argument("--job", default="daily_refresh", help="job to run")
    arguments = parser.parse_args()
    movies = round(arguments.titles / TITLES_PER_MOVIE)
    print(f"{movies:,} movies, {os.cpu_count()} cores, {platform.machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as name:
        folder = Path(name)
        (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
        first = None
        for snapshot in (1, 2):
            # Inventing the films is not part of the measurement.
            sample_snapshot(str(DATA / "sample"), movies=movies, seed=0, snapshot=snapshot)
        for label, snapshot in (("first run", 1), ("unchanged", 1), ("next day", 2)):
            before = _n_versions(folder)
            code, seconds, gigabytes, output = measure(folder, movies=movies, snapshot=snapshot, job=arguments.job)
            if code:
                sys.exit(output)
            first = first or seconds
            # The time that Python and Dagster need to start is reported separately.
            run_seconds = int(re.findall(r"succeeded after (\d+) s", output)[-1])
            print(
                f"{label:<10} {seconds:8.1f} s, of which the run {run_seconds} s ({seconds / first:.1%} of the first), "
                f"{_n_versions(folder) - before} Delta versions, peak {gigabytes:.2f} GiB",
                flush=True,
            )


def _n_versions(folder: Path) -> int:
    return len(list(folder.glob("lake/*/*/_delta_log/*.json")))


if __name__ == "__main__":
    main()

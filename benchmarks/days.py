"""What a day costs: the first run of the tables on a sample world, the same again, and the next day's snapshot."""

import argparse
import os
import platform
import re
import sys
import tempfile
from pathlib import Path

from whole_graph import measure

from imdb_assets.resources.sample_snapshot import sample_snapshot
from imdb_assets.settings import DATA

TITLES_A_MOVIE = 1.57


def main() -> None:
    """Run three times at the wanted size, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=20_000, help="titles of any type in title.basics, about")
    parser.add_argument("--job", default="daily_refresh", help="which job to run")
    asked = parser.parse_args()
    movies = round(asked.titles / TITLES_A_MOVIE)
    print(f"{movies:,} movies, {os.cpu_count()} cores, {platform.machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as name:
        folder = Path(name)
        (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
        first = None
        for snapshot in (1, 2):
            # Inventing the films is not the platform's work.
            sample_snapshot(str(DATA / "sample"), movies=movies, seed=0, snapshot=snapshot)
        for what, snapshot in (("first run", 1), ("unchanged", 1), ("next day", 2)):
            before = _n_versions(folder)
            code, seconds, gigabytes, said = measure(folder, movies=movies, snapshot=snapshot, job=asked.job)
            if code:
                sys.exit(said)
            first = first or seconds
            # What Python and Dagster take to start is not the run's.
            ran = int(re.findall(r"succeeded after (\d+) s", said)[-1])
            print(
                f"{what:<10} {seconds:8.1f} s, of it the run {ran} s ({seconds / first:.1%} of the first), "
                f"{_n_versions(folder) - before} Delta versions, peak {gigabytes:.2f} GiB",
                flush=True,
            )


def _n_versions(folder: Path) -> int:
    return len(list(folder.glob("lake/*/*/_delta_log/*.json")))


if __name__ == "__main__":
    main()

"""Runs the platform's assets from landing to gold in this process, and writes the seconds of each to a JSON file.

The settings come from the environment. No model is trained, and nothing is requested from OMDb.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

START = time.perf_counter()

import dagster as dg  # noqa: E402

warnings.filterwarnings("ignore", category=dg.BetaWarning)

from imdb_assets.dagster_instance import opened_instance  # noqa: E402
from imdb_assets.definitions import definitions_for  # noqa: E402
from imdb_assets.settings import settings  # noqa: E402
from imdb_assets.tables.bronze import DATASETS, OMDB_RESPONSES, REJECTED_ROWS  # noqa: E402
from imdb_assets.tables.gold import (  # noqa: E402
    BASELINE_COEFFICIENTS,
    BASELINE_RATINGS,
    MOVIE_FEATURES,
    PEOPLE_INDEX,
)
from imdb_assets.tables.history import HISTORIES  # noqa: E402
from imdb_assets.tables.silver import TABLES as SILVER  # noqa: E402

JOB = "daily_refresh"
GOLD = (MOVIE_FEATURES, BASELINE_COEFFICIENTS, BASELINE_RATINGS, *HISTORIES, PEOPLE_INDEX)
ASSETS = (
    *(f"landing_{table.name}" for table in DATASETS.values()),
    *(table.asset_name for table in (*DATASETS.values(), OMDB_RESPONSES, REJECTED_ROWS, *SILVER, *GOLD)),
)


def main() -> None:
    """Run the assets once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="JSON file to write")
    output = parser.parse_args().output
    job = definitions_for(settings()).resolve_job_def(JOB)
    with opened_instance(settings().dagster_home) as instance:
        ready = time.perf_counter()
        result = job.execute_in_process(
            run_config={"loggers": {"progress": {}}},
            instance=instance,
            raise_on_error=False,
            asset_selection=[dg.AssetKey(name) for name in ASSETS],
        )
        finished = time.perf_counter()
        written = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    assets = [_asset(entry) for entry in written]
    run = {"start_seconds": ready - START, "run_seconds": finished - ready, "assets": assets}
    output.write_text(json.dumps(run, indent=1), encoding="utf-8")
    raise SystemExit(0 if result.success else 1)


def _asset(entry: dg.EventLogEntry) -> dict[str, object]:
    materialization = entry.asset_materialization
    if materialization is None:
        raise TypeError(f"not a materialization: {entry}")
    metadata = {name: value.value for name, value in materialization.metadata.items()}
    return {
        "name": materialization.asset_key.path[-1],
        "rows": metadata.get("dagster/row_count"),
        "seconds": metadata.get("seconds", 0.0),
        "finished": entry.timestamp,
        "is_unchanged": bool(metadata.get("is_unchanged", False)),
    }


if __name__ == "__main__":
    main()

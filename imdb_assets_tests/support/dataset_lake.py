"""A folder of IMDb's datasets that tests can corrupt, and a platform with a separate lake."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from imdb_assets.definitions import definitions_for
from imdb_assets.materialization.table_asset import FORCE
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.sample_world.world import write_snapshot
from imdb_assets.settings import settings_from
from imdb_assets.tables.table import Table

Fault = Callable[[bytes], bytes | None]


class DatasetLake:
    """The datasets of a small sample world, or those of a folder, and the selected assets of the platform."""

    def __init__(self, folder: Path, selection: dg.AssetSelection, *, datasets: Path | None = None) -> None:
        self.datasets = datasets or folder / "datasets"
        if datasets is None:
            write_snapshot(self.datasets, movies=60, seed=1)
        self.folder = folder
        self.selection = selection
        self.set_date("2025-01-01")

    def set_date(self, day: str) -> None:
        """Set the snapshot date of the datasets for all later requests."""
        variables = {
            "IMDB_ENV": "local",
            "IMDB_DATASETS_URL": self.datasets.as_uri() + "/",
            "IMDB_SNAPSHOT_DATE": day,
            "LAKE_URI": str(self.folder / "lake"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.folder / 'mlflow.db'}",
            "SPARK_MASTER": "local[2]",
        }
        self.definitions = definitions_for(settings_from(variables))
        delta = self.definitions.resources["delta"]
        assert isinstance(delta, DeltaLake)
        self.delta = delta

    def run(self, *, force: bool = False) -> dg.ExecuteInProcessResult:
        graph = self.definitions.get_repository_def().asset_graph
        with dg.DagsterInstance.ephemeral() as instance:
            job = self.definitions.resolve_job_def("whole_platform")
            return job.execute_in_process(
                asset_selection=sorted(self.selection.resolve(graph)),
                instance=instance,
                raise_on_error=False,
                tags={FORCE: "true"} if force else {},
            )

    def versions(self, tables: Iterable[Table]) -> dict[str, list[int]]:
        return {table.name: self.delta.commits(table.path) for table in tables}

    @contextmanager
    def corrupted(self, faults: Mapping[str, Fault]) -> Iterator[None]:
        """Corrupt datasets until the block ends. A fault that returns None deletes the file."""
        contents = {name: (self.datasets / name).read_bytes() for name in faults}
        try:
            for name, fault in faults.items():
                content = fault(contents[name])
                if content is None:
                    (self.datasets / name).unlink()
                else:
                    (self.datasets / name).write_bytes(content)
            yield
        finally:
            for name, content in contents.items():
                (self.datasets / name).write_bytes(content)


def with_unreadable_rows(data: bytes) -> bytes:
    """Corrupt the ids of the first 20 rows."""
    header, *rows = gzip.decompress(data).splitlines(keepends=True)
    return gzip.compress(b"".join([header, *(b"?" + row if n < 20 else row for n, row in enumerate(rows))]))


def without_last_row(data: bytes) -> bytes:
    return gzip.compress(b"".join(gzip.decompress(data).splitlines(keepends=True)[:-1]))


def failure_message(result: dg.ExecuteInProcessResult) -> str:
    """The message of the check that fails a run with a refused dataset, which must be the only failed step."""
    (event,) = [event for event in result.all_events if event.is_step_failure]
    assert "every_dataset_was_accepted" in str(event.step_key)
    data = event.step_failure_data.user_failure_data
    message = (data.description if data else None) or ""
    [check] = [check for check in result.get_asset_check_evaluations() if check.check_name == str(event.step_key)]
    assert (check.passed, check.description) == (False, message)
    return message

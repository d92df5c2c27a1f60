"""Compare the tables from landing to gold with imdb-sqlite and DuckDB, on datasets in IMDb's shape.

All contenders read the same files, one after another. The result is a section of docs/performance.md.
"""

import argparse
import shutil
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.contenders import (
    PEER,
    SNAPSHOT_DATE,
    Run,
    differing_rows,
    install_imdb_sqlite,
    run_duckdb,
    run_imdb_sqlite,
    run_platform,
)
from benchmarks.duckdb_queries import GOLD, SILVER
from benchmarks.imdb_shape.write import write_datasets
from benchmarks.processes import Measured, size_of
from benchmarks.results import markdown_table, record
from imdb_assets.settings import DATA
from imdb_assets.tables.bronze import DATASETS

FOLDER = DATA / "bench"
# Growth is measured at these fractions of the requested scale.
GROWTH = (0.1, 0.3)
_DIFFERENCES = f"""{PEER} loads six of the datasets into an SQLite file with its indices. It leaves out `title.crew`
and has no silver or gold tables. DuckDB writes the seven bronze tables, and from them the same silver and gold tables,
as zstd Parquet. It does not look for repeated keys, checks nothing, and takes the baseline ratings, a regression
without an SQL form, from the platform. The platform lands the files, checks all rows and commits all tables to
Delta."""
BRONZE = tuple(table.asset_name for table in DATASETS.values())


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The runs of one benchmark.

    Attributes:
        scale: Fraction of IMDb's full set.
        rows: Rows of each dataset.
        generated: Seconds and bytes of the generated datasets.
        first: First run of the platform.
        unchanged: Its second run on the same datasets.
        next_day: Its third run, after one row in a hundred of each dataset has changed.
        duckdb: Run of DuckDB.
        sqlite: Run of imdb-sqlite.
        differences: Number of rows of each table that differ between the platform and DuckDB.
        growth: Cost of the platform's first run by scale.
    """

    scale: float
    rows: dict[str, int]
    generated: tuple[float, int]
    first: Run
    unchanged: Run
    next_day: Run
    duckdb: Run
    sqlite: Run
    differences: dict[str, int]
    growth: dict[float, Measured]


def main() -> None:
    """Run all contenders and record the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.01, help="fraction of IMDb's full set")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="also run the peers")
    parser.add_argument("--growth", action=argparse.BooleanOptionalAction, default=True, help="also run smaller scales")
    arguments = parser.parse_args()
    if not arguments.peers:
        _run_alone(arguments.scale)
        return
    comparison = compare(arguments.scale)
    _record(comparison)
    if arguments.growth:
        comparison = replace(comparison, growth=comparison.growth | growth(arguments.scale))
        _record(comparison)
    print(report(comparison))


def _run_alone(scale: float) -> None:
    datasets, rows, _ = _datasets(scale)
    folder = FOLDER / "runs" / "platform"
    shutil.rmtree(folder, ignore_errors=True)
    _announce(f"{sum(rows.values()):,} rows; the platform")
    first, unchanged = _first_day(folder, datasets)
    next_day = _next_day(folder, scale)
    text = report_alone(first, unchanged, next_day, n_rows=sum(rows.values()), n_bytes=size_of(datasets))
    record(
        f"platform-{scale:g}",
        title=f"The platform alone, landing to gold, {scale:g} of IMDb",
        command=f"make bench SCALE={scale:g} PEERS=no",
        text=text,
    )
    print(text)


def report_alone(first: Run, unchanged: Run, next_day: Run, *, n_rows: int, n_bytes: int) -> str:
    """Return the results of the platform without its peers, in Markdown.

    Args:
        first: First run of the platform.
        unchanged: Its second run on the same datasets.
        next_day: Its third run, after one row in a hundred of each dataset has changed.
        n_rows: Rows of the datasets.
        n_bytes: Bytes of the packed datasets.
    """
    generated = (
        f"{n_rows:,} rows in seven `.tsv.gz` files ({n_bytes / 1e6:,.0f} MB), generated in IMDb's shape. Memory is the "
        "highest sum over all processes while an asset was made. The seven datasets are loaded in parallel."
    )
    rows = [
        [
            name, f"{run.measured.seconds:,.0f}", f"{n_rows / run.measured.seconds:,.0f}",
            f"{run.measured.cpu_seconds:,.0f}", f"{run.measured.peak_bytes / 2**30:.2f}",
            f"{run.disk_bytes / 1e6:,.0f}",
        ]
        for name, run in {"landing to gold": first, "unchanged": unchanged, "1% changed": next_day}.items()
    ]  # fmt: skip
    headings = ("run", "seconds", "rows/s", "CPU seconds", "peak memory, GiB", "disk, MB")
    assets = []
    for name, seconds in first.seconds.items():
        n, end = first.rows.get(name, 0), first.finished[name]
        peak = first.measured.peak_bytes_between(end - seconds - 1, end + 1)
        assets.append([name, f"{n:,}", f"{seconds:.1f}", f"{n / max(seconds, 0.01):,.0f}", f"{peak / 2**30:.2f}"])
    table = markdown_table(("asset", "rows", "seconds", "rows/s", "peak memory, GiB"), assets)
    return "\n\n".join([generated, markdown_table(headings, rows), table])


def compare(scale: float) -> Comparison:
    """Run all contenders at a scale.

    Args:
        scale: Fraction of IMDb's full set.
    """
    datasets, rows, seconds = _datasets(scale)
    runs = FOLDER / "runs"
    shutil.rmtree(runs, ignore_errors=True)
    runs.mkdir(parents=True)
    _announce(f"{sum(rows.values()):,} rows; imdb-sqlite")
    sqlite = run_imdb_sqlite(install_imdb_sqlite(FOLDER / "imdb-sqlite"), runs / "imdb-sqlite", datasets)
    # Nothing else reads the database, and it is larger than the lake.
    shutil.rmtree(runs / "imdb-sqlite")
    _announce(f"imdb-sqlite took {sqlite.measured.seconds:.0f} s; the platform")
    first, unchanged = _first_day(runs / "platform", datasets)
    lake = runs / "platform" / "lake"
    _announce("DuckDB")
    peer = run_duckdb(runs / "duckdb", datasets, lake=lake)
    differences = differing_rows(runs / "duckdb", lake=lake)
    next_day = _next_day(runs / "platform", scale)
    return Comparison(
        scale=scale, rows=rows, generated=(seconds, size_of(datasets)), first=first, unchanged=unchanged,
        next_day=next_day, duckdb=peer, sqlite=sqlite, differences=differences, growth={scale: first.measured},
    )  # fmt: skip


def growth(scale: float) -> dict[float, Measured]:
    """Run the platform at fractions of a scale and return the cost of each run, by scale.

    Args:
        scale: The scale that has already been measured.
    """
    costs = {}
    for fraction in GROWTH:
        datasets, _, _ = _datasets(scale * fraction)
        _announce(f"the platform at {scale * fraction:g}")
        costs[scale * fraction] = run_platform(FOLDER / "runs" / f"platform-{fraction}", datasets).measured
    return costs


def report(result: Comparison) -> str:
    """Return the results in Markdown."""
    n_rows = sum(result.rows.values())
    seconds, size = result.generated
    generated = (
        f"{n_rows:,} rows in seven `.tsv.gz` files ({size / 1e6:,.0f} MB), generated in IMDb's shape by "
        f"`benchmarks/imdb_shape/` in {seconds:.0f} s ({n_rows / seconds:,.0f} rows/s). The contenders ran one after "
        "another on the same files. CPU seconds are the processor time of all processes of a contender, "
        "which depends less on other load. Memory is the highest sum over these processes."
    )
    layers = "### Layers\n\nSeconds of the first run, summed over the tables of a layer."
    tables = "### Tables\n\nThe platform loads the seven datasets in parallel, so their seconds overlap."
    parts = [generated, _whole(result, n_rows), _DIFFERENCES, layers, _layers(result), tables, _tables(result)]
    return "\n\n".join([*parts, _growth(result.growth)])


def _whole(result: Comparison, n_rows: int) -> str:
    ours = result.first.measured
    named = {
        "platform, landing to gold": result.first,
        "platform, unchanged": result.unchanged,
        "platform, 1% changed": result.next_day,
        "imdb-sqlite": result.sqlite,
        "DuckDB, bronze to gold": result.duckdb,
    }
    rows = []
    for name, run in named.items():
        seconds = run.measured.seconds
        loaded = n_rows - result.rows["title.crew"] if run is result.sqlite else n_rows
        is_peer = run in (result.sqlite, result.duckdb)
        cost = run.measured
        ratios = (ours.seconds / cost.seconds, ours.cpu_seconds / cost.cpu_seconds) if is_peer else ()
        rows.append(
            [
                name, f"{seconds:.1f}", f"{loaded / seconds:,.0f}", f"{cost.cpu_seconds:.1f}",
                " / ".join(f"{ratio:.1f}" for ratio in ratios), f"{cost.peak_bytes / 2**30:.2f}",
                f"{run.disk_bytes / 1e6:,.0f}",
            ]
        )  # fmt: skip
    headings = (
        "contender", "seconds", "rows/s", "CPU seconds", "platform / peer, seconds and CPU", "peak memory, GiB",
        "disk, MB",
    )  # fmt: skip
    return markdown_table(headings, rows)


def _layers(result: Comparison) -> str:
    peer = result.duckdb.seconds
    datasets = sum(peer[name] for name in BRONZE)
    run, start = result.first.run_seconds or 0.0, result.first.measured.seconds - (result.first.run_seconds or 0.0)
    later = {name: spent for name, spent in result.first.seconds.items() if name.startswith(("silver_", "gold_"))}
    ours = run - sum(later.values())
    rows = [["start of Python and Dagster", f"{start:.1f}", "", ""], _compared("landing and bronze", ours, datasets)]
    for layer, names in (("silver", SILVER), ("gold", GOLD)):
        assets = [f"{layer}_{name}" for name in names]
        rows.append(_compared(layer, sum(later[name] for name in assets), sum(peer[name] for name in assets)))
    others = sum(spent for name, spent in later.items() if name not in peer)
    rows.append(["other silver and gold tables", f"{others:.1f}", "", ""])
    return markdown_table(("layer", "platform, s", "DuckDB, s", "ratio"), rows)


def _tables(result: Comparison) -> str:
    rows = []
    for name, spent in result.first.seconds.items():
        peer = result.duckdb.seconds.get(name)
        n_rows = result.first.rows.get(name, 0)
        differing = f"{result.differences[name]:,}" if name in result.differences else ""
        numbers = ["", "", ""] if peer is None else [f"{peer:.2f}", f"{spent / max(peer, 0.01):.1f}", differing]
        rows.append([name, f"{n_rows:,}", f"{spent:.1f}", *numbers])
    return markdown_table(("asset", "rows", "platform, s", "DuckDB, s", "ratio", "differing rows"), rows)


def _growth(costs: dict[float, Measured]) -> str:
    if len(costs) == 1:
        return ""
    scales = sorted(costs)
    exponents = {
        name: float(np.polyfit(np.log(scales), np.log([getattr(costs[scale], name) for scale in scales]), 1)[0])
        for name in ("seconds", "cpu_seconds")
    }
    rows = [[f"{scale:g}", f"{costs[scale].seconds:.1f}", f"{costs[scale].cpu_seconds:.1f}"] for scale in scales]
    return (
        f"### Growth\n\nThe platform's time from landing to gold grows with the power {exponents['seconds']:.2f} of "
        f"the number of rows, its processor time with the power {exponents['cpu_seconds']:.2f}. At small scales the "
        "constant part dominates: the start of Spark, and a commit for each table.\n\n"
        + markdown_table(("scale", "seconds", "CPU seconds"), rows)
    )


def _compared(name: str, ours: float, peer: float) -> list[str]:
    return [name, f"{ours:.1f}", f"{peer:.1f}", f"{ours / max(peer, 0.01):.1f}"]


def _first_day(folder: Path, datasets: Path) -> tuple[Run, Run]:
    first = run_platform(folder, datasets)
    _announce(f"the platform took {first.measured.seconds:.0f} s; again, unchanged")
    return first, run_platform(folder, datasets)


def _next_day(folder: Path, scale: float) -> Run:
    datasets, _, _ = _datasets(scale, is_next_day=True)
    _announce("the platform, after 1% of the rows has changed")
    return run_platform(folder, datasets, snapshot_date=SNAPSHOT_DATE + timedelta(days=1))


def _datasets(scale: float, *, is_next_day: bool = False) -> tuple[Path, dict[str, int], float]:
    folder = FOLDER / "datasets" / f"{scale:g}{'-next-day' if is_next_day else ''}"
    _announce(f"generating {scale:g} of IMDb")
    shutil.rmtree(folder, ignore_errors=True)
    start = time.perf_counter()
    rows = write_datasets(folder, scale=scale, is_next_day=is_next_day)
    return folder, rows, time.perf_counter() - start


def _record(comparison: Comparison) -> None:
    record(
        f"landing-to-gold-{comparison.scale:g}",
        title=f"Landing to gold, {comparison.scale:g} of IMDb",
        command=f"make bench SCALE={comparison.scale:g}",
        text=report(comparison),
    )


def _announce(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text} ...", flush=True)


if __name__ == "__main__":
    main()

"""The report of the comparison from landing to gold."""

from dataclasses import replace

from benchmarks.contenders import Run
from benchmarks.duckdb_queries import GOLD, SILVER
from benchmarks.landing_to_gold import BRONZE, Comparison, report, report_alone
from benchmarks.processes import Measured
from imdb_assets.tables.bronze import DATASETS

COMPUTED = (*BRONZE, *(f"silver_{name}" for name in SILVER), *(f"gold_{name}" for name in GOLD))


def _measured(seconds):
    return Measured(
        code=0, seconds=seconds, cpu_seconds=2 * seconds, memory=((1000.0, 2**30), (1010.0, 2**29)), output=""
    )


def _run(wall, **values):
    return Run(measured=_measured(wall), disk_bytes=5_000_000, **values)


COMPARISON = Comparison(
    scale=0.1,
    rows=dict.fromkeys(DATASETS, 1000),
    generated=(2.0, 3_000_000),
    first=_run(100.0, seconds=dict.fromkeys(COMPUTED, 2.0), rows=dict.fromkeys(COMPUTED, 1000), run_seconds=90.0),
    unchanged=_run(5.0),
    next_day=_run(80.0),
    duckdb=_run(25.0, seconds=dict.fromkeys(COMPUTED, 0.5)),
    sqlite=_run(50.0),
    differences={"silver_movies": 3},
    growth={0.1: _measured(100.0)},
)


def test_the_report_has_the_ratio_to_each_peer():
    text = report(COMPARISON)
    assert "| imdb-sqlite | 50.0 | 120 | 100.0 | 2.0 / 2.0 | 1.00 | 5 |" in text
    assert "| DuckDB, bronze to gold | 25.0 | 280 | 50.0 | 4.0 / 4.0 | 1.00 | 5 |" in text
    assert "| platform, 1% changed | 80.0 | 88 | 160.0 |" in text
    assert "| silver | 16.0 | 4.0 | 4.0 |" in text


def test_the_report_lists_the_rows_that_differ():
    assert "| silver_movies | 1,000 | 2.0 | 0.50 | 4.0 | 3 |" in report(COMPARISON)


def test_growth_is_the_exponent_of_the_time():
    assert "### Growth" not in report(COMPARISON)
    costs = {scale: _measured(1000 * scale) for scale in (0.01, 0.03, 0.1)}
    assert "grows with the power 1.00 of" in report(replace(COMPARISON, growth=costs))


def test_the_memory_of_an_asset_is_the_highest_while_it_was_made():
    run = _run(20.0, seconds={"a": 3.0, "b": 4.0}, rows={"a": 30}, finished={"a": 1003.0, "b": 1012.0})
    text = report_alone(run, _run(2.0), _run(15.0), n_rows=200, n_bytes=3_000_000)
    assert "| landing to gold | 20 | 10 | 40 | 1.00 | 5 |" in text
    assert "| a | 30 | 3.0 | 10 | 1.00 |" in text
    assert "| b | 0 | 4.0 | 0 | 0.50 |" in text

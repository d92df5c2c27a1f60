import logging
from collections.abc import Iterator

import dagster as dg
import pytest

from imdb_assets.materialization.dagster_warnings import hide_untrue_warnings


@dg.multi_asset(
    specs=[dg.AssetSpec("table", skippable=True)],
    check_specs=[dg.AssetCheckSpec("is_round", asset="table", blocking=True)],
    can_subset=True,
)
def refused() -> Iterator[dg.MaterializeResult]:
    yield from ()


@dg.asset(deps=["table"])
def downstream() -> None:
    raise AssertionError("A skipped step is not run.")


def test_a_skipped_step_is_not_said_to_proceed(caplog: pytest.LogCaptureFixture) -> None:
    hide_untrue_warnings()
    with caplog.at_level(logging.WARNING):
        assert dg.materialize([refused, downstream]).success
        logging.getLogger("dagster._core.execution.plan.active").warning("Something else")
    assert "without gating" not in caplog.text
    assert "Something else" in caplog.text

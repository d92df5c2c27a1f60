import ast
import io
import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

import imdb_assets
from imdb_assets.materialization.checked_commit import SKIPPED_MESSAGE
from imdb_assets.materialization.progress import ERRORS_WITHOUT_TRACE, ProgressHandler, failure_causes
from imdb_assets.resources.delta import TableMissing


def printed(*assets: dg.AssetsDefinition) -> str:
    stream = io.StringIO()

    @dg.logger
    def progress(_: dg.InitLoggerContext) -> object:
        logger = logging.Logger("test.progress", level=logging.DEBUG)  # noqa: LOG001
        logger.addHandler(ProgressHandler(stream))
        return logger

    job = dg.define_asset_job("all_assets", selection="*")
    definitions = dg.Definitions(assets=assets, jobs=[job], loggers={"progress": progress})
    with dg.DagsterInstance.ephemeral() as instance:
        definitions.resolve_job_def("all_assets").execute_in_process(
            run_config={"loggers": {"progress": {}}}, instance=instance, raise_on_error=False
        )
    return stream.getvalue()


@dg.asset
def written() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"dagster/row_count": 1234, "seconds": 2.5})


@dg.asset
def unchanged(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("3 MB written")
    context.log.warning("a warning")
    return dg.MaterializeResult(metadata={"dagster/row_count": 5, "seconds": 0.0, "is_unchanged": True})


@dg.multi_asset(
    specs=[dg.AssetSpec("checked")], check_specs=[dg.AssetCheckSpec("is_round", asset="checked", blocking=False)]
)
def checked() -> Iterator[dg.MaterializeResult]:
    result = dg.AssetCheckResult(check_name="is_round", passed=False, description="It is flat.")
    yield dg.MaterializeResult(check_results=[result])


@dg.multi_asset(specs=[dg.AssetSpec("warned")], check_specs=[dg.AssetCheckSpec("is_full", asset="warned")])
def warned() -> Iterator[dg.MaterializeResult]:
    warning = dg.AssetCheckSeverity.WARN
    result = dg.AssetCheckResult(check_name="is_full", passed=False, severity=warning, description="It is half full.")
    yield dg.MaterializeResult(check_results=[result])


@dg.asset
def skipped(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("%s It stays at version 3.", SKIPPED_MESSAGE)
    return dg.MaterializeResult(metadata={"dagster/row_count": 5, "seconds": 0.0, "is_unchanged": True})


@dg.asset
def broken() -> None:
    raise TableMissing("silver_things has no table yet: materialize silver_things first.")


@dg.asset(deps=[broken])
def after_broken() -> None: ...


@dg.asset
def faulty() -> None:
    raise KeyError("tconst")


def test_an_asset_is_one_line_with_its_rows_and_its_duration():
    lines = printed(written, unchanged).splitlines()
    assert f"  ✓ {'written':<30}      1,234 rows     2.5 s" in lines
    assert f"  ✓ {'unchanged':<30}          5 rows   unchanged" in lines
    assert lines.index("  … 3 MB written") + 1 == lines.index("  ! a warning")
    assert len(lines) == 4


def test_a_failed_check_is_one_line_with_its_description():
    assert "  ✗ checked: check is_round failed. It is flat.\n" in printed(checked)


def test_a_check_that_only_warns_looks_like_a_warning():
    assert "  ! warned: check is_full warns. It is half full.\n" in printed(warned)


def test_an_unchanged_table_is_one_line():
    assert printed(skipped).splitlines() == [f"  ✓ {'skipped':<30}          5 rows   unchanged"]


def test_a_known_error_is_printed_as_its_message_and_downstream_steps_are_skipped():
    text = printed(broken, after_broken)
    assert "  ✗ broken failed: silver_things has no table yet: materialize silver_things first.\n" in text
    assert "  - after_broken skipped: an asset that it depends on was not materialized\n" in text
    assert "Traceback" not in text
    assert "test_progress.py" not in text


def test_an_unknown_error_is_printed_with_its_stack_trace():
    text = printed(faulty)
    assert "KeyError: 'tconst'" in text
    assert "test_progress.py" in text


def test_the_causes_of_a_failed_run_are_listed_once_without_traces_and_warnings():
    assets = [written, checked, warned, broken, after_broken, faulty]
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize(assets, instance=instance, raise_on_error=False)
    assert not run.success
    assert sorted(failure_causes(run.all_events)) == [
        "broken failed: silver_things has no table yet: materialize silver_things first.",
        "checked: check is_round failed. It is flat.",
        "faulty failed: KeyError: 'tconst'",
    ]


def test_errors_shown_without_their_trace_exist() -> None:
    nodes = [
        node
        for path in Path(imdb_assets.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    assert ERRORS_WITHOUT_TRACE - classes == {"ValueError"}

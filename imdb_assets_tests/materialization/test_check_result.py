import dagster as dg
import pytest

from imdb_assets.materialization.check_result import check_result, failing_without_retry
from imdb_assets.rating_model.evaluation.missingness import MissingnessGain

BAD = MissingnessGain(n_films=100, ridge_rmse=1.0, missingness_rmse=0.9)


@pytest.mark.parametrize(
    ("is_warning", "severity"), [(False, dg.AssetCheckSeverity.ERROR), (True, dg.AssetCheckSeverity.WARN)]
)
def test_a_finding_is_reported_with_its_reason_and_numbers(
    severity: dg.AssetCheckSeverity, *, is_warning: bool
) -> None:
    result = check_result("absence_tells_nothing", BAD, is_warning=is_warning, metadata={"version": "7"})
    assert (result.passed, result.severity, result.description) == (False, severity, BAD.reason)
    assert {name: value.value for name, value in result.metadata.items()} == {**BAD.numbers, "version": "7"}


def test_an_expected_error_fails_the_step_with_its_message_and_without_a_retry() -> None:
    with pytest.raises(dg.Failure) as failed, failing_without_retry(LookupError):
        raise KeyError("no such film")
    assert failed.value.description == "'no such film'"
    assert not failed.value.allow_retries


def test_an_unexpected_error_is_not_turned_into_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), failing_without_retry(LookupError):
        _ = 1 / 0

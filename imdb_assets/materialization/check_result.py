"""Asset check results from findings, and expected errors as failed steps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import dagster as dg


class Finding(Protocol):
    """The result of an evaluation that a check reports."""

    @property
    def passed(self) -> bool:
        """Whether the check passes."""
        ...

    @property
    def reason(self) -> str | None:
        """The result in words."""
        ...

    @property
    def numbers(self) -> Mapping[str, Any]:
        """Numbers behind the result, by name; lists and dictionaries are shown as JSON."""
        ...


def check_result(
    name: str, finding: Finding, *, is_warning: bool = False, metadata: Mapping[str, Any] | None = None
) -> dg.AssetCheckResult:
    """Report a finding as the result of an asset check.

    Args:
        name: Name of the check.
        finding: The result in one sentence.
        is_warning: Whether a failed check is a warning instead of an error.
        metadata: Shown in addition to the finding's numbers, such as charts.

    Returns:
        The result.
    """
    return dg.AssetCheckResult(
        check_name=name,
        passed=finding.passed,
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        description=finding.reason,
        metadata={**finding.numbers, **(metadata or {})},
    )


@contextmanager
def failing_without_retry(*errors: type[Exception]) -> Iterator[None]:
    """Turn errors that a retry cannot fix into a failed step whose description is the error's message."""
    try:
        yield
    except errors as error:
        raise dg.Failure(str(error), allow_retries=False) from None

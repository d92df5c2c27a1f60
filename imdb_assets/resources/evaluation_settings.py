"""The protocol's settings: which years test the model."""

import re

import dagster as dg


class EvaluationSettings(dg.ConfigurableResource):
    """How models are compared."""

    test_years: str | None = None

    @property
    def test_range(self) -> tuple[int, int] | None:
        """First and last test year; None for the last three mature years that have rated films.

        :raises ValueError: when TEST_YEARS is neither a year nor a range of years.
        """
        if not self.test_years:
            return None
        years = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", self.test_years.strip())
        if years is None or int(years[2] or years[1]) < int(years[1]):
            message = f"TEST_YEARS must be a year or a range as 2019-2021, not {self.test_years!r} (see .env.example)"
            raise ValueError(message)
        return int(years[1]), int(years[2] or years[1])

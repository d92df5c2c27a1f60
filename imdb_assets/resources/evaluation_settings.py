"""Settings for the evaluation of the rating model."""

import re

import dagster as dg

from imdb_assets.rating_model.training.splits import MATURE_AFTER_YEARS


class EvaluationSettings(dg.ConfigurableResource):
    """The years on which models are tested."""

    test_years: str | None = None
    """TEST_YEARS: a year or a range such as `2019-2021`."""

    @property
    def test_range(self) -> tuple[int, int] | None:
        """First and last test year; None means the last three mature years that have rated films.

        Raises:
            ValueError: If TEST_YEARS is neither a year nor an ascending range of years.
        """
        if not self.test_years:
            return None
        years = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", self.test_years.strip())
        if years is None or int(years[2] or years[1]) < int(years[1]):
            raise ValueError(
                f"TEST_YEARS must be a year or a range such as 2019-2021, not {self.test_years!r} (see .env.example)"
            )
        return int(years[1]), int(years[2] or years[1])

    def require_possible_years(self, *, this_year: int) -> None:
        """Refuse test years without a film that has been rated long enough.

        Raises:
            ValueError: If TEST_YEARS is neither a year nor an ascending range of years, or begins too late.
        """
        if self.test_range and self.test_range[0] > (last := this_year - MATURE_AFTER_YEARS):
            raise ValueError(
                f"TEST_YEARS must begin in {last} or earlier, not {self.test_years!r}: ratings count as final "
                f"{MATURE_AFTER_YEARS} years after the year of release (see .env.example)"
            )

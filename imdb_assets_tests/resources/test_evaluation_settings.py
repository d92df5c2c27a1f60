import pytest

from imdb_assets.resources.evaluation_settings import EvaluationSettings


@pytest.mark.parametrize(
    ("test_years", "test_range"), [(None, None), ("2021", (2021, 2021)), (" 2019-2021 ", (2019, 2021))]
)
def test_test_years_are_a_year_or_a_range(test_years: str | None, test_range: tuple[int, int] | None) -> None:
    assert EvaluationSettings(test_years=test_years).test_range == test_range


@pytest.mark.parametrize("test_years", ["2021-2019", "19-21", "2019,2021", "last"])
def test_invalid_test_years_are_rejected_with_the_expected_form(test_years: str) -> None:
    with pytest.raises(ValueError, match=f"TEST_YEARS must be a year or a range such as 2019-2021, not '{test_years}'"):
        _ = EvaluationSettings(test_years=test_years).test_range


@pytest.mark.parametrize("test_years", [None, "2024", "2024-2026"])
def test_test_years_may_begin_two_years_before_the_present_year(test_years: str | None) -> None:
    EvaluationSettings(test_years=test_years).require_possible_years(this_year=2026)


def test_test_years_without_final_ratings_are_refused_before_a_run() -> None:
    with pytest.raises(ValueError, match="TEST_YEARS must begin in 2024 or earlier, not '2025-2026'"):
        EvaluationSettings(test_years="2025-2026").require_possible_years(this_year=2026)

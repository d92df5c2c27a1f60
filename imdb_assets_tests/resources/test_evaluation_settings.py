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

"""Numbers of votes and factors as users see them."""

import pytest

from app.vote_words import about, times


@pytest.mark.parametrize(("votes", "text"), [(5.0, "5"), (1_949.0, "1,900"), (1_951.0, "2,000"), (3e6, "3,000,000")])
def test_a_number_of_votes_has_two_significant_digits(votes: float, text: str) -> None:
    assert about(votes) == text


@pytest.mark.parametrize(
    ("factor", "text"), [(0.484, "0.48"), (1.0, "1.00"), (2.1, "2.10"), (14.4, "14"), (2e3, "2,000")]
)
def test_a_factor_follows_a_multiplication_sign(factor: float, text: str) -> None:
    assert times(factor) == f"\u00d7 {text}"

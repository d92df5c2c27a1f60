"""Each title type counts as a movie, as one kind outside movies, or not at all."""

import pytest

from imdb_assets.vocabulary.title_types import KIND_OF_TYPE, MOVIE, OUTSIDE_KINDS


@pytest.mark.parametrize("title_type", [MOVIE, "tvEpisode", "videoGame"])
def test_movies_episodes_and_games_are_not_outside_titles(title_type: str) -> None:
    assert title_type not in KIND_OF_TYPE


def test_every_kind_covers_a_title_type() -> None:
    assert set(KIND_OF_TYPE.values()) == set(OUTSIDE_KINDS)


def test_a_mini_series_counts_as_a_series() -> None:
    assert KIND_OF_TYPE["tvMiniSeries"] == KIND_OF_TYPE["tvSeries"] == "series"

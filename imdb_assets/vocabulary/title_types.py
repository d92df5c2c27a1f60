"""IMDb's title types: which are movies, which are series, and how the other types count in a person's history."""

MOVIE = "movie"

TITLE_TYPES = (
    "movie", "short", "tvSeries", "tvEpisode", "tvMovie", "tvMiniSeries", "tvSpecial", "tvShort", "tvPilot", "video",
    "videoGame", "musicVideo", "podcastSeries", "podcastEpisode", "radioSeries", "radioEpisode",
)  # fmt: skip
"""Every `titleType` that IMDb uses. Another one is dropped and reported until it is added here."""

MINI_SERIES = "tvMiniSeries"

SERIES_TYPES = ("tvSeries", MINI_SERIES)

OUTSIDE_KINDS = ("series", "short", "tv_movie")
"""Kinds of titles outside movies, as a person's history distinguishes them."""

KIND_OF_TYPE = {
    **dict.fromkeys(SERIES_TYPES, "series"),
    "short": "short",
    **dict.fromkeys(("tvMovie", "video", "tvSpecial"), "tv_movie"),
}
"""Kind of each title type outside movies. Episodes are missing because they count through their series."""

"""Titles by number of votes in Dagster's UI: a chart of rated titles, and the coverage of OMDb's facts."""

import dagster as dg
import pandas as pd

from imdb_assets.materialization.plots import bars, vote_band_label

_OMDB_FACTS = ("plot", "language", "certificate")


def votes_chart(bands: pd.DataFrame) -> dg.MetadataValue:
    """Draw the number of titles per vote band, from the columns `least_votes` and `n_titles`."""
    labels = [vote_band_label(least) for least in bands["least_votes"]]
    return bars({"titles": bands["n_titles"].tolist()}, labels, title="Rated titles, by votes", unit="titles")


def coverage_result(name: str, bands: pd.DataFrame, *, many_votes: int, minimum: float) -> dg.AssetCheckResult:
    """Check that enough films with many votes have a plot; warn otherwise.

    Args:
        name: Name of the check.
        bands: One row per vote band: `least_votes`, `n_films`, and the number of films with each of OMDb's facts.
        many_votes: Votes from which films count.
        minimum: Required share of those films.

    Returns:
        The result, with a chart of the coverage by votes. Without films it passes.
    """
    many = bands[bands["least_votes"] >= many_votes]
    share = float(many["plot"].sum() / many["n_films"].sum()) if len(many) else 1.0
    numbered = zip(bands["least_votes"], bands["n_films"], strict=True)
    labels = [f"{vote_band_label(least)} ({n:,} films)" for least, n in numbered]
    shares = {fact: (bands[fact] / bands["n_films"]).tolist() for fact in _OMDB_FACTS}
    chart = bars(shares, labels, title="Films with OMDb's facts, by votes", unit="share", most=1.0)
    return dg.AssetCheckResult(
        check_name=name,
        passed=share >= minimum,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{share:.0%} of the films with {many_votes:,} votes or more have a plot. OMDb adds more every day "
        "with OMDB_API_KEY; with OMDB_RECORDED, the recording lacks the others (see .env.example).",
        metadata={"coverage": chart, "share": round(share, 4)},
    )

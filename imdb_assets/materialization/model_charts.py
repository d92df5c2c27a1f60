"""Charts of evaluations, drift and forecasts, from frames to figures and metadata."""

from collections.abc import Mapping

import dagster as dg
import pandas as pd
from matplotlib.figure import Figure

from imdb_assets.materialization.plots import (
    as_markdown,
    bars,
    calibration,
    coverage,
    predicted_and_actual,
    residuals,
)
from imdb_assets.materialization.plots import importance as shares_by_group


def candidate_figures(
    predictions: Mapping[str, pd.DataFrame], slices: pd.DataFrame, importance: pd.DataFrame
) -> dict[str, Figure]:
    """Draw calibration, residuals, coverage by slice and feature importance of one model.

    Args:
        predictions: By population, the strictest first, the model's predictions for its audience on the test films:
            `predicted_rating` and `target_rating`. Residuals are those of the first population with films.
        slices: Rows of `gold_model_slices`; the first population is drawn.
        importance: Columns `group`, `share` and, for versions that have it, `rmse_increase`.

    Returns:
        Figures by name.
    """
    by_permutation = importance.get("rmse_increase", pd.Series(dtype="float64"))
    permuted = (
        importance.assign(increase=by_permutation).dropna(subset="increase").sort_values("increase", ascending=False)
    )
    return {
        "calibration": calibration(predictions),
        "residuals": residuals(next(films for films in predictions.values() if len(films))),
        "coverage_by_slice": coverage(slices[slices["population"] == slices["population"].iloc[0]]),
        "importance": shares_by_group(importance["group"].tolist(), importance["share"].tolist()),
        "permutation_importance": shares_by_group(
            permuted["group"].tolist(),
            permuted["increase"].tolist(),
            title="Increase of the RMSE by permutation, rating points",
        ),
    }


def figures_as_metadata(figures: Mapping[str, Figure]) -> dict[str, dg.MetadataValue]:
    """Return figures as images in Markdown."""
    return {name: as_markdown(figure, alt=name.replace("_", " ")) for name, figure in figures.items()}


def forecast_chart(first_forecasts: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    """Draw the ratings of films against their first forecasts, from rows of `gold_scoreboard`. Empty without rows."""
    if first_forecasts.empty:
        return {}
    chart = predicted_and_actual(
        first_forecasts["predicted_rating"].tolist(),
        first_forecasts["average_rating"].tolist(),
        title="First forecast of each matured film",
        predicted_label="predicted rating",
        actual_label="rating today",
    )
    return {"forecast_and_outcome": chart}


def drift_chart(most_moved: Mapping[str, float]) -> dict[str, dg.MetadataValue]:
    """Draw the population stability index by feature. Empty without features."""
    if not most_moved:
        return {}
    title = f"Population stability index of the {len(most_moved)} features with the largest drift"
    return {"picture": bars({"psi": list(most_moved.values())}, list(most_moved), title=title, unit="index")}

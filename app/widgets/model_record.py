"""The record on the Model page: forecasts against outcomes, versions, and the model card."""

import pandas as pd
import streamlit as st

from app.champion import logged_rows, show_info
from app.charts.model import outcomes_chart
from app.charts.theme import show_chart
from imdb_assets.rating_model.monitoring.forecasts import first_forecasts
from imdb_assets.rating_model.monitoring.scoreboard import evaluate_forecasts
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.settings import settings


def show_forecasts(champion: Champion) -> None:
    """Show forecasts against outcomes, and open forecasts."""
    st.subheader("Forecasts and outcomes", anchor=False)
    try:
        scoreboard = logged_rows(champion, run_artifacts.SCOREBOARD_FILE)
        forecasts = logged_rows(champion, run_artifacts.FORECASTS_FILE)
    except run_artifacts.NotLoggedError:
        show_info("This version has no forecasts yet. Materialize gold_forecasts and gold_scoreboard.")
        return
    except (versions.NoChampionError, versions.RegistryUnreachableError) as error:
        show_info(str(error))
        return
    st.markdown(evaluate_forecasts(scoreboard).reason)
    if len(scoreboard):
        show_chart(outcomes_chart(first_forecasts(scoreboard)), alt="Current ratings of films against their forecasts")
    if len(forecasts):
        st.markdown(f"**{len(forecasts):,} films without a rating** have a forecast. It is scored once they are rated.")
        with st.expander("All forecasts"):
            columns = {"title": "Title", "release_year": "Year", "predicted_rating": "Expected rating",
                       "low_80": "80% from", "high_80": "80% to"}  # fmt: skip
            shown = forecasts.sort_values("predicted_rating", ascending=False)[list(columns)].rename(columns=columns)
            st.dataframe(shown.round(2), hide_index=True, alt="Forecasts of films without a rating")


def show_versions() -> None:
    """List the registered versions."""
    st.subheader("Versions", anchor=False)
    try:
        registered = versions.versions(settings().mlflow_tracking_uri)
    except versions.RegistryUnreachableError as error:
        show_info(str(error))
        return
    rows = [
        {"Version": version.version, "Alias": ", ".join(version.aliases),
         "Registered": version.created.date().isoformat(), "Snapshot": version.tags.get("snapshot_date", ""),
         "Verdict": version.tags.get("verdict", "")}
        for version in registered
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Versions of the model, newest first")


def show_card() -> None:
    """Show the model card."""
    try:
        text = run_artifacts.logged_text(settings().mlflow_tracking_uri, run_artifacts.CARD_FILE)
    except (run_artifacts.NotLoggedError, versions.NoChampionError):
        show_info("This version has no model card yet. Materialize rating_model_card.")
        return
    except versions.RegistryUnreachableError as error:
        show_info(str(error))
        return
    with st.expander("Model card"):
        st.markdown(text)

"""The page Model, its record: forecasts against outcomes, the versions, and the card."""

import pandas as pd
import streamlit as st

from app.champion import logged_rows
from app.charts.model import outcomes_picture
from app.charts.theme import show
from app.settings import read_settings
from imdb_assets.rating_model.monitoring.forecasts import first_forecasts
from imdb_assets.rating_model.monitoring.scoreboard import evaluate_forecasts
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion


def show_forecasts(champion: Champion) -> None:
    """Show how forecasts turned out, and those that are open."""
    st.subheader("What it forecast, and what happened", anchor=False)
    try:
        scoreboard = logged_rows(champion, run_artifacts.SCOREBOARD_FILE)
        forecasts = logged_rows(champion, run_artifacts.FORECASTS_FILE)
    except run_artifacts.NotLoggedError:
        st.info(
            "Its forecasts are not logged yet: materialize gold_forecasts and gold_scoreboard.", icon=":material/info:"
        )
        return
    except (versions.NoChampionError, versions.RegistryUnreachableError) as error:
        st.info(str(error), icon=":material/info:")
        return
    st.markdown(evaluate_forecasts(scoreboard).reason)
    if len(scoreboard):
        show(outcomes_picture(first_forecasts(scoreboard)), alt="Rating of films today against their forecast")
    if len(forecasts):
        st.markdown(f"**{len(forecasts):,} films without a rating** are forecast; when they have one, they are scored.")
        with st.expander("The forecasts"):
            columns = {"title": "Title", "release_year": "Year", "predicted_rating": "Expected rating",
                       "low_80": "80% from", "high_80": "80% to"}  # fmt: skip
            shown = forecasts.sort_values("predicted_rating", ascending=False)[list(columns)].rename(columns=columns)
            st.dataframe(shown.round(2), hide_index=True, alt="Forecasts of films without a rating")


def show_versions() -> None:
    """List the versions of the model, the champion among them."""
    st.subheader("Versions", anchor=False)
    try:
        found = versions.versions(read_settings().tracking_uri)
    except versions.RegistryUnreachableError as error:
        st.info(str(error), icon=":material/info:")
        return
    rows = [
        {"Version": one.version, "Is": ", ".join(one.aliases), "Made": one.created.date().isoformat(),
         "Snapshot": one.tags.get("snapshot_date", ""), "Verdict": one.tags.get("verdict", "")}
        for one in found
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Versions of the model, the newest first")


def show_card() -> None:
    """Show the model card."""
    try:
        text = run_artifacts.logged_text(read_settings().tracking_uri, run_artifacts.CARD_FILE)
    except (run_artifacts.NotLoggedError, versions.NoChampionError):
        st.info("This version has no model card yet: materialize rating_model_card.", icon=":material/info:")
        return
    except versions.RegistryUnreachableError as error:
        st.info(str(error), icon=":material/info:")
        return
    with st.expander("Model card"):
        st.markdown(text)

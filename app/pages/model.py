"""The page Model: which version answers, how well it does and where it fails, and the versions before it."""

import pandas as pd
import streamlit as st

from app.champion import champion_or_stop, logged_rows
from app.charts.model import (
    LEAKY,
    calibration_picture,
    coverage_picture,
    errors_picture,
    slice_coverage_picture,
    slices_picture,
)
from app.charts.theme import show
from app.widgets.model_record import show_card, show_forecasts, show_versions
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.leaderboard import leak_tax
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion

_NAMES = {
    "mean": "Mean of all films",
    "genre_mean": "Mean of the genres",
    "as_of_ridge": "As-of ridge",
    "as_of_ridge_with_language": "As-of ridge, language",
    "linear": "Linear, all features",
    "random_forest": "Forest, all features",
    "tfidf_forest": "TF-IDF forest",
    LEAKY: "TF-IDF forest, sees future",
    CANDIDATE_NAME: "This model",
    versions.CHAMPION: "The champion before it",
}
_POPULATIONS = {"votes_1000": "1,000 votes and more", "votes_100": "100 votes and more", "all": "All films"}
_SLICINGS = {
    "crew": "Experience of the crew", "genre": "Genre", "decade": "Decade", "language": "Language", "votes": "Votes",
    "plot": "Plot", "cast": "Cast", "predicted_quintile": "Predicted rating",
}  # fmt: skip
_FIGURES = ("name", "n", "rmse", "rmse_low", "rmse_high", "mae", "r2", "spearman", "slope", "coverage_80", "width_80")


def model_page() -> None:
    """Show the champion's figures, as its run logged them."""
    champion = champion_or_stop()
    st.title("How good is the model?")
    st.markdown(
        f"**{versions.MODEL_NAME} version {champion.version}** answers; it was measured on films that it had not seen."
    )
    leaderboard = _logged(champion, run_artifacts.LEADERBOARD_FILE)
    if leaderboard is not None:
        on_test = leaderboard[leaderboard["split"] == "test"]
        _show_leaderboard(on_test.assign(name=on_test["model"].replace(_NAMES)))
    calibration, coverage = st.columns(2, gap="large")
    predictions = _logged(champion, run_artifacts.PREDICTIONS_FILE)
    with calibration:
        if predictions is not None:
            is_shown = (predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == "test")
            _show_calibration(predictions[is_shown])
    with coverage:
        if leaderboard is not None and "coverage_80" in leaderboard:
            _show_coverage(leaderboard[(leaderboard["split"] == "test") & (leaderboard["model"] == CANDIDATE_NAME)])
    slices = _logged(champion, run_artifacts.SLICES_FILE)
    if slices is not None:
        _show_slices(slices)
    show_forecasts(champion)
    show_versions()
    show_card()


def _logged(champion: Champion, file: str) -> pd.DataFrame | None:
    try:
        return logged_rows(champion, file)
    except (run_artifacts.NotLoggedError, versions.NoChampionError, versions.RegistryUnreachableError) as error:
        st.info(str(error), icon=":material/info:")
        return None


def _show_leaderboard(rows: pd.DataFrame) -> None:
    st.subheader("Leaderboard", anchor=False)
    found = [name for name in _POPULATIONS if name in set(rows["population"])]
    population = st.segmented_control(
        "Films", found, default=found[0], format_func=lambda name: _POPULATIONS[name], key="model_population",
        help="By how many people rated them: the more, the surer the rating.", required=True,
    )  # fmt: skip
    shown = rows[rows["population"] == (population or found[0])].sort_values("rmse")
    said = "; ".join(f"{row['name']} {row['rmse']:.2f}" for row in shown.to_dict("records"))
    show(errors_picture(shown), alt=f"RMSE of each model: {said}")
    if tax := _leak_tax(shown):
        st.markdown(tax)
    with st.expander("The figures"):
        columns = [name for name in _FIGURES if name in shown]
        st.dataframe(shown[columns].round(3), hide_index=True, alt="Figures of every model")


def _leak_tax(rows: pd.DataFrame) -> str | None:
    tax = leak_tax(rows)
    if tax is None:
        return None
    return (
        f"**Leak tax: {tax:.2f} rating points.** That much better the same recipe looks when its facts about people "
        "come from films that were not made yet. It is the only row that could not be had before release."
    )


def _show_calibration(films: pd.DataFrame) -> None:
    st.subheader("Is it right on average?", anchor=False)
    show(calibration_picture(films), alt="Mean rating against mean prediction in ten groups")
    st.caption("Test films in ten groups by what was predicted; on the dotted line predictions are right on average.")


def _show_coverage(rows: pd.DataFrame) -> None:
    st.subheader("Do the intervals hold?", anchor=False)
    rows = rows.assign(name=rows["population"].replace(_POPULATIONS))
    show(coverage_picture(rows), alt="Share of films within their 80% and 90% intervals")
    said = rows.iloc[0]
    st.caption(
        f"Dots on their lines are intervals that mean what they say. Of {said['n']:,} films, "
        f"{said['coverage_80']:.0%} lie in their 80% interval, which is {said['width_80']:.1f} points wide on average."
    )


@st.fragment
def _show_slices(slices: pd.DataFrame) -> None:
    st.subheader("Where does it err most?", anchor=False)
    strictest = slices[slices["population"] == slices["population"].iloc[0]]
    found = [name for name in _SLICINGS if name in set(strictest["slice_by"])]
    by = st.selectbox("Films by", found, format_func=lambda name: _SLICINGS[name], key="model_slicing", width=320)
    rows = strictest[strictest["slice_by"] == by]
    rows = rows.assign(name=rows["slice"] + " (" + rows["n"].map("{:,}".format) + ")")
    errors, coverage = st.columns(2, gap="large")
    with errors:
        show(slices_picture(rows), alt=f"RMSE by {by}")
    with coverage:
        show(slice_coverage_picture(rows), alt=f"Coverage of the 80% interval by {by}")
    st.caption(
        "In brackets, how many test films; thin lines are 95% intervals. The upright line is four films of five."
    )


if __name__ == "__main__":
    model_page()

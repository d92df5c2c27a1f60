"""The Model page: the current version, its accuracy overall and by kind of film, and earlier versions."""

import pandas as pd
import streamlit as st

from app.champion import champion_or_stop, logged_rows, show_info
from app.charts.model import (
    LEAKY,
    calibration_chart,
    coverage_chart,
    errors_chart,
    importance_chart,
    residuals_chart,
    slice_coverage_chart,
    slices_chart,
)
from app.charts.theme import show_chart
from app.widgets.model_record import show_card, show_forecasts, show_versions
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.leaderboard import leak_tax
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.explanation import LABELS
from imdb_assets.vocabulary.audiences import AUDIENCE_OF

_NAMES = {
    "mean": "Mean of all films",
    "genre_mean": "Mean of the genres",
    "as_of_ridge": "As-of ridge",
    "as_of_ridge_with_language": "As-of ridge, language",
    "linear": "Linear, all features",
    "random_forest": "Forest, all features",
    "tfidf_forest": "TF-IDF forest",
    LEAKY: "TF-IDF forest, leaky",
    CANDIDATE_NAME: "This model",
    versions.CHAMPION: "Previous champion",
}
_POPULATIONS = {"votes_1000": "1,000 or more votes", "votes_100": "100 or more votes", "all": "All films"}
_SLICINGS = {
    "crew": "Experience of the crew", "genre": "Genre", "decade": "Decade", "language": "Language", "votes": "Votes",
    "plot": "Plot", "cast": "Cast", "predicted_quintile": "Predicted rating",
}  # fmt: skip
_METRICS = ("name", "n", "rmse", "rmse_low", "rmse_high", "mae", "r2", "spearman", "slope", "coverage_80", "width_80")


def model_page() -> None:
    """Show the champion's metrics, as its run logged them."""
    champion = champion_or_stop()
    st.title("How good is the model?")
    st.markdown(f"**{versions.MODEL_NAME} version {champion.version}** is in use. Metrics are measured on test films.")
    leaderboard = _logged(champion, run_artifacts.LEADERBOARD_FILE)
    if leaderboard is not None:
        on_test = leaderboard[leaderboard["split"] == "test"]
        _show_leaderboard(on_test.assign(name=on_test["model"].replace(_NAMES)))
    calibration, coverage = st.columns(2, gap="large")
    predictions = _logged(champion, run_artifacts.PREDICTIONS_FILE)
    with calibration:
        if predictions is not None:
            is_shown = (predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == "test")
            _show_calibration(_of_audience(predictions[is_shown], _population()))
    with coverage:
        if leaderboard is not None and "coverage_80" in leaderboard:
            _show_coverage(leaderboard[(leaderboard["split"] == "test") & (leaderboard["model"] == CANDIDATE_NAME)])
    errors, facts = st.columns(2, gap="large")
    with errors:
        if predictions is not None:
            _show_residuals(_of_audience(predictions[is_shown], _population()))
    with facts:
        importance = _logged(champion, run_artifacts.IMPORTANCE_FILE)
        if importance is not None and "rmse_increase" in importance:
            _show_importance(importance)
    slices = _logged(champion, run_artifacts.SLICES_FILE)
    if slices is not None:
        _show_slices(_of_population(slices, _population()))
    show_forecasts(champion)
    show_versions()
    show_card()


def _population() -> str:
    """Return the population that the leaderboard shows."""
    return st.session_state.get("model_population") or next(iter(_POPULATIONS))


def _of_population(rows: pd.DataFrame, population: str) -> pd.DataFrame:
    """Return the rows of a population, or of the strictest one that there is."""
    known = set(rows["population"])
    return rows[rows["population"] == next(name for name in (population, *_POPULATIONS) if name in known)]


def _of_audience(predictions: pd.DataFrame, population: str) -> pd.DataFrame:
    """Return the predictions for a population's audience; all of them for a version without audiences."""
    if "audience" not in predictions or predictions["audience"].isna().all():
        return predictions
    return predictions[predictions["audience"] == AUDIENCE_OF[population]]


def _logged(champion: Champion, file: str) -> pd.DataFrame | None:
    try:
        return logged_rows(champion, file)
    except (run_artifacts.NotLoggedError, versions.NoChampionError, versions.RegistryUnreachableError) as error:
        show_info(str(error))
        return None


def _show_leaderboard(rows: pd.DataFrame) -> None:
    st.subheader("Leaderboard", anchor=False)
    populations = [name for name in _POPULATIONS if name in set(rows["population"])]
    population = st.segmented_control(
        "Films", populations, default=populations[0], format_func=lambda name: _POPULATIONS[name],
        key="model_population", required=True,
        help="By number of votes. Each audience has its own ratings. The charts below follow this choice.",
    )  # fmt: skip
    shown = rows[rows["population"] == (population or populations[0])].sort_values("rmse")
    described = "; ".join(f"{row['name']} {row['rmse']:.2f}" for row in shown.to_dict("records"))
    show_chart(errors_chart(shown), alt=f"RMSE of each model: {described}")
    own = shown[shown["model"] == CANDIDATE_NAME]
    if len(own):
        st.markdown(
            f"**On films that it had not seen, the model is typically off by {own['mae'].iloc[0]:.1f} rating points.**"
        )
    if sentence := _leak_tax(shown):
        st.markdown(sentence)
    with st.expander("All metrics"):
        columns = [name for name in _METRICS if name in shown]
        st.dataframe(shown[columns].round(3), hide_index=True, alt="Metrics of every model")


def _leak_tax(rows: pd.DataFrame) -> str | None:
    tax = leak_tax(rows)
    if tax is None:
        return None
    return (
        f"**Leak tax: {tax:.2f} rating points.** The TF-IDF forest looks this much better when its features about "
        "people include later films. Only the leaky row uses information that does not exist before a film's release."
    )


def _show_calibration(films: pd.DataFrame) -> None:
    st.subheader("Calibration", anchor=False)
    show_chart(calibration_chart(films), alt="Mean actual rating against mean prediction in ten groups")
    st.caption("Test films in ten groups by predicted rating. On the dotted line, predictions are right on average.")


def _show_residuals(films: pd.DataFrame) -> None:
    st.subheader("Errors by predicted rating", anchor=False)
    show_chart(residuals_chart(films), alt="Mean error and the range of four fifths of the errors in ten groups")
    st.caption("The line is the mean error, the band holds four fifths of the test films.")


def _show_importance(rows: pd.DataFrame) -> None:
    st.subheader("What the model needs", anchor=False)
    rows = rows.sort_values("rmse_increase", ascending=False)
    named = rows.assign(name=rows["group"].map(LABELS).fillna(rows["group"]))
    show_chart(importance_chart(named), alt="Increase of the RMSE when each group of facts is shuffled among films")
    st.caption("How much larger the errors get when these facts are shuffled among the test films.")


def _show_coverage(rows: pd.DataFrame) -> None:
    st.subheader("Coverage of the intervals", anchor=False)
    rows = rows.assign(name=rows["population"].replace(_POPULATIONS))
    show_chart(coverage_chart(rows), alt="Share of films within their 80% and 90% intervals")
    first = rows.iloc[0]
    st.caption(
        "Intervals are calibrated where the dots lie on their lines. "
        f"{first['coverage_80']:.0%} of {first['n']:,} films are within their 80% interval, "
        f"which is {first['width_80']:.1f} points wide on average."
    )


@st.fragment
def _show_slices(slices: pd.DataFrame) -> None:
    st.subheader("Errors by kind of film", anchor=False)
    slicings = [name for name in _SLICINGS if name in set(slices["slice_by"])]
    by = st.selectbox("Films by", slicings, format_func=lambda name: _SLICINGS[name], key="model_slicing", width=320)
    rows = slices[slices["slice_by"] == by]
    rows = rows.assign(name=rows["slice"] + " (" + rows["n"].map("{:,}".format) + ")")
    errors, coverage = st.columns(2, gap="large")
    with errors:
        show_chart(slices_chart(rows), alt=f"RMSE by {by}")
    with coverage:
        show_chart(slice_coverage_chart(rows), alt=f"Coverage of the 80% interval by {by}")
    st.caption("The numbers in brackets count test films. Thin lines are 95% intervals. The vertical line marks 80%.")


if __name__ == "__main__":
    model_page()

"""The Model page: the current version, its accuracy overall and by kind of film, and earlier versions."""

import pandas as pd
import streamlit as st

from app.champion import champion_or_stop, logged_rows, show_info
from app.charts.model import LEAKY, errors_chart, slice_coverage_chart, slices_chart
from app.charts.theme import show_chart
from app.widgets.model_record import show_card, show_forecasts, show_versions
from app.widgets.model_statistics import (
    MODEL_NAMES,
    Logged,
    accuracy_panels,
    distinct_populations,
    input_panels,
    of_population,
    time_panels,
    votes_panels,
)
from app.widgets.panels import show_panels
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME, CHAMPION_NAME, STATISTICS
from imdb_assets.rating_model.evaluation.metrics import paired_rmse_difference
from imdb_assets.rating_model.evaluation.predictions import TEST, rows_of_population
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import Champion

_FILES = (
    run_artifacts.LEADERBOARD_FILE, run_artifacts.SLICES_FILE, run_artifacts.PREDICTIONS_FILE,
    run_artifacts.IMPORTANCE_FILE, *map(run_artifacts.statistics_file, STATISTICS),
)  # fmt: skip
_ON_DEMAND = {run_artifacts.BACKTEST_FILE: "backtest", run_artifacts.ABLATION_FILE: "ablation"}
_SLICINGS = {
    "crew": "Experience of the crew", "genre": "Genre", "decade": "Decade", "language": "Language", "votes": "Votes",
    "plot": "Plot", "cast": "Cast", "predicted_quintile": "Predicted rating",
}  # fmt: skip
_METRICS = ("name", "n", "rmse", "rmse_low", "rmse_high", "mae", "r2", "spearman", "slope", "coverage_80", "width_80")


def model_page() -> None:
    """Show the champion's metrics, as its run logged them."""
    champion = champion_or_stop()
    st.title("How good is the model?")
    logged, missing = _logged(champion)
    population = ""
    if run_artifacts.LEADERBOARD_FILE in logged:
        leaderboard = logged[run_artifacts.LEADERBOARD_FILE]
        on_test = leaderboard[leaderboard["split"] == TEST]
        _show_summary(champion, on_test)
        population = _show_leaderboard(on_test.assign(name=on_test["model"].replace(MODEL_NAMES)), logged)
    show_panels([*accuracy_panels(logged, population)])
    if run_artifacts.SLICES_FILE in logged:
        _show_slices(of_population(logged[run_artifacts.SLICES_FILE], population))
    show_panels([*input_panels(logged, population), *time_panels(logged, population)])
    show_panels([*votes_panels(logged)])
    _show_missing(champion, missing)
    show_forecasts(champion)
    show_versions()
    show_card()


def _logged(champion: Champion) -> tuple[Logged, list[str]]:
    """Return the files that the champion's run logged, and the names of the others."""
    logged, missing = {}, []
    for file in (*_FILES, *_ON_DEMAND, run_artifacts.DRIFT_FILE):
        try:
            logged[file] = logged_rows(champion, file)
        except run_artifacts.NotLoggedError:
            missing.append(file)
        except (versions.NoChampionError, versions.RegistryUnreachableError) as error:
            show_info(str(error))
            break
    return logged, missing


def _show_missing(champion: Champion, missing: list[str]) -> None:
    if files := [file for file in missing if file in _FILES]:
        show_info(run_artifacts.not_logged(champion.version, *files))
    if names := [name for file, name in _ON_DEMAND.items() if file in missing]:
        jobs = f"job {names[0]}" if len(names) == 1 else f"jobs {' and '.join(names)}"
        show_info(
            f"There is no {' and no '.join(names)} yet. Run the {jobs} in Dagster, then materialize rating_model_card."
        )


def _show_summary(champion: Champion, on_test: pd.DataFrame) -> None:
    in_use = f"{versions.MODEL_NAME} version {champion.version} is in use."
    own = on_test[on_test["model"] == CANDIDATE_NAME]
    if own.empty:
        st.markdown(in_use)
        return
    strictest = of_population(own, "").iloc[0]
    off_by = f"typically off by {strictest['mae']:.1f} rating points"
    st.markdown(f"**On films that it had not seen, the model is {off_by}.** {in_use}")


def _show_leaderboard(rows: pd.DataFrame, logged: Logged) -> str:
    """Show the leaderboard of the population that the user chooses, and return that population."""
    st.subheader("Leaderboard", anchor=False)
    populations = distinct_populations(rows)
    population = st.segmented_control(
        "Films", [*populations], default=next(iter(populations)), format_func=lambda name: populations[name],
        key="model_population", required=True,
        help="By number of votes. Each audience has its own ratings. The charts below follow this choice.",
    ) or next(iter(populations))  # fmt: skip
    shown = rows[rows["population"] == population].sort_values("rmse")
    described = "; ".join(f"{row['name']} {row['rmse']:.2f}" for row in shown.to_dict("records"))
    show_chart(errors_chart(shown), alt=f"RMSE of each model: {described}")
    if explanation := better_baselines(shown, logged, population):
        st.markdown(explanation)
    with st.expander("All metrics"):
        columns = [name for name in _METRICS if name in shown]
        st.dataframe(shown[columns].round(3), hide_index=True, alt="Metrics of every model")
    return population


def better_baselines(shown: pd.DataFrame, logged: Logged, population: str) -> str:
    """Return why each baseline without leaks whose RMSE is lower than the champion's is not the champion."""
    own = shown[shown["model"] == CANDIDATE_NAME]
    if own.empty or run_artifacts.PREDICTIONS_FILE not in logged:
        return ""
    better = shown[(shown["rmse"] < own["rmse"].iloc[0]) & ~shown["model"].isin([LEAKY, CHAMPION_NAME])]
    predictions = logged[run_artifacts.PREDICTIONS_FILE]
    tested = predictions[predictions["split"] == TEST]
    ratings = {
        model: rows_of_population(tested[tested["model"] == model], population).set_index("tconst")
        for model in (CANDIDATE_NAME, *better["model"])
    }
    sentences = []
    for row in better.to_dict("records"):
        champion, other = ratings[CANDIDATE_NAME], ratings[row["model"]]
        together = champion.join(other["predicted_rating"], rsuffix="_other", how="inner")
        if together.empty:
            continue
        _, low, high = paired_rmse_difference(
            together["target_rating"].to_numpy(),
            together["predicted_rating_other"].to_numpy(),
            together["predicted_rating"].to_numpy(),
        )
        by_chance = "which may be chance" if high >= 0 else "more than chance explains"
        sentences.append(
            f"**{row['name']}** has a smaller RMSE on these {len(together):,} films, {by_chance}: the 95% interval of "
            f"the difference is {low:+.3f} to {high:+.3f}."
        )
    if sentences:
        sentences.append(
            f"Baselines are for comparison and never become champion: only {versions.MODEL_NAME} has a rating for each "
            "audience, calibrated intervals and reasons."
        )
    return " ".join(sentences)


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

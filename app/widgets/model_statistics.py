"""The panels of the Model page: what a data scientist expects to see of a version, from the files of its run."""

from collections.abc import Iterator, Mapping

import pandas as pd

from app.charts import model as charts
from app.charts import model_statistics as statistics
from app.widgets.panels import Panel
from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    LEAK_TAX,
    LEARNING_CURVE,
    PARTIAL_DEPENDENCE,
    PIT,
    VOTES_CALIBRATION,
    VOTES_LEADERBOARD,
)
from imdb_assets.rating_model.evaluation.leaderboard import leak_taxes, populations_of_same_films
from imdb_assets.rating_model.evaluation.predictions import rows_of_population
from imdb_assets.rating_model.monitoring.drift import DRIFTED_PSI
from imdb_assets.rating_model.registry.run_artifacts import (
    ABLATION_FILE,
    BACKTEST_FILE,
    DRIFT_FILE,
    IMPORTANCE_FILE,
    LEADERBOARD_FILE,
    PREDICTIONS_FILE,
    statistics_file,
)
from imdb_assets.rating_model.serving.explanation import LABELS

MODEL_NAMES = {
    "mean": "Mean of all films",
    "genre_mean": "Mean of the genres",
    "decade_mean": "Mean of the decade",
    "as_of_ridge": "As-of ridge",
    "as_of_ridge_with_language": "As-of ridge, language",
    "linear": "Linear, all features",
    "random_forest": "Forest, all features",
    "tfidf_forest": "TF-IDF forest",
    charts.LEAKY: "TF-IDF forest, leaky",
    CANDIDATE_NAME: "This model",
    "champion": "Previous champion",
}
POPULATION_NAMES = {"votes_1000": "1,000 or more votes", "votes_100": "100 or more votes", "all": "All films"}
Logged = Mapping[str, pd.DataFrame]
"""Rows by the name of the file that the version's run logged."""
_MOST_DRIFTED = 10
_FACTS = {
    "runtime_minutes": ("Running time", "Running time, minutes"),
    "release_year": ("Release year", "Release year"),
}


def of_population(rows: pd.DataFrame, population: str) -> pd.DataFrame:
    """Return the rows of a population, or of the strictest one that there is."""
    known = set(rows["population"])
    return rows[rows["population"] == next(name for name in (population, *POPULATION_NAMES) if name in known)]


def accuracy_panels(logged: Logged, population: str) -> Iterator[Panel]:
    """Return calibration, residuals, coverage and distribution on the test films of a population."""
    if PREDICTIONS_FILE in logged:
        predictions = logged[PREDICTIONS_FILE]
        tested = predictions[(predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == "test")]
        films = rows_of_population(tested, population)
        if len(films):
            yield Panel(
                "Calibration",
                charts.calibration_chart(films),
                "Mean actual rating against mean prediction in ten groups",
                "Test films in ten groups by predicted rating. On the dotted line, predictions are right on average.",
            )
            yield Panel(
                "Errors by predicted rating",
                charts.residuals_chart(films),
                "Mean error and the range of four fifths of the errors in ten groups",
                "The line is the mean error, the band holds four fifths of the test films.",
            )
    if LEADERBOARD_FILE in logged and "coverage_80" in logged[LEADERBOARD_FILE]:
        yield _coverage(logged[LEADERBOARD_FILE], population)
    if (file := statistics_file(PIT)) in logged:
        yield Panel(
            "Predicted distribution",
            statistics.pit_chart(of_population(logged[file], population)),
            "Share of test films by the tenth of their predicted distribution that holds the rating",
            "Probability integral transform: a tenth of the films belongs to each tenth of its predicted "
            "distribution. High ends mean intervals that are too narrow, a slope means a bias.",
        )


def input_panels(logged: Logged, population: str) -> Iterator[Panel]:
    """Return what the model needs: permutation importance, ablation and partial dependence."""
    if IMPORTANCE_FILE in logged and "rmse_increase" in logged[IMPORTANCE_FILE]:
        rows = logged[IMPORTANCE_FILE].sort_values("rmse_increase", ascending=False)
        yield Panel(
            "What the model needs",
            charts.importance_chart(rows.assign(name=rows["group"].map(LABELS).fillna(rows["group"]))),
            "Increase of the RMSE when each group of facts is shuffled among films",
            "How much larger the errors get when these facts are shuffled among test films (permutation importance).",
        )
    if ABLATION_FILE in logged:
        rows = of_population(logged[ABLATION_FILE], population).sort_values("rmse_difference", ascending=False)
        yield Panel(
            "Without a group of facts",
            statistics.ablation_chart(rows.assign(name=rows["left_out"].map(LABELS).fillna(rows["left_out"]))),
            "Increase of the RMSE when the model is fitted without each group of facts",
            "How much larger the errors get when the default recipe is fitted without these facts (ablation).",
        )
    if (file := statistics_file(PARTIAL_DEPENDENCE)) in logged:
        rows = of_population(logged[file], population)
        for fact, (title, label) in _FACTS.items():
            own = rows[rows["fact"] == fact]
            if len(own):
                yield Panel(
                    title,
                    statistics.dependence_chart(own, label=label, is_year=fact == "release_year"),
                    f"Mean predicted rating by {title.lower()}",
                    "Mean predicted rating of test films if all of them had this value (partial dependence). "
                    "It describes the model and not a cause.",
                )


def time_panels(logged: Logged, population: str) -> Iterator[Panel]:
    """Return how errors depend on films and years: learning curve, leak tax, backtest and drift."""
    if (file := statistics_file(LEARNING_CURVE)) in logged:
        yield Panel(
            "More films",
            statistics.learning_chart(of_population(logged[file], population)),
            "RMSE on the test films by number of training films",
            "Learning curve: errors on the test films after fitting on random shares of the training films.",
        )
    if (file := statistics_file(LEAK_TAX)) in logged and len(logged[file]):
        overall = leak_taxes(logged[LEADERBOARD_FILE]) if LEADERBOARD_FILE in logged else {}
        shown = f" In all test years: {overall[population]:.2f} points." if population in overall else ""
        yield Panel(
            "Leak tax by year",
            statistics.leak_tax_chart(of_population(logged[file], population)),
            "Leak tax of each test year",
            "How much better the TF-IDF forest looks when its features about people include later films. Only that "
            f"baseline uses information that does not exist before a film's release.{shown}",
        )
    if BACKTEST_FILE in logged and len(logged[BACKTEST_FILE]):
        rows = of_population(logged[BACKTEST_FILE], population).sort_values("test_year")
        yield Panel(
            "Backtest: errors",
            statistics.years_chart(rows.assign(name=rows["model"].replace(MODEL_NAMES))),
            "RMSE of the model and of baselines by test year",
            "Each year is predicted by the default recipe fitted on earlier years. The band is the 95% interval. Thin "
            "lines are the mean, the mean of the genres and the as-of ridges.",
        )
        if rows["coverage_80"].notna().any():
            yield Panel(
                "Backtest: intervals",
                statistics.coverage_years_chart(rows),
                "Coverage of the 80% interval by test year",
                "The line marks 80%. The band is the 95% interval of the coverage.",
            )
    if DRIFT_FILE in logged:
        yield from _drift(logged[DRIFT_FILE])


def votes_panels(logged: Logged) -> Iterator[Panel]:
    """Return how well the number of votes is predicted."""
    board, calibration = (statistics_file(name) for name in (VOTES_LEADERBOARD, VOTES_CALIBRATION))
    if board in logged:
        rows = logged[board].sort_values("rmse")
        own = rows[rows["model"] == CANDIDATE_NAME].iloc[0]
        explained = (
            f"The model explains {own['r2']:.0%} of the variance of log(1 + votes) (R2)"
            if own["r2"] > 0
            else "The model predicts votes no better than their mean does"
        )
        yield Panel(
            "Number of votes",
            charts.errors_chart(rows.assign(name=rows["model"].replace(MODEL_NAMES)), unit="log(1 + votes)"),
            "RMSE of the logarithm of the votes for the model and its baselines",
            f"{explained}, and its 80% interval covers {own['coverage_80']:.0%} of {own['n']:,} test films.",
        )
    if calibration in logged:
        rows = logged[calibration]
        yield Panel(
            "Chance of an audience",
            statistics.votes_calibration_chart(rows[rows["model"] == CANDIDATE_NAME]),
            "Share of films that reached 100 and 1,000 votes against the predicted probability",
            "Test films in ten groups by predicted probability. On the dotted line, probabilities are right.",
        )


def _coverage(leaderboard: pd.DataFrame, population: str) -> Panel:
    rows = leaderboard[(leaderboard["split"] == "test") & (leaderboard["model"] == CANDIDATE_NAME)]
    rows = rows[rows["population"].isin(distinct_populations(rows))]
    first = of_population(rows, population).iloc[0]
    return Panel(
        "Coverage of the intervals",
        charts.coverage_chart(rows.assign(name=rows["population"].replace(POPULATION_NAMES))),
        "Share of films within their 80% and 90% intervals",
        "Intervals are calibrated where the dots lie on their lines. "
        f"{first['coverage_80']:.0%} of {first['n']:,} films are within their 80% interval, "
        f"which is {first['width_80']:.1f} points wide on average.",
    )


def _drift(rows: pd.DataFrame) -> Iterator[Panel]:
    compared = rows[~rows["is_calendar"] & rows["psi"].notna()]
    most = compared.sort_values(["psi", "feature"], ascending=[False, True])[:_MOST_DRIFTED]
    if most.empty:
        return
    n_drifted = int((compared["psi"] > DRIFTED_PSI).sum())
    yield Panel(
        "Drift",
        statistics.drift_chart(most.assign(name=most["feature"].str.replace("_", " ")), drifted_from=DRIFTED_PSI),
        "Population stability index of the features that moved most",
        f"{n_drifted} of {len(compared)} features {'has' if n_drifted == 1 else 'have'} drifted (index above "
        f"{DRIFTED_PSI}) between the training films and {int(rows['n_recent'].max()):,} recent films.",
    )


def distinct_populations(rows: pd.DataFrame) -> dict[str, str]:
    """Return the populations to choose from, with their names; populations of the same films are one.

    Args:
        rows: Leaderboard rows on the test films.

    Returns:
        Names by population, the strictest first. Of populations with equally many films, which are the same films, the
        strictest remains: its audience is that of the films.
    """
    n_films = rows.groupby("population")["n"].max()
    return {
        names[0]: POPULATION_NAMES[names[0]]
        if len(names) == 1
        else f"{POPULATION_NAMES[names[-1]]} (each has {POPULATION_NAMES[names[0]]})"
        for names in populations_of_same_films({str(name): int(n) for name, n in n_films.items()})
    }

"""The model card (Mitchell et al. 2019, doi:10.1145/3287560.3287596), written from the evaluation of a version."""

from collections.abc import Mapping

import pandas as pd
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    LEARNING_CURVE,
    VOTES_LEADERBOARD,
)
from imdb_assets.rating_model.evaluation.leaderboard import figure_text, figures_markdown
from imdb_assets.rating_model.registry.evaluated_version import EvaluatedVersion
from imdb_assets.rating_model.registry.run_artifacts import CARD_FILE, ORIGIN_FILE, NotLoggedError, dict_of_run
from imdb_assets.rating_model.registry.versions import CHAMPION, version_of

_SHOWN_SLICES = ("crew", "decade", "language", "plot", "cast", "predicted_quintile")
_FIGURES = ("rmse", "rmse_low", "rmse_high", "mae", "r2", "slope", "bias", "coverage_80", "width_80")
_VOTES_FIGURES = ("rmse", "rmse_low", "rmse_high", "r2", "bias", "coverage_80", "width_80",
                  "probability_100_error", "probability_1000_error")  # fmt: skip
_GROUPS_OF_MAKERS = ("language", "crew", "genre", "decade")
_MINIMUM_GROUP_FILMS, _NOTICEABLE_BIAS, _LEAST_COVERAGE = 100, 0.15, 0.74
_PURPOSE = (
    "**Purpose.** Predicts the IMDb rating of a film that does not exist yet from facts known before its release, with "
    "prediction intervals. It is meant for comparing drafts, not for judging people. Commercial use is not allowed "
    "because IMDb's data are for personal and non-commercial use."
)
_EVALUATION = (
    "**Evaluation.** Temporal: the features of a film use only films of strictly earlier years. Those films enter with "
    "today's ratings because IMDb publishes no history. Modelling choices used the year before the test, calibration "
    "and intervals were measured on the three years before it, and the test films were used once. The registered model "
    "was then refitted through the last mature year."
)


def log_champion_card(tracking_uri: str) -> tuple[str, str] | None:
    """Write the champion's model card and log it to the champion's run.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The champion's version and the card's Markdown; None without a champion.

    Raises:
        NotLoggedError: The champion's run logged no evaluation.
    """
    registered = version_of(tracking_uri, CHAMPION)
    if registered is None:
        return None
    champion, client = EvaluatedVersion(tracking_uri, registered), MlflowClient(tracking_uri)
    card = model_card(
        version=champion.version,
        tags={**_logged_origin(champion), **champion.tags},
        parameters=client.get_run(champion.run_id).data.params,
        leaderboard=champion.leaderboard,
        slices=champion.slices,
        statistics=_logged_statistics(champion),
    )
    client.log_text(champion.run_id, card, CARD_FILE)
    return champion.version, card


def _logged_statistics(champion: EvaluatedVersion) -> Mapping[str, pd.DataFrame]:
    try:
        return champion.statistics
    except NotLoggedError:
        # Versions from before these tables.
        return {}


def _logged_origin(champion: EvaluatedVersion) -> Mapping[str, str]:
    try:
        return dict_of_run(champion.tracking_uri, champion.registered, ORIGIN_FILE)
    except NotLoggedError:
        # Earlier releases recorded the origin as tags only.
        return {}


def model_card(
    *,
    version: str,
    tags: Mapping[str, str],
    parameters: Mapping[str, str],
    leaderboard: pd.DataFrame,
    slices: pd.DataFrame,
    statistics: Mapping[str, pd.DataFrame],
) -> str:
    """Write a model card: purpose, data, evaluation, figures and limits.

    Args:
        version: Number of the version.
        tags: The version's origin and tags: `snapshot_date`, Delta versions of tables, and the gate's verdict.
        parameters: The parameters of its run.
        leaderboard: Rows of `gold_model_leaderboard`.
        slices: Rows of `gold_model_slices`.
        statistics: Rows of the tables `STATISTICS` by name; empty if the run logged none.

    Returns:
        Markdown.
    """
    test = leaderboard[leaderboard["split"] == "test"]
    own = test[test["model"] == CANDIDATE_NAME]
    tables = [
        f"{name.removeprefix('delta_version.')} {tags[name]}" for name in sorted(tags) if "delta_version." in name
    ]
    settings = ", ".join(f"{name} {value}" for name, value in sorted(parameters.items()) if name != "dagster_run_id")
    data = (
        f"**Data.** IMDb's snapshot of {tags.get('snapshot_date', 'an unknown date')} with plots, languages, countries "
        f"and certificates from OMDb. Tables and their Delta versions: {', '.join(tables) or 'not recorded'}."
    )
    parts = [
        f"# imdb_rating, version {version}",
        _PURPOSE,
        data,
        _EVALUATION,
        f"**Recipe.** {settings}.",
        f"**Verdict.** {tags.get('verdict', 'not judged')}: {tags.get('reason', '-')}",
        "## Test films",
        figures_markdown(own, ("population", "n", *_FIGURES)),
        "### Compared with baselines, on the films with the most votes",
        _comparison(test, own),
        "## By slice",
        figures_markdown(_shown(slices), ("slice_by", "slice", "n", *_FIGURES)),
        "## Worse off",
        _worse_off(own, slices),
        "## Number of training films",
        _learning_curve(statistics.get(LEARNING_CURVE)),
        "## Number of votes",
        _votes(statistics.get(VOTES_LEADERBOARD)),
        "## Limits",
        _limits(own),
    ]
    return "\n\n".join(parts) + "\n"


def _comparison(test: pd.DataFrame, own: pd.DataFrame) -> str:
    if own.empty:
        return ""
    return figures_markdown(test[test["population"] == own["population"].iloc[0]], ("model", "n", *_FIGURES))


def _shown(slices: pd.DataFrame) -> pd.DataFrame:
    population = slices["population"].iloc[0] if len(slices) else ""
    return slices[(slices["population"] == population) & slices["slice_by"].isin(_SHOWN_SLICES)]


def _limits(own: pd.DataFrame) -> str:
    slope = figure_text(own["slope"].iloc[0]) if len(own) else "-"
    limits = [
        (
            "- Predictions for very good and very bad films lie closer to the mean than their ratings, because facts "
            f"known before release do not reveal extremes. The slope of targets on predictions is {slope}, so do not "
            "stretch predictions."
        ),
        "- Ratings of new films fall for about a year, and tastes change: predictions for new films are least certain.",
        "- The history of people uses today's ratings of their films, not the ratings at the time.",
    ]
    limits += [
        f"- For the audience of the population {row['population']}, the 80% interval covers "
        f"{figure_text(row['coverage_80'])} and is {figure_text(row['width_80'])} points wide."
        for row in own.to_dict("records")
    ]
    return "\n".join(limits)


def _worse_off(own: pd.DataFrame, slices: pd.DataFrame) -> str:
    """Return the kinds of films for which the model is clearly worse than on average, from the slices."""
    lines = []
    for overall in own.to_dict("records"):
        films = slices[(slices["population"] == overall["population"]) & slices["slice_by"].isin(_GROUPS_OF_MAKERS)]
        films = films[films["n"] >= _MINIMUM_GROUP_FILMS].sort_values("rmse", ascending=False)
        for row in films.to_dict("records"):
            harm = [
                f"errors are larger (RMSE {row['rmse']:.2f} instead of {overall['rmse']:.2f})"
                if row["rmse_low"] > overall["rmse_high"]
                else "",
                f"ratings are too {'high' if row['bias'] > 0 else 'low'} by {abs(row['bias']):.2f} on average"
                if abs(row["bias"]) > _NOTICEABLE_BIAS
                else "",
                f"the 80% interval covers only {row['coverage_80']:.0%}"
                if row["coverage_80"] is not None and row["coverage_80"] < _LEAST_COVERAGE
                else "",
            ]
            if named := ", ".join(text for text in harm if text):
                kind = f"{overall['population']}, {row['slice_by']} {row['slice']} ({row['n']:,} films)"
                lines.append(f"- {kind}: {named}.")
    return "\n".join(lines) or "No language, experience, genre or decade with enough test films is clearly worse off."


def _learning_curve(rows: pd.DataFrame | None) -> str:
    if rows is None or rows.empty:
        return "The run logged no learning curve."
    strictest = rows[rows["population"] == rows["population"].iloc[0]]
    table = figures_markdown(strictest, ("population", "n_training_films", "rmse", "rmse_low", "rmse_high", "r2"))
    return f"Errors on the test films of models fitted on random shares of the training films.\n\n{table}"


def _votes(rows: pd.DataFrame | None) -> str:
    if rows is None or rows.empty:
        return "The run logged no metrics of the votes model."
    own = rows[rows["model"] == CANDIDATE_NAME].iloc[0]
    summary = (
        f"On {own['n']:,} test films, R2 of log(1 + votes) is {own['r2']:.3f}, RMSE {own['rmse']:.3f}; the 80% "
        f"interval covers {own['coverage_80']:.3f}. In ten bins, the probability of reaching 100 votes is off by at "
        f"most {own['probability_100_error']:.1%}, that of 1,000 votes by {own['probability_1000_error']:.1%}. The "
        "baselines predict the same films in the same way."
    )
    return f"{summary}\n\n{figures_markdown(rows.sort_values('rmse'), ('model', 'n', *_VOTES_FIGURES))}"

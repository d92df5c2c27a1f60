"""The model card (Mitchell et al. 2019, doi:10.1145/3287560.3287596), written from what a version's run measured."""

from collections.abc import Mapping

import pandas as pd

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME

_SHOWN_SLICES = ("crew", "decade", "language", "plot", "cast", "predicted_quintile")


def model_card(
    *,
    version: str,
    tags: Mapping[str, str],
    parameters: Mapping[str, str],
    leaderboard: pd.DataFrame,
    slices: pd.DataFrame,
) -> str:
    """Markdown of purpose, data, protocol, figures and limits.

    :param tags: the version's, with `snapshot_date`, Delta versions and the gate's verdict.
    :param parameters: the run's.
    :param leaderboard: rows of `gold_model_leaderboard`.
    :param slices: rows of `gold_model_slices`.
    """
    test = leaderboard[leaderboard["split"] == "test"]
    own = test[test["model"] == CANDIDATE_NAME]
    tables = [
        f"{name.removeprefix('delta_version.')} {tags[name]}" for name in sorted(tags) if "delta_version." in name
    ]
    settings = ", ".join(f"{name} {value}" for name, value in sorted(parameters.items()) if name != "dagster_run_id")
    purpose = (
        "**Purpose.** The IMDb rating to expect of a film that does not exist yet, from facts known before its "
        "release, with intervals. To compare drafts, not to judge people; not for commercial use, since IMDb's data "
        "are for personal and non-commercial use."
    )
    data = (
        f"**Data.** IMDb's snapshot of {tags.get('snapshot_date', 'an unknown day')} with OMDb's plots, languages, "
        f"countries and certificates. Tables and their Delta versions: {', '.join(tables) or 'not recorded'}."
    )
    protocol = (
        "**Protocol.** Temporal: features of a film know films of strictly earlier years only, with today's ratings of "
        "those, since IMDb publishes no history. Choices were made on the year before the test, calibration and "
        "intervals measured on the three years before it, and the test films looked at once. What answers was fitted "
        "again through the last mature year."
    )
    parts = [
        f"# imdb_rating, version {version}",
        purpose,
        data,
        protocol,
        f"**Recipe.** {settings}.",
        f"**Verdict.** {tags.get('verdict', 'not judged')}: {tags.get('reason', '-')}",
        "## Test films",
        _table(own, ("population", "n", *_FIGURES)),
        "### Beside it, on the films with the most votes",
        _table(test[test["population"] == own["population"].iloc[0]], ("model", "n", *_FIGURES)) if len(own) else "",
        "## By slice",
        _table(_shown(slices), ("slice_by", "slice", "n", *_FIGURES)),
        "## Limits",
        _limits(own, slices),
    ]
    return "\n\n".join(parts) + "\n"


_FIGURES = ("rmse", "rmse_low", "rmse_high", "mae", "r2", "slope", "bias", "coverage_80", "width_80")


def _shown(slices: pd.DataFrame) -> pd.DataFrame:
    population = slices["population"].iloc[0] if len(slices) else ""
    return slices[(slices["population"] == population) & slices["slice_by"].isin(_SHOWN_SLICES)]


def _limits(own: pd.DataFrame, slices: pd.DataFrame) -> str:
    slope = _number(own["slope"].iloc[0]) if len(own) else "-"
    middle = (
        "- Ratings of very good and very bad films are drawn to the middle: what is known before release does not tell "
        f"them. The slope of targets on predictions is {slope}, so do not stretch predictions."
    )
    limits = [
        middle,
        "- Ratings of new films still fall for about a year, and tastes drift: new films are the least certain.",
        "- People's past is their films' ratings today, not on the day.",
    ]
    limits += [
        f"- Intervals promise for films like the {own['population'].iloc[0]} they were measured on; ratings by fewer "
        f"people scatter more: of {row['population']} the 80% interval holds {_number(row['coverage_80'])}."
        for row in own.iloc[1:].to_dict("records")
    ]
    worst = _shown(slices).sort_values("rmse", ascending=False).head(3)
    limits += [
        f"- Least certain slice: {row['slice_by']} {row['slice']}, RMSE {row['rmse']:.3f} on {row['n']:,} films; its "
        f"80% interval holds {_number(row['coverage_80'])}."
        for row in worst.to_dict("records")
    ]
    return "\n".join(limits)


def _table(rows: pd.DataFrame, columns: tuple[str, ...]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_number(row[name]) for name in columns) + " |" for row in rows.to_dict("records")]
    return "\n".join(lines)


def _number(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)

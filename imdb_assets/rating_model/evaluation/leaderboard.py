"""The leaderboard on the test films, and the leak tax: the RMSE that a model gains by using future ratings."""

from collections.abc import Mapping, Sequence

import pandas as pd

from imdb_assets.rating_model.evaluation.baselines import LEAKY_TFIDF_FOREST, TFIDF_FOREST
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, TEST


def leaderboard_on_test(leaderboard: pd.DataFrame) -> pd.DataFrame:
    """Select the rows of `gold_model_leaderboard` on the test films.

    Args:
        leaderboard: Rows of `gold_model_leaderboard`.

    Returns:
        The same columns, smallest population first. Within a population the models keep their order.
    """
    return leaderboard[leaderboard["split"] == TEST].sort_values("n", kind="stable")


def populations_of_same_films(n_films: Mapping[str, int]) -> list[list[str]]:
    """Group the populations that have the same films: those with equally many.

    Args:
        n_films: Number of films by population.

    Returns:
        The groups and the populations in them, the strictest first.
    """
    groups: dict[int, list[str]] = {}
    for population in POPULATIONS:
        if population in n_films:
            groups.setdefault(n_films[population], []).append(population)
    return list(groups.values())


def leak_tax(rows: pd.DataFrame) -> float | None:
    """Return the RMSE that the leaky TF-IDF forest gains over the same forest without future ratings.

    Args:
        rows: Rows of `gold_model_leaderboard` for one split and one population.

    Returns:
        Rating points; None if one of the two forests is missing.
    """
    rmse = dict(zip(rows["model"], rows["rmse"], strict=True))
    if not {TFIDF_FOREST, LEAKY_TFIDF_FOREST} <= set(rmse):
        return None
    return float(rmse[TFIDF_FOREST] - rmse[LEAKY_TFIDF_FOREST])


def leak_taxes(leaderboard: pd.DataFrame) -> dict[str, float]:
    """Return the leak tax of each population on the test films.

    Args:
        leaderboard: Rows of `gold_model_leaderboard`.

    Returns:
        Rating points by population, smallest population first. Populations without both forests are omitted.
    """
    test = leaderboard_on_test(leaderboard)
    taxes = {name: leak_tax(test[test["population"] == name]) for name in test["population"].unique()}
    return {name: tax for name, tax in taxes.items() if tax is not None}


def figures_on_test(leaderboard: pd.DataFrame, model: str) -> dict[str, float]:
    """Return RMSE and coverage of a model on each population of the test films, as single numbers to be plotted.

    Args:
        leaderboard: Rows of `gold_model_leaderboard`.
        model: The model.

    Returns:
        Numbers such as `rmse_all` and `coverage_80_all`; missing ones are omitted.
    """
    test = leaderboard_on_test(leaderboard)
    own = test[test["model"] == model].to_dict("records")
    figures = {f"{name}_{row['population']}": row.get(name) for row in own for name in ("rmse", "coverage_80")}
    return {name: round(float(value), 4) for name, value in figures.items() if pd.notna(value)}


def leaderboard_records(leaderboard: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of `leaderboard_on_test` as dictionaries that JSON can hold: None for a missing number.

    Args:
        leaderboard: Rows of `gold_model_leaderboard`.

    Returns:
        One dictionary per population and model, with the columns of `gold_model_leaderboard`.
    """
    rows = leaderboard_on_test(leaderboard).astype(object)
    records = rows.where(rows.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in records]


def leaderboard_markdown(leaderboard: pd.DataFrame) -> str:
    """Return the test films' leaderboard and the leak tax of each population as Markdown.

    Args:
        leaderboard: Rows of `gold_model_leaderboard`.
    """
    test = leaderboard_on_test(leaderboard)
    interval = [f"{low:.3f}-{high:.3f}" for low, high in zip(test["rmse_low"], test["rmse_high"], strict=True)]
    labels = {"population": "population", "n": "films", "model": "model", "rmse": "RMSE", "interval": "95% interval",
              "mae": "MAE", "r2": "R2", "slope": "slope", "coverage_80": "80% covers"}  # fmt: skip
    table = figures_markdown(test.assign(interval=interval).rename(columns=labels), tuple(labels.values()))
    taxes = [
        f"**Leak tax** ({population}): {tax:.3f} RMSE that the leaky TF-IDF forest gains by using future ratings."
        for population, tax in leak_taxes(leaderboard).items()
    ]
    return "\n\n".join([table, *taxes])


def figures_markdown(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    """Return a Markdown table of figures, formatted by `figure_text`.

    Args:
        rows: The rows of the table.
        columns: Columns of `rows` to show, in order.
    """
    texts = pd.DataFrame({name: [figure_text(value) for value in rows[name]] for name in columns})
    return texts.to_markdown(index=False, disable_numparse=True)


def figure_text(value: object) -> str:
    """Return a number as text with three decimals or a thousands separator; "-" for a missing one."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)

"""The person history of the leaky twin: undated averages, which include ratings of later films."""

import pandas as pd

from imdb_assets.rating_model.features.history_table import HistoryTable, by_person_and_role
from imdb_assets.vocabulary.effect_estimation import VOTE_NOISE
from imdb_assets.vocabulary.roles import ROLE_LISTS


def leaky_person_history(movie_features: pd.DataFrame, baseline: pd.Series) -> HistoryTable:
    """Average each person's films over all years: later films and the predicted film itself are included.

    This is the mistake that the leak tax measures.

    Args:
        movie_features: Rows of `gold_movie_features`.
        baseline: As-of baseline rating of each row, rating points.

    Returns:
        One state per person and role, valid for every release year.
    """
    rated = movie_features["target_rating"].notna()
    films = movie_features.loc[rated].assign(effect=movie_features["target_rating"] - baseline, baseline=baseline)
    credits = pd.concat([_credits(films, column, role) for role, column in ROLE_LISTS.items()])
    in_any_role = credits.drop_duplicates(["tconst", "nconst"]).assign(role="all")
    credits = pd.concat([credits, in_any_role])
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / credits["n_votes"].clip(lower=1))
    credits = credits.assign(weight=weight, weighted=weight * credits["effect"])
    grouped = credits.groupby(["nconst", "role"], sort=True)
    history = grouped.agg(
        n_films=("weight", "size"), debut_year=("release_year", "min"), last_film_year=("release_year", "max"),
        sum_weight=("weight", "sum"), sum_weighted_effect=("weighted", "sum"), mean_rating=("target_rating", "mean"),
        mean_baseline=("baseline", "mean"), best_rating=("target_rating", "max"),
        worst_rating=("target_rating", "min"), mean_votes=("n_votes", "mean"),
    ).reset_index()  # fmt: skip
    history["rating_spread"] = grouped["target_rating"].std(ddof=0).to_numpy()
    history["last_year_rating"] = history["mean_rating"]
    for prefix in ("decayed_", "last_"):
        history[f"{prefix}sum_weight"] = history["sum_weight"]
        history[f"{prefix}sum_weighted_effect"] = history["sum_weighted_effect"]
    return by_person_and_role(history.assign(from_year=0))


def _credits(films: pd.DataFrame, column: str, role: str) -> pd.DataFrame:
    columns = ["tconst", "release_year", "target_rating", "n_votes", "effect", "baseline", column]
    exploded = films[columns].explode(column).dropna(subset=[column])
    return exploded.rename(columns={column: "nconst"}).assign(role=role)

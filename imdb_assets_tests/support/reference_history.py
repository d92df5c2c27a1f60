"""Random films and titles, and a brute-force history: every row computed from all films of strictly earlier years."""

import numpy as np
import pandas as pd

from imdb_assets.tables.history import ANYBODY, HISTORIES, STATISTIC_COLUMNS
from imdb_assets.tables.table import Table
from imdb_assets.vocabulary.effect_estimation import (
    DEFAULT_OUTSIDE_RATING,
    EFFECT_DECAY_YEARS,
    MINIMUM_OUTSIDE_TITLES,
    VOTE_NOISE,
)
from imdb_assets.vocabulary.roles import PAIRED_CAST
from imdb_assets.vocabulary.title_stems import title_stem
from imdb_assets_tests.support.films import SNAPSHOT

N_FILMS, N_TITLES = 400, 300
TITLES = ("Rust", "Rust 2", "Rust: Again", "Harbour", "Harbour Part II", "It", "Garage (Again)", "Élan", "ÉLAN 3")


def film(tconst: str, title: str, year: int, rating: float | None, votes: int | None, **lists: list[str]) -> tuple:
    columns = (tconst, title, title, year, 90.0, lists.get("genres", []), None, None, None, None)
    return (*columns, *(lists.get(name, []) for name in ("directors", "writers", "cast")), rating, votes, SNAPSHOT)


def random_films(seed: int) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Films, baselines and outside titles with few people and years, who meet often; some ratings are absent."""
    rng = np.random.default_rng(seed)

    def people(maximum: int) -> list[str]:
        return [f"nm{n}" for n in rng.choice(25, rng.integers(0, maximum + 1), replace=False)]

    def rating() -> float:
        return float(rng.integers(10, 101)) / 10

    films = [
        film(
            f"tt{n}", str(rng.choice(TITLES)), int(rng.integers(1990, 2025)), rating() if rng.random() < 0.9 else None,
            int(rng.integers(0, 90_000)) if rng.random() < 0.9 else None, directors=people(2), writers=people(3),
            cast=people(8), genres=[str(name) for name in rng.choice(["Drama", "Crime", "War"], rng.integers(0, 3))],
        )
        for n in range(N_FILMS)
    ]  # fmt: skip
    baselines = [(row[0], 5.0, float(rng.normal(6, 1))) for row in films]
    kinds = rng.choice(["series", "short", "tv_movie"], N_TITLES, p=[0.1, 0.6, 0.3])
    outside = [
        (f"tt{n}", person, str(kind), year, score, votes)
        for n, kind in enumerate(kinds)
        for year, score, votes in [(int(rng.integers(1990, 2025)), rating(), int(rng.integers(0, 9000)))]
        for person in people(4)
    ]
    return films, baselines, outside


def credited(films: list[tuple], baselines: list[tuple]) -> dict[str, list[tuple]]:
    """Key, year, rating, votes and baseline of each credit of a rated film, by table."""
    rows: dict[str, list[tuple]] = {table.name: [] for table in HISTORIES}
    baseline = {tconst: with_language for tconst, _, with_language in baselines}
    for tconst, title, _, year, _, genres, _, _, _, _, directors, writers, cast, rating, votes, _ in films:
        if rating is None:
            continue
        facts = (year, rating, votes or 0, baseline[tconst])
        people_of_film, billed = {*directors, *writers, *cast}, cast[:PAIRED_CAST]
        in_roles = {"director": directors, "writer": writers, "cast": cast, "all": people_of_film}
        rows["person_history"] += [((p, role), *facts) for role, people in in_roles.items() for p in people]
        rows["person_genre_history"] += [((p, genre), *facts) for p in people_of_film for genre in set(genres)]
        partners = {"writer": writers, "cast": billed}
        rows["pair_history"] += [((d, p, role), *facts) for d in directors
                                 for role, people in partners.items() for p in people if d != p]  # fmt: skip
        if stem := title_stem(title):
            rows["franchise_history"] += [((stem, p), *facts) for p in {*directors, *writers, *billed, ANYBODY}]
    return rows


def credited_outside(outside: list[tuple]) -> list[tuple]:
    titles = {(tconst, kind, year, rating) for tconst, _, kind, year, rating, _ in outside}
    rows = []
    for _, person, kind, year, rating, votes in outside:
        earlier = [score for _, other_kind, other_year, score in titles if other_kind == kind and other_year < year]
        baseline = np.mean(earlier) if len(earlier) >= MINIMUM_OUTSIDE_TITLES else DEFAULT_OUTSIDE_RATING
        rows.append(((person, kind), year, rating, votes, baseline))
    return rows


def brute_force(credits: list[tuple], table: Table) -> pd.DataFrame:
    frame = pd.DataFrame(credits, columns=["key", "year", "rating", "votes", "baseline"])
    rows = [
        (*key, from_year, *statistics(films[films["year"] < from_year], from_year))
        for key, films in frame.groupby("key")
        for from_year in sorted(set(films["year"] + 1))
    ]
    return pd.DataFrame(rows, columns=list(table.column_names)).set_index(list(table.primary_key))


def statistics(films: pd.DataFrame, from_year: int) -> list[float]:
    rating, votes = films["rating"], films["votes"]
    w = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / votes.clip(lower=1))
    effect, fading = rating - films["baseline"], np.exp((films["year"] - from_year) / EFFECT_DECAY_YEARS)
    last = films["year"] == films["year"].max()
    values = {
        "n_films": len(films), "n_films_last_year": last.sum(), "debut_year": films["year"].min(),
        "last_film_year": films["year"].max(), "sum_weight": w.sum(), "sum_weighted_effect": (w * effect).sum(),
        "decayed_sum_weight": (w * fading).sum(), "decayed_sum_weighted_effect": (w * fading * effect).sum(),
        "last_sum_weight": w[last].sum(), "last_sum_weighted_effect": (w * effect)[last].sum(),
        "mean_rating": rating.mean(), "last_year_rating": rating[last].mean(),
        "mean_baseline": films["baseline"].mean(),
        "vote_weighted_rating": (rating * votes).sum() / votes.sum() if votes.sum() else rating.mean(),
        "best_rating": rating.max(), "worst_rating": rating.min(), "rating_spread": rating.std(ddof=0),
        "mean_votes": votes.mean(),
    }  # fmt: skip
    return [values[column.name] for column in STATISTIC_COLUMNS]

"""A small champion trained on invented films, registered once per session and shared by all tests that read it."""

import functools
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

from imdb_assets.mlflow_files import ARTIFACTS
from imdb_assets.rating_model.evaluation.leaky_history import leaky_person_history
from imdb_assets.rating_model.features.as_of_baseline import Baseline, baseline_coefficients
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.history_table import HistoryTable
from imdb_assets.rating_model.features.matrix import features, present_blocks
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import ReleasedFilms
from imdb_assets.rating_model.registry import register, run_artifacts, versions
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.fit_votes import fit_distribution, grow_votes
from imdb_assets.rating_model.training.fitted_model import (
    UNCALIBRATED,
    AudienceRating,
)
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.text_scores import text_counts
from imdb_assets.rating_model.training.votes import VotesModel
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, WEIGHTINGS
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets_tests.support.bare_registry import new_database, promote

N_FILMS, N_PEOPLE = 900, 120
HISTORY_UNTIL, TRAINED_UNTIL = 2010, 2020
GIFTED_DIRECTOR, DULL_DIRECTOR = "nm0000001", "nm0000002"
HOMONYMS = ("nm0000003", "nm0000004")
GIFTED_NAME, DULL_NAME, HOMONYM_NAME = "Zoë Gifted", "Basil Dull", "Ana Roe"
_FIRST = ("Ida", "Omar", "Lena", "Marek", "Noor", "Sunil", "Greta", "Tomas", "Yuki", "Paulo", "Vera", "Hugo")
_LAST = ("Abbas", "Berg", "Castel", "Dorn", "Evans", "Falk", "Grimaldi", "Hara", "Ivers", "Jansen")
_WORDS = ("quiet tender luminous patient memory", "shark zombie sequel explosion revenge")


def registered_champion(folder: Path) -> str:
    """Train on invented films, register, promote; return the tracking URI of the registry made in `folder`."""
    tracking_uri = new_database(folder)
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.create_experiment("champion", artifact_location=(folder / ARTIFACTS).as_uri())
    mlflow.set_experiment("champion")
    with mlflow.start_run():
        register.register(invented_model(), alias=versions.CANDIDATE, tags={"trained_on": "invented films"})
        run_artifacts.log_rows(leaderboard(), run_artifacts.LEADERBOARD_FILE)
        mlflow.log_params(vars(Recipe()))
    promote(tracking_uri)
    return tracking_uri


@functools.cache
def invented_model() -> RatingModel:
    """Return a model with the history of the oldest films, trees of later films, and intervals of the latest."""
    films = invented_films()
    baseline = Baseline(baseline_coefficients(films))
    older = films["release_year"] < HISTORY_UNTIL
    past = films[older].reset_index(drop=True)
    past_baseline = pd.Series(baseline.rate(past, "with_language"))
    history = only_people(leaky_person_history(past, past_baseline), baseline)
    later = _rated(films[~older].reset_index(drop=True), history)
    is_trained = (later.matrix["release_year"] < TRAINED_UNTIL).to_numpy()
    held_out = later.where(~is_trained)
    recipe = Recipe(learning_rate=0.1, num_leaves=7, min_child_samples=15)
    fitted = fit(later.where(is_trained), recipe, n_rounds=dict.fromkeys(WEIGHTINGS, 60))
    fitted = replace(fitted, audiences=UNCALIBRATED | {"any": AudienceRating(BY_CERTAINTY)})
    intervals = {
        audience: fit_intervals(held_out.matrix, fitted.predict_films(held_out, audience), held_out.target_rating)
        for audience in LEAST_VOTES
    }
    trees = grow_votes(later.where(is_trained), recipe, n_rounds=60)
    votes = VotesModel(trees, *fit_distribution(held_out, np.asarray(trees.predict(held_out.matrix))))
    people = People.from_frame(invented_people(films))
    return RatingModel(fitted, history, people, intervals, released_films(films, history), votes)


def released_films(films: pd.DataFrame, history: History) -> ReleasedFilms:
    """Return films as released ones; those before the last two years are mature."""
    rows = features(films, history).assign(
        tconst=films["tconst"],
        target_rating=films["target_rating"],
        n_votes=films["n_votes"],
        is_mature=films["release_year"] < films["release_year"].max() - 1,
    )
    return ReleasedFilms.from_frames(films, rows)


def invented_films() -> pd.DataFrame:
    """Return rows of `gold_movie_features`; the rating depends on director, writer, cast, genre and plot."""
    rng = np.random.default_rng(7)
    skill = dict(zip(_nconsts(), rng.normal(0.0, 0.5, N_PEOPLE), strict=True))
    skill |= {GIFTED_DIRECTOR: 1.6, DULL_DIRECTOR: -1.6}
    rows = []
    for number in range(N_FILMS):
        director, writer = rng.choice(_nconsts()[:30]), rng.choice(_nconsts()[20:60])
        cast = rng.choice(_nconsts()[40:], size=4, replace=False)
        is_horror = rng.random() < 0.4
        quality = 6.2 + skill[director] + 0.5 * skill[writer] + 0.3 * sum(skill[name] for name in cast) - is_horror
        rows.append(
            {
                "tconst": f"tt{number:07d}",
                "title": f"Film {number}",
                "original_title": f"Film {number}",
                "release_year": int(rng.integers(1996, 2024)),
                "runtime_minutes": float(rng.integers(75, 160)),
                "genres": ["Horror"] if is_horror else ["Drama", "Romance"],
                "plot": " ".join(rng.permutation(_WORDS[is_horror].split())[:4]),
                "language": rng.choice(["English", "French"]),
                "country": None,
                "certificate": None,
                "directors": [director],
                "writers": [writer],
                "cast": list(cast),
                "target_rating": float(np.clip(quality + rng.normal(0.0, 0.3), 1.0, 10.0)),
                "n_votes": int(rng.integers(50, 5000)),
            }
        )
    return pd.DataFrame(rows)


def invented_people(films: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `gold_people_index`; two people have the same name."""
    names = dict(zip(_nconsts(), (f"{first} {last}" for last in _LAST for first in _FIRST), strict=True))
    names |= {GIFTED_DIRECTOR: GIFTED_NAME, DULL_DIRECTOR: DULL_NAME} | dict.fromkeys(HOMONYMS, HOMONYM_NAME)
    rows = []
    for number, (nconst, name) in enumerate(names.items()):
        roles = {
            role: films[films[column].map(lambda people, nconst=nconst: nconst in people)]
            for role, column in (("director", "directors"), ("writer", "writers"), ("cast", "cast"))
        }
        credited = pd.concat(roles.values()).drop_duplicates("tconst").sort_values("n_votes", ascending=False)
        rows.append(
            {
                "nconst": nconst,
                "name": name,
                "birth_year": 1940 + number % 50 if number % 5 else None,
                "professions": [role for role, movies in roles.items() if len(movies)],
                "roles": [role for role, movies in roles.items() if len(movies)],
                "n_movies": len(credited),
                "n_rated_movies": len(credited),
                "known_movies": [f"{row.title} ({row.release_year})" for row in credited.head(3).itertuples()],
            }
        )
    return pd.DataFrame(rows)


def leaderboard() -> pd.DataFrame:
    """Return two invented rows of `gold_model_leaderboard`."""
    rows = [
        {"model": name, "population": "all", "split": "test", "n": 100, "rmse": rmse, "rmse_low": rmse - 0.1,
         "rmse_high": rmse + 0.1, "mae": rmse - 0.2, "r2": 0.5, "spearman": 0.6, "slope": 1.0}
        for name, rmse in (("lightgbm", 0.8), ("mean", 1.2))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _nconsts() -> list[str]:
    return [f"nm{number:07d}" for number in range(1, N_PEOPLE + 1)]


def only_people(people: HistoryTable, baseline: Baseline) -> History:
    """Return a history with people only: genres, pairs, franchises and titles outside movies are empty."""
    empty = HistoryTable(people.table.slice(0, 0))
    return History(people, empty, empty, empty, empty, baseline)


def _rated(films: pd.DataFrame, history: History) -> RatedMovies:
    return RatedMovies(
        tconsts=films["tconst"],
        matrix=features(films, history),
        texts=films[["title", "original_title", "plot"]],
        counts=text_counts(films),
        present=present_blocks(films),
        target_rating=films["target_rating"].to_numpy("float64"),
        n_votes=films["n_votes"].to_numpy("int64"),
    )

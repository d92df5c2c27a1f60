"""A rating model with a random history, whose trees use every feature of people."""

from dataclasses import replace
from itertools import product

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.as_of_baseline import Baseline, baseline_coefficients
from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.fitted_model import AudienceRating, Calibration, FittedModel
from imdb_assets.rating_model.training.votes import REACHED_AUDIENCES, VotesModel
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, BY_VOTES
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets_tests.support.champion import invented_films, invented_people, released_films

TITLE = "The Lantern"
KNOWN = tuple(f"nm{number:07d}" for number in range(1, 41))
"""People of the model; the first thirty have a history."""
GENRES = ("Drama", "Horror", "Comedy")
NEWCOMERS = ("newcomer:Nora First", "nm0000035", "newcomer:Otto First")
"""Two with names that are not in the model, and one id without history."""
CROWD = (*KNOWN[:12], *NEWCOMERS)
DRAFT = MovieDraft(
    title=TITLE, release_year=2027, runtime_minutes=100, genres=("Drama",), language="French",
    directors=KNOWN[:2], writers=(KNOWN[1], NEWCOMERS[0]), cast=(KNOWN[4], KNOWN[0]),
)  # fmt: skip
_YEARS = (1995, 2015)
_N_FILMS, _N_ROUNDS = 3000, 60


def random_history_model() -> RatingModel:
    """Fit trees on random drafts whose targets depend on the features of every group."""
    rng = np.random.default_rng(3)
    films = invented_films()
    history = _random_history(rng, Baseline(baseline_coefficients(films)))
    drafts = drafts_frame([_random_draft(rng) for _ in range(_N_FILMS)])
    matrix = features(drafts, history)
    spread = matrix.std(ddof=0)
    standard = ((matrix - matrix.mean()) / spread.where(spread > 1e-6, np.inf)).to_numpy()
    target = np.clip(6.2 + standard @ rng.normal(0.0, 0.1, matrix.shape[1]), 1.5, 9.5)
    parameters = {
        "num_leaves": 24, "min_child_samples": 10, "feature_fraction": 0.3, "extra_trees": True, "learning_rate": 0.1,
        "deterministic": True, "num_threads": 2, "verbosity": -1,
    }  # fmt: skip
    booster = lgb.train(parameters, lgb.Dataset(matrix, target), _N_ROUNDS)
    other = lgb.train({**parameters, "seed": 5}, lgb.Dataset(matrix, target), _N_ROUNDS)
    fitted = FittedModel(
        {BY_VOTES: booster, BY_CERTAINTY: other},
        {},
        {
            "1000": AudienceRating(BY_VOTES, Calibration(intercept=0.4, slope=0.93)),
            "100": AudienceRating(BY_VOTES, Calibration(intercept=0.2, slope=0.95)),
            "any": AudienceRating(BY_CERTAINTY, Calibration(intercept=0.1, slope=0.9)),
        },
        {weighting: {"cast": 0.2, "language": -0.1, "runtime": 0.05} for weighting in (BY_VOTES, BY_CERTAINTY)},
    )
    intervals = fit_intervals(matrix, fitted.predict(matrix, drafts), target + rng.normal(0.0, 0.5, len(target)))
    people = People.from_frame(invented_people(films))
    log_odds = dict.fromkeys(REACHED_AUDIENCES, (0.0, 1.4))
    votes = VotesModel(booster, replace(intervals, booster=None), log_odds)
    intervals_by_audience = dict.fromkeys(LEAST_VOTES, intervals)
    return RatingModel(fitted, history, people, intervals_by_audience, released_films(films, history), votes)


def _random_draft(rng: np.random.Generator) -> MovieDraft:
    people = {
        role: tuple(rng.choice(KNOWN, rng.integers(0, 5), replace=False)) for role in ("directors", "writers", "cast")
    }
    return MovieDraft(
        title=rng.choice([TITLE, "Another"]),
        release_year=int(rng.integers(1990, 2028)),
        runtime_minutes=float(rng.integers(60, 180)),
        genres=tuple(rng.choice(GENRES, rng.integers(0, 3), replace=False)),
        language=rng.choice(["English", "French"]),
        **people,
    )


def _random_history(rng: np.random.Generator, baseline: Baseline) -> History:
    people = KNOWN[:30]
    keys = {
        "gold_person_history": (("nconst", "role"), product(people, ("director", "writer", "cast", "all"))),
        "gold_person_genre_history": (("nconst", "genre"), product(people, GENRES)),
        "gold_pair_history": (
            ("nconst", "partner_nconst", "partner_role"),
            product(people, people, ("writer", "cast")),
        ),
        "gold_franchise_history": (("title_stem", "nconst"), product(("the lantern",), (*people[:12], "anybody"))),
        "gold_outside_history": (("nconst", "kind"), product(people, ("series", "short"))),
    }
    frames = {table: _states(rng, list(names), list(rows)) for table, (names, rows) in keys.items()}
    return History.from_frames(frames | {"gold_baseline_coefficients": baseline.coefficients})


def _states(rng: np.random.Generator, names: list[str], keys: list[tuple[str, ...]]) -> pd.DataFrame:
    rows = [(*key, year) for key in keys for year in _YEARS if rng.random() < 0.7]
    states = pd.DataFrame(rows, columns=[*names, "from_year"])
    n = len(states)
    states["n_films"] = rng.integers(1, 5, n)
    states["debut_year"] = states["from_year"] - rng.integers(1, 20, n)
    states["last_film_year"] = states["from_year"] - 1
    for prefix in ("", "decayed_", "last_"):
        states[f"{prefix}sum_weight"] = rng.gamma(2.0, 1.5, n)
        states[f"{prefix}sum_weighted_effect"] = states[f"{prefix}sum_weight"] * rng.normal(0.0, 1.0, n)
    for name in ("mean_rating", "last_year_rating", "mean_baseline", "best_rating", "worst_rating"):
        states[name] = rng.normal(6.2, 1.0, n)
    states["rating_spread"] = rng.gamma(2.0, 0.3, n)
    return states.assign(mean_votes=rng.gamma(1.0, 3000.0, n))

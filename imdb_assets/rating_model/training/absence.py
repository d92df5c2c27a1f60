"""Makes absent facts neutral on average: measures how ratings move when a fact is taken from films that have it.

The trees see too few films without a fact, and too few combinations of them, to learn its average effect exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from imdb_assets.rating_model.features.draft import DRAFT_LISTS
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import FACTS, features, present_blocks
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.intervals import EVERYTHING
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE

MOST_FILMS = 10_000
"""Films that are measured, at most. The means are then exact to about 0.001 rating points on real films."""
_SCORES = {"plot": PLOT, "title": TITLE}


@dataclass(frozen=True)
class BlankedFilms:
    """A sample of films with their facts taken away.

    Attributes:
        sample: The films as they are.
        without: By fact, those of the films that have it, in the same order, without it.
        bare: All of the films, of which only the year is left.
    """

    sample: RatedMovies
    without: Mapping[str, RatedMovies]
    bare: RatedMovies


def blank_facts(
    films: RatedMovies, movie_features: pd.DataFrame, history: History, *, seed: int, most: int = MOST_FILMS
) -> BlankedFilms:
    """Take each fact from a sample of films and compute their features again.

    Without its genres, one film gains a point and another loses one, so a random sample of so many films would miss
    the mean over all films by 0.007. A sample in which each language and genre has its share misses it by 0.001.

    Args:
        films: Rated films.
        movie_features: Rows of `gold_movie_features`, at least of these films.
        history: The past as of each year.
        seed: Seed of the sample, which is a systematic one: every n-th film in the order of language, genres and year.
        most: The largest number of films in the sample.

    Returns:
        The sample, and its films without each fact; facts that no film has are omitted.
    """
    by_film = movie_features.set_index("tconst")
    chosen = np.zeros(len(films.n_votes), bool)
    chosen[_sample(by_film.loc[films.tconsts], most, seed)] = True
    sample = films.where(chosen)
    facts = by_film.loc[sample.tconsts].reset_index()
    without = {}
    for fact in FACTS:
        has_fact = sample.present[fact].to_numpy(bool)
        if has_fact.any():
            blanked = blank(facts[has_fact].reset_index(drop=True), fact)
            without[fact] = _without(sample.where(has_fact), blanked, (fact,), history)
    bare = facts
    for fact in FACTS:
        bare = blank(bare, fact)
    return BlankedFilms(sample, without, _without(sample, bare, tuple(FACTS), history))


def blank(drafts: pd.DataFrame, fact: str) -> pd.DataFrame:
    """Return the drafts without a fact.

    Args:
        drafts: Rows with `FACT_COLUMNS`.
        fact: A key of `FACTS`.
    """
    columns = {}
    for name in FACTS[fact]:
        column = np.empty(len(drafts), object)
        column[:] = [[] for _ in range(len(drafts))] if name in DRAFT_LISTS else None
        columns[name] = column.astype("float64") if name == "runtime_minutes" else column
    return drafts.assign(**columns)


def with_neutral_absence(model: FittedModel, blanked: BlankedFilms) -> FittedModel:
    """Return the model with points that make each absent fact neutral on average over the films, and their spread.

    Args:
        model: A model without such points.
        blanked: Films with and without each fact.

    Returns:
        The model. Its rating of a film with a fact is unchanged.
    """
    points: dict[str, dict[str, float]] = {weighting: {} for weighting in model.boosters}
    spread: dict[str, dict[str, float]] = {weighting: {} for weighting in model.boosters}
    before = model.tree_ratings(blanked.sample)
    for fact, without in blanked.without.items():
        has_fact, after = blanked.sample.present[fact].to_numpy(bool), model.tree_ratings(without)
        for weighting in model.boosters:
            moved = before[weighting][has_fact] - after[weighting]
            points[weighting][fact], spread[weighting][fact] = float(moved.mean()), float(moved.std())
    after = model.tree_ratings(blanked.bare)
    for weighting in model.boosters:
        spread[weighting][EVERYTHING] = float((before[weighting] - after[weighting]).std())
    return replace(model, absent_points=points, absent_spread=spread)


def _sample(facts: pd.DataFrame, most: int, seed: int) -> np.ndarray:
    genres = [",".join(sorted(names)) for names in facts["genres"]]
    films = facts.assign(genres=genres, position=np.arange(len(facts)))
    order = films.sort_values(["language", "genres", "release_year"])["position"].to_numpy()
    size = min(most, len(order))
    start = np.random.default_rng(seed).random()
    return order[((np.arange(size) + start) * len(order) / size).astype(int)]


def _without(films: RatedMovies, drafts: pd.DataFrame, facts: Iterable[str], history: History) -> RatedMovies:
    counts = dict(films.counts)
    for score in (_SCORES[fact] for fact in facts if fact in _SCORES):
        counts[score] = [csr_matrix(part.shape, dtype=part.dtype) for part in counts[score]]
    return replace(films, matrix=features(drafts, history), counts=counts, present=present_blocks(drafts))

"""Scenario search: which people, genres, runtimes, years and languages would a draft do best with?

Up to `MOST_EXACT` combinations the answer is that of rating every one of them with `RatingModel.predict_frame`;
beyond it a beam search says how many it rated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.scenarios.beam_search import search_beam
from imdb_assets.rating_model.scenarios.constraints import ScenarioError
from imdb_assets.rating_model.scenarios.scorer import ReportProgress, Scorer, never, silent
from imdb_assets.rating_model.scenarios.space import AXES, TIE, Space, Variations, space_of
from imdb_assets.rating_model.serving.comparison import chance_above, is_distinguishable
from imdb_assets.rating_model.serving.novelty import out_of_distribution
from imdb_assets.rating_model.serving.rating_model import Prediction, RatingModel

MOST_EXACT = 1_000_000
"""Up to so many combinations every one is rated."""
MOST_COMBINATIONS = 1_000_000_000_000
"""More are refused: a beam sees too small a share of them."""
MOST_FILMS = 20_000
"""Combinations of genres, runtimes, years and languages, which are looked up one by one."""


@dataclass(frozen=True)
class Scenario:
    """One combination: the draft with its people as ids, the answer to it, and what to think of it.

    `chance_of_best` is how often the best scenario's film would end up above this one's, and `is_distinguishable_from_best` is
    whether that is more than a toss of a coin (see `comparison.py`). `out_of_distribution` says what was never learned from.
    """

    draft: MovieDraft
    prediction: Prediction
    chance_of_best: float
    is_distinguishable_from_best: bool
    out_of_distribution: tuple[str, ...]


@dataclass(frozen=True)
class Heat:
    """The best rating of each value of one axis (people by id) with each of another; minus infinity for none."""

    rows: tuple
    columns: tuple
    ratings: np.ndarray


@dataclass(frozen=True)
class Scenarios:
    """The best combinations, best first; how many there are, were rated and are allowed; what the reader should know.

    `heat` has a table for each two axes that vary, where every combination was rated.
    """

    best: tuple[Scenario, ...]
    n_combinations: int
    n_rated: int
    n_allowed: int
    warnings: tuple[str, ...]
    heat: Mapping[tuple[str, str], Heat]

    @property
    def is_exact(self) -> bool:
        """Whether every combination was rated."""
        return self.n_combinations <= MOST_EXACT


class TooManyCombinationsError(ScenarioError):
    """More combinations than are searched."""

    def __init__(self, size: int, sizes: Mapping[str, int], most: int) -> None:
        """Say how many there are, where they come from, and how to have fewer."""
        self.size = size
        parts = " x ".join(f"{count:,} of {axis}" for axis, count in sizes.items())
        widest = max(sizes, key=lambda axis: sizes[axis])
        super().__init__(
            f"{size:,} combinations ({parts}) are more than the {most:,} that can be searched. "
            f"Take out some candidates of {widest} first, or ask for fewer of them per film."
        )


def search_scenarios(
    model: RatingModel,
    draft: MovieDraft,
    variations: Variations,
    *,
    k: int,
    report: ReportProgress = silent,
    is_cancelled: Callable[[], bool] = never,
) -> Scenarios:
    """Find the best `k` combinations.

    The highest rating first; ratings that are equal to 1e-10 go by the ids of directors, writers and cast, then by
    genres, runtime, year and language, lowest first, whatever the order of candidates.

    :param report: told how many combinations are done, and of how many.
    :param is_cancelled: asked every few milliseconds whether to stop.
    :raises ScenarioError: where it cannot be searched as asked; the text says what to change.
    :raises SearchCancelledError: when `is_cancelled` said so.
    """
    if k < 1:
        raise ScenarioError(f"Ask for at least one scenario, not {k}.")
    if variations.n_combinations > MOST_COMBINATIONS:
        raise TooManyCombinationsError(variations.n_combinations, variations.sizes, MOST_COMBINATIONS)
    space = space_of(model, draft, variations)
    _refuse_too_many(space, variations)
    scorer = Scorer(model, space)
    if space.n_combinations > MOST_EXACT:
        found, n_rated, n_allowed = search_beam(scorer, space, k=k, report=report, is_cancelled=is_cancelled)
        heat = {}
    else:
        ratings = scorer.rate_all(report=report, is_cancelled=is_cancelled)
        found = [space.draft_at(int(number)) for number in _best(space, ratings, k)]
        n_rated, n_allowed = len(ratings), int((ratings > -np.inf).sum())
        heat = _heat(space, ratings.reshape(space.shape))
    return Scenarios(
        best=_told(model, found),
        n_combinations=space.n_combinations,
        n_rated=n_rated,
        n_allowed=n_allowed,
        warnings=_warnings(space, n_rated=n_rated, n_allowed=n_allowed),
        heat=heat,
    )


def _refuse_too_many(space: Space, variations: Variations) -> None:
    facts = {axis: len(values) for axis, values in space.facts.items()}
    n_films = int(np.prod(list(facts.values()), dtype="object"))
    if n_films > MOST_FILMS:
        raise TooManyCombinationsError(n_films, facts, MOST_FILMS)
    if space.n_combinations > MOST_COMBINATIONS:
        raise TooManyCombinationsError(space.n_combinations, variations.sizes, MOST_COMBINATIONS)


def _warnings(space: Space, *, n_rated: int, n_allowed: int) -> tuple[str, ...]:
    told = list(space.warnings)
    if space.n_combinations > MOST_EXACT:
        told.append(
            f"{space.n_combinations:,} combinations are too many to rate each: a beam search rated {n_rated:,}, adding "
            "one person at a time to the most promising teams. There may be better ones."
        )
    if not n_allowed:
        told.append("No combination meets all constraints: take one out, or add candidates.")
    return tuple(told)


def _best(space: Space, ratings: np.ndarray, k: int) -> np.ndarray:
    """Numbers of the best `k` allowed combinations, in the order of `search_scenarios`."""
    k = min(k, int((ratings > -np.inf).sum()))
    if not k:
        return np.zeros(0, "int64")
    last = np.partition(ratings, len(ratings) - k)[len(ratings) - k]
    numbers = np.flatnonzero(ratings >= last - TIE)
    ranked = numbers[np.argsort(-ratings[numbers], kind="stable")]
    level = np.cumsum(-np.diff(ratings[ranked], prepend=ratings[ranked[0]]) > TIE)
    order = np.lexsort([*reversed(space.tie_keys(ranked)), level])
    return ranked[order[:k]]


def _told(model: RatingModel, drafts: list[MovieDraft]) -> tuple[Scenario, ...]:
    if not drafts:
        return ()
    predictions = model.predict(drafts)
    best, strange = predictions[0], out_of_distribution(model, drafts_frame(drafts))
    return tuple(
        Scenario(draft, one, chance_above(one, best), is_distinguishable(one, best), said)
        for draft, one, said in zip(drafts, predictions, strange, strict=True)
    )


def _heat(space: Space, ratings: np.ndarray) -> dict[tuple[str, str], Heat]:
    varied = [place for place, size in enumerate(space.shape) if size > 1]
    found = {}
    for one, other in combinations(varied, 2):
        table = ratings.max(axis=tuple(place for place in range(len(AXES)) if place not in (one, other)))
        rows, table = _by_value(space, AXES[one], table)
        columns, table = _by_value(space, AXES[other], table.T)
        found[AXES[one], AXES[other]] = Heat(rows, columns, table.T)
    return found


def _by_value(space: Space, axis: str, table: np.ndarray) -> tuple[tuple, np.ndarray]:
    """The best of a table's rows per value of an axis: per person where its rows are choices of people."""
    if axis in space.facts:
        return space.facts[axis], table
    choices, people = space.choices[axis], space.people[axis]
    rows = [table[(choices == place).any(axis=1)].max(axis=0) for place in range(len(people))]
    return people, np.array(rows)

"""Scenario search: finds the people, genres, runtimes, years and languages with the highest predicted rating.

Scenarios are ranked by the expected rating or by the lower end of its 80% interval, which uncertainty reduces.

Up to `MAX_EXACT_COMBINATIONS` combinations, the result equals predicting each of them with `RatingModel`.
Beyond that, a beam search rates a part of them, and the result carries a warning.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history_table import ROLE_CODES, person_numbers, person_subjects
from imdb_assets.rating_model.scenarios.beam_search import search_beam
from imdb_assets.rating_model.scenarios.constraints import Ranking, ScenarioError
from imdb_assets.rating_model.scenarios.scorer import ProgressCallback, Scorer, ignore_progress, never_cancelled
from imdb_assets.rating_model.scenarios.space import AXES, RATING_TOLERANCE, Space, Variations, build_space
from imdb_assets.rating_model.serving.comparison import chance_above, is_distinguishable
from imdb_assets.rating_model.serving.novelty import out_of_distribution
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.roles import ROLE_LISTS

MAX_EXACT_COMBINATIONS = 1_000_000
"""Spaces up to this size are rated completely."""
MAX_COMBINATIONS = 1_000_000_000_000
"""Larger spaces are refused: a beam search would see too small a part of them."""
MAX_FILMS = 20_000
"""Combinations of genres, runtimes, years and languages. The featurizer builds a row for each."""


@dataclass(frozen=True)
class Scenario:
    """One combination and its prediction.

    Attributes:
        draft: The combination, its people as nconst ids.
        prediction: Its rating and intervals.
        chance_best_is_higher: Probability, from 0 to 1, that the best scenario's film ends up with the higher rating.
        is_distinguishable_from_best: Whether that probability differs enough from one half (see `comparison.py`).
        group: Number of the group of scenarios that are too close to call, from 1. A group ends at the first scenario
            that is distinguishable from the first of the group.
        newcomers: Those of its people who have no earlier rated film, as ids.
        out_of_distribution: Messages about values outside the range of the training films.
    """

    draft: MovieDraft
    prediction: Prediction
    chance_best_is_higher: float
    is_distinguishable_from_best: bool
    group: int
    newcomers: tuple[str, ...]
    out_of_distribution: tuple[str, ...]


@dataclass(frozen=True)
class HeatMap:
    """The best value of the ranking for each pair of values of two axes.

    Attributes:
        rows: Values of the first axis; people as nconst ids.
        columns: Values of the second axis; people as nconst ids.
        ratings: float64 (n_rows, n_columns), from 1 to 10; minus infinity where no combination is allowed.
    """

    rows: tuple
    columns: tuple
    ratings: np.ndarray


@dataclass(frozen=True)
class Scenarios:
    """The result of a search.

    Attributes:
        best: The best scenarios, best first.
        n_combinations: Combinations in the space, before constraints.
        n_rated: Combinations that were rated; in a beam search, complete and incomplete teams.
        n_allowed: Rated combinations that meet the constraints.
        warnings: Messages for the user.
        heat_maps: One per pair of axes that vary; empty for a beam search.
        ranking: What the scenarios are ranked by.
    """

    best: tuple[Scenario, ...]
    n_combinations: int
    n_rated: int
    n_allowed: int
    warnings: tuple[str, ...]
    heat_maps: Mapping[tuple[str, str], HeatMap]
    ranking: Ranking

    @property
    def is_exact(self) -> bool:
        """Whether every combination was rated."""
        return self.n_combinations <= MAX_EXACT_COMBINATIONS


class TooManyCombinationsError(ScenarioError):
    """The space has more combinations than a search supports.

    Attributes:
        size: Number of combinations.
    """

    def __init__(self, size: int, sizes: Mapping[str, int], limit: int) -> None:
        """Write the message: the count, its factors, and how to reduce it.

        Args:
            size: Number of combinations.
            sizes: Number of values or choices per axis.
            limit: Largest number that is supported.
        """
        self.size = size
        factors = " x ".join(f"{count:,} {axis}" for axis, count in sizes.items())
        largest = max(sizes, key=lambda axis: sizes[axis])
        is_role = largest in ROLE_LISTS.values()
        remedy = f"candidates for {largest}, or choose fewer of them per film" if is_role else largest
        super().__init__(f"{size:,} combinations ({factors}) exceed the limit of {limit:,}. Remove some {remedy}.")


def search_scenarios(  # noqa: PLR0913 - what to search for, how to rank, and two callbacks
    model: RatingModel,
    draft: MovieDraft,
    variations: Variations,
    *,
    k: int,
    ranking: Ranking = Ranking.RATING,
    on_progress: ProgressCallback = ignore_progress,
    is_cancelled: Callable[[], bool] = never_cancelled,
) -> Scenarios:
    """Find the best `k` combinations, the highest first.

    Values that are equal to 1e-10 are ordered by the ids of directors, writers and cast, then by genres, runtime, year
    and language, lowest first. The order of candidates has no influence.

    Args:
        model: The model to search with.
        draft: The draft; its people may be names.
        variations: The candidates, alternatives and constraints.
        k: Number of scenarios to return.
        ranking: What to rank by.
        on_progress: Called with the number of combinations done, and of all.
        is_cancelled: Called every few milliseconds; the search stops when it returns true.

    Returns:
        The best combinations; fewer than `k` where the constraints allow fewer.

    Raises:
        ScenarioError: The search is not possible as requested.
        SearchCancelledError: `is_cancelled` returned true.
    """
    if k < 1:
        raise ScenarioError(f"Request at least one scenario, not {k}.")
    require_supported(variations)
    space = build_space(model, draft, variations)
    scorer = Scorer(model, space, ranking)
    if space.n_combinations > MAX_EXACT_COMBINATIONS:
        drafts, n_rated, n_allowed = search_beam(scorer, space, k=k, on_progress=on_progress, is_cancelled=is_cancelled)
        heat_maps = {}
    else:
        ratings = scorer.rate_all(on_progress=on_progress, is_cancelled=is_cancelled)
        drafts = [space.draft_at(int(number)) for number in _best(space, ratings, k)]
        n_rated, n_allowed = len(ratings), int((ratings > -np.inf).sum())
        heat_maps = _heat_maps(space, ratings.reshape(space.shape))
    return Scenarios(
        best=_scenarios(model, drafts),
        ranking=ranking,
        n_combinations=space.n_combinations,
        n_rated=n_rated,
        n_allowed=n_allowed,
        warnings=_warnings(space, n_rated=n_rated, n_allowed=n_allowed),
        heat_maps=heat_maps,
    )


def require_supported(variations: Variations) -> None:
    """Refuse a space that is too large, before anything is looked up or rated.

    Raises:
        TooManyCombinationsError: With the number of combinations, and how to reduce it.
    """
    facts = {axis: size for axis, size in variations.sizes.items() if axis not in ROLE_LISTS.values()}
    if prod(facts.values()) > MAX_FILMS:
        raise TooManyCombinationsError(prod(facts.values()), facts, MAX_FILMS)
    if variations.n_combinations > MAX_COMBINATIONS:
        raise TooManyCombinationsError(variations.n_combinations, variations.sizes, MAX_COMBINATIONS)


def _warnings(space: Space, *, n_rated: int, n_allowed: int) -> tuple[str, ...]:
    warnings = list(space.warnings)
    if space.n_combinations > MAX_EXACT_COMBINATIONS:
        warnings.append(
            f"{space.n_combinations:,} combinations are too many to rate all of them. A beam search rated {n_rated:,} "
            "teams, adding one person at a time to the most promising ones. Better combinations may exist."
        )
    if not n_allowed:
        warnings.append("No combination meets all constraints. Remove a constraint or add candidates.")
    return tuple(warnings)


def _best(space: Space, ratings: np.ndarray, k: int) -> np.ndarray:
    """Return the numbers of the best `k` allowed combinations, in the order of `search_scenarios`."""
    k = min(k, int((ratings > -np.inf).sum()))
    if not k:
        return np.zeros(0, "int64")
    lowest = np.partition(ratings, len(ratings) - k)[len(ratings) - k]
    numbers = np.flatnonzero(ratings >= lowest - RATING_TOLERANCE)
    ranked = numbers[np.argsort(-ratings[numbers], kind="stable")]
    level = np.cumsum(-np.diff(ratings[ranked], prepend=ratings[ranked[0]]) > RATING_TOLERANCE)
    order = np.lexsort([*reversed(space.tie_keys(ranked)), level])
    return ranked[order[:k]]


def _scenarios(model: RatingModel, drafts: list[MovieDraft]) -> tuple[Scenario, ...]:
    if not drafts:
        return ()
    predictions = model.predict(drafts)
    best, novelties = predictions[0], out_of_distribution(model, drafts_frame(drafts))
    newcomers = _newcomers(model, drafts)
    scenarios: list[Scenario] = []
    group, first_of_group = 1, best
    for draft, prediction, novelty in zip(drafts, predictions, novelties, strict=True):
        if is_distinguishable(prediction, first_of_group):
            group, first_of_group = group + 1, prediction
        team = (*draft.directors, *draft.writers, *draft.cast)
        scenarios.append(
            Scenario(
                draft,
                prediction,
                chance_best_is_higher=chance_above(prediction, best),
                is_distinguishable_from_best=is_distinguishable(prediction, best),
                group=group,
                newcomers=tuple(dict.fromkeys(person for person in team if (person, draft.release_year) in newcomers)),
                out_of_distribution=novelty,
            )
        )
    return tuple(scenarios)


def _newcomers(model: RatingModel, drafts: list[MovieDraft]) -> set[tuple[str, int]]:
    """Return the people of drafts who have no earlier rated film, with the release year."""
    people = {
        (person, draft.release_year)
        for draft in drafts
        for role in ROLE_LISTS.values()
        for person in getattr(draft, role)
    }
    listed = sorted(people)
    numbers = person_numbers(np.array([person for person, _ in listed], dtype=object))
    years = np.array([year for _, year in listed], "int64")
    is_known = model.history.people.as_of(person_subjects(numbers, ROLE_CODES["all"]), years).known
    return {pair for pair, known in zip(listed, is_known, strict=True) if not known}


def _heat_maps(space: Space, ratings: np.ndarray) -> dict[tuple[str, str], HeatMap]:
    varied = [index for index, size in enumerate(space.shape) if size > 1]
    heat_maps = {}
    for first, second in combinations(varied, 2):
        table = ratings.max(axis=tuple(index for index in range(len(AXES)) if index not in (first, second)))
        rows, table = _best_by_value(space, AXES[first], table)
        columns, table = _best_by_value(space, AXES[second], table.T)
        heat_maps[AXES[first], AXES[second]] = HeatMap(rows, columns, table.T)
    return heat_maps


def _best_by_value(space: Space, axis: str, table: np.ndarray) -> tuple[tuple, np.ndarray]:
    """Reduce a table's rows to the values of an axis: for a role, from choices of people to single people."""
    if axis in space.facts:
        return space.facts[axis], table
    choices, people = space.choices[axis], space.people[axis]
    rows = [table[(choices == candidate).any(axis=1)].max(axis=0) for candidate in range(len(people))]
    return people, np.array(rows)

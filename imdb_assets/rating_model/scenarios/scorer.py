"""Ratings of the combinations of a space, and the lower ends of their intervals: runs the kernel on all cores."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.features.matrix import features, present_facts
from imdb_assets.rating_model.scenarios.constraints import Ranking, ScenarioError
from imdb_assets.rating_model.scenarios.kernel.arrays import Strides
from imdb_assets.rating_model.scenarios.kernel.columns import TaskColumn
from imdb_assets.rating_model.scenarios.kernel.scoring import score
from imdb_assets.rating_model.scenarios.space import Space
from imdb_assets.rating_model.scenarios.space_trees import FilmGroup, SpaceTrees, error_inputs
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.roles import ROLES

ProgressCallback = Callable[[int, int], None]
"""Receives the number of combinations done, and the number of all."""
_BLOCK_CHOICES = 32
"""Choices of each role per block. Their rows of masks stay in a core's cache."""
_BATCH = 16_384
"""Combinations per job: about ten milliseconds, after which a search can be cancelled."""
_BLOCKS_PER_JOB = 256
"""Blocks per job in a beam search, where each block is one crew with some casts."""


class SearchCancelledError(Exception):
    """The caller cancelled the search."""


class _Job(NamedTuple):
    """Tasks of one thread, the range of results that they write, and their number of combinations."""

    trees: SpaceTrees
    films: FilmGroup
    tasks: np.ndarray
    strides: Strides
    results: np.ndarray
    n_combinations: int


class Scorer:
    """Rates combinations of a space as `RatingModel` does, without building their feature matrix."""

    def __init__(self, model: RatingModel, space: Space, ranking: Ranking = Ranking.RATING) -> None:
        """Look up all people, and prune the trees to the values that the space can reach.

        Args:
            model: The model to search with.
            space: The space to search.
            ranking: What `rate_all` and `rate_teams` return.

        Raises:
            ScenarioError: The model is not LightGBM, or its trees are not supported.
        """
        if not isinstance(model.predictor, FittedModel):
            raise ScenarioError("Scenario search supports LightGBM models only. Use imdb_rating@champion.")
        self._fitted, self._space, self._ranking = model.predictor, space, ranking
        audience = space.draft.audience
        self._rating, self._intervals = self._fitted.audiences[audience], model.intervals[audience]
        frame = drafts_frame(space.films)
        matrix = features(frame, model.history)
        self._rating_trees = SpaceTrees(
            self._fitted.booster_for(audience), self._fitted.inputs(matrix, frame), space, model.history
        )
        self._history, self._matrix = model.history, matrix
        self._film_factors = self._intervals.factors(matrix)
        # The films of the space have no people; `_absence` takes back what the people's roles add.
        self._present = present_facts(frame)
        films_absence = self._fitted.tree_points_of_absence(self._present, self._rating.trees)
        self._films_absence = np.zeros(len(space.films)) + films_absence

    def rate_all(self, *, on_progress: ProgressCallback, is_cancelled: Callable[[], bool]) -> np.ndarray:
        """Rate every combination.

        Args:
            on_progress: Called from this thread after each batch of combinations.
            is_cancelled: Called every few milliseconds; the search stops when it returns true.

        Returns:
            float64 (n_combinations,), from 1 to 10 by number of the combination: what the ranking ranks by. Minus
            infinity where a constraint is broken.

        Raises:
            SearchCancelledError: `is_cancelled` returned true.
        """
        n_films = len(self._space.films)
        n_all = self._space.n_combinations
        has_second_pass = self._ranking is Ranking.LOW_80 and self._intervals.booster is not None

        def report_pass(number: int) -> ProgressCallback:
            return lambda n_done, _: on_progress((number * n_all + n_done) // (1 + has_second_pass), n_all)

        sums = np.empty((n_films, n_all // n_films))
        self._run(self._jobs_of_all(self._rating_trees, sums), n_all, report_pass(0), is_cancelled)
        ratings = self._calibrated(sums + self._absence(self._space.choices.values())[:, np.newaxis])
        if self._ranking is Ranking.RATING:
            return ratings.reshape(-1)
        errors = ratings.copy()
        if error_trees := self._error_trees(ratings):
            self._run(self._jobs_of_all(error_trees, errors), n_all, report_pass(1), is_cancelled)
        absent = self._absent_errors(self._space.choices.values())
        return self._lower_bounds(ratings, errors, self._film_factors[:, np.newaxis], absent[:, np.newaxis]).reshape(-1)

    def rate_teams(self, films: np.ndarray, directors: np.ndarray, writers: np.ndarray, cast: np.ndarray) -> np.ndarray:
        """Rate teams, complete or not.

        Args:
            films: int64 (n,), numbers among the space's films.
            directors: int32 (n, n_directors), numbers of candidates, ascending.
            writers: int32 (n, n_writers), numbers of candidates, ascending.
            cast: int32 (n, n_cast), numbers of candidates, ascending.

        Returns:
            float64 (n,), from 1 to 10: what the ranking ranks by. Minus infinity where more people cannot satisfy a
            broken constraint.
        """
        choices = (directors, writers, cast)
        sums = np.empty(len(films))
        self._run_teams(self._rating_trees, films, choices, sums)
        ratings = self._calibrated(sums + self._absence(choices)[films])
        if self._ranking is Ranking.RATING:
            return ratings
        errors = ratings.copy()
        if error_trees := self._error_trees(ratings):
            self._run_teams(error_trees, films, choices, errors)
        return self._lower_bounds(ratings, errors, self._film_factors[films], self._absent_errors(choices)[films])

    def _jobs_of_all(self, trees: SpaceTrees, results: np.ndarray) -> list[_Job]:
        """Split all combinations into jobs; `results` is float64 (n_films, n_teams)."""
        n_films = len(trees.groups[0].masks)
        by_group = results.reshape(len(trees.groups), -1)
        groups = [
            group._replace(people=group.people.with_choices(self._space.choices.values())) for group in trees.groups
        ]
        n_directors, n_writers, n_casts = (len(role.choices) for role in groups[0].people.roles)
        of_one_director = n_films * min(n_writers, _BLOCK_CHOICES) * min(n_casts, _BLOCK_CHOICES)
        most_directors = min(max(_BATCH // of_one_director, 1), _BLOCK_CHOICES)
        tasks = _block_tasks(n_directors, n_writers, n_casts, most_directors)
        strides = Strides(film=n_directors * n_writers * n_casts, directors=n_writers * n_casts, writers=n_casts)
        sizes = (
            (tasks[:, TaskColumn.END_OF_DIRECTORS] - tasks[:, TaskColumn.FIRST_DIRECTORS])
            * (tasks[:, TaskColumn.END_OF_WRITERS] - tasks[:, TaskColumn.FIRST_WRITERS])
            * (tasks[:, TaskColumn.END_OF_CASTS] - tasks[:, TaskColumn.FIRST_CAST])
            * n_films
        )
        ends = np.flatnonzero(np.diff(np.cumsum(sizes) // _BATCH, append=-1)) + 1
        jobs = []
        for row, films in enumerate(groups):
            for start, end in zip(np.append(0, ends[:-1]), ends, strict=True):
                jobs.append(_Job(trees, films, tasks[start:end], strides, by_group[row], int(sizes[start:end].sum())))
        return jobs

    def _run_teams(
        self, trees: SpaceTrees, films: np.ndarray, choices: Sequence[np.ndarray], results: np.ndarray
    ) -> None:
        n_films = len(trees.groups[0].masks)
        for film in np.unique(films):
            rows = np.flatnonzero(films == film)
            people, masks = trees.groups[film // n_films]
            own = [np.ascontiguousarray(part[rows]) for part in choices]
            # People that a film must have may join later.
            limits = people.limits._replace(least=np.zeros_like(people.limits.least))
            group = FilmGroup(replace(people, limits=limits).with_choices(own), masks[[film % n_films]])
            of_film = results[rows]
            tasks = _run_tasks(*(role.choices for role in group.people.roles[:2]))
            parts = [tasks[start : start + _BLOCKS_PER_JOB] for start in range(0, len(tasks), _BLOCKS_PER_JOB)]
            jobs = [_Job(trees, group, part, Strides(0, 0, 0), of_film, 0) for part in parts]
            self._run(jobs, 0, ignore_progress, never_cancelled)
            results[rows] = of_film

    def _run(
        self, jobs: Sequence[_Job], total: int, on_progress: ProgressCallback, is_cancelled: Callable[[], bool]
    ) -> None:
        n_done = 0
        on_progress(n_done, total)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = [pool.submit(_score, job) for job in jobs]
            for future, job in zip(futures, jobs, strict=True):
                if is_cancelled():
                    pool.shutdown(cancel_futures=True)
                    raise SearchCancelledError(f"Cancelled after {n_done:,} of {total:,} combinations.")
                future.result()
                n_done += job.n_combinations
                on_progress(n_done, total)

    def _error_trees(self, ratings: np.ndarray) -> SpaceTrees | None:
        """Prune the trees of the error to the space and its ratings. None if all films have the same error."""
        allowed = ratings[ratings > -np.inf]
        if (booster := self._intervals.booster) is None or not len(allowed):
            return None
        limits = float(allowed.min()), float(allowed.max())
        return SpaceTrees(booster, error_inputs(booster, self._matrix), self._space, self._history, limits)

    def _absence(self, choices: Iterable[np.ndarray]) -> np.ndarray:
        """Return what absent facts add to each film, float64 (n_films,), given choices of directors, writers, cast."""
        points = self._fitted.absent_points.get(self._rating.trees, {})
        named = sum(points.get(role, 0.0) for role, part in zip(ROLES, choices, strict=True) if part.shape[1])
        return self._films_absence - named

    def _absent_errors(self, choices: Iterable[np.ndarray]) -> np.ndarray:
        """Return the expected error because of absent facts, float64 (n_films,), given choices as for `_absence`."""
        n_films = len(self._space.films)
        named = {role: np.full(n_films, part.shape[1] > 0) for role, part in zip(ROLES, choices, strict=True)}
        return self._intervals.absent_error({**self._present, **named}, n_films)

    def _calibrated(self, sums: np.ndarray) -> np.ndarray:
        return np.where(np.isneginf(sums), sums, self._rating.calibration.apply(sums))

    def _lower_bounds(
        self, ratings: np.ndarray, errors: np.ndarray, factors: np.ndarray, absent: np.ndarray
    ) -> np.ndarray:
        """Return the lower ends of the 80% intervals, given what the trees of the error predict, if there are any."""
        intervals = self._intervals
        expected = intervals.limited(errors) if intervals.booster else np.full(errors.shape, intervals.mean_error)
        bounds = ratings - intervals.quantiles["80"] * np.hypot(expected * factors, absent)
        return np.where(np.isneginf(ratings), ratings, np.clip(bounds, intervals.least, intervals.most))


def _score(job: _Job) -> None:
    people, masks = job.films
    score(job.tasks, masks, job.trees.forest, people.roles, people.pairs, people.team, people.limits, job.strides,
          job.results)  # fmt: skip


def _block_tasks(n_directors: int, n_writers: int, n_casts: int, most_directors: int = _BLOCK_CHOICES) -> np.ndarray:
    """Split all teams into blocks: int64 (n_tasks, 7), columns of `TaskColumn`."""
    sizes, most = (n_directors, n_writers, n_casts), (most_directors, _BLOCK_CHOICES, _BLOCK_CHOICES)
    grids = np.meshgrid(*(np.arange(0, *axis) for axis in zip(sizes, most, strict=True)), indexing="ij")
    director, writer, cast = first = [grid.ravel() for grid in grids]
    tasks = np.empty((len(director), len(TaskColumn)), "int64")
    tasks[:, [TaskColumn.FIRST_DIRECTORS, TaskColumn.FIRST_WRITERS, TaskColumn.FIRST_CAST]] = np.column_stack(first)
    ends = np.minimum(np.column_stack(first) + most, sizes)
    tasks[:, [TaskColumn.END_OF_DIRECTORS, TaskColumn.END_OF_WRITERS, TaskColumn.END_OF_CASTS]] = ends
    tasks[:, TaskColumn.OUTPUT] = (director * n_writers + writer) * n_casts + cast
    return tasks


def _run_tasks(directors: np.ndarray, writers: np.ndarray) -> np.ndarray:
    """Group consecutive rows with the same directors and writers: int64 (n_tasks, 7), columns of `TaskColumn`."""
    crews = np.column_stack([directors, writers])
    is_new = np.append(True, (crews[1:] != crews[:-1]).any(axis=1))
    start = np.unique(np.append(np.flatnonzero(is_new), np.arange(0, len(crews), _BLOCK_CHOICES)))
    tasks = np.empty((len(start), len(TaskColumn)), "int64")
    for column in (TaskColumn.FIRST_DIRECTORS, TaskColumn.FIRST_WRITERS, TaskColumn.FIRST_CAST, TaskColumn.OUTPUT):
        tasks[:, column] = start
    tasks[:, [TaskColumn.END_OF_DIRECTORS, TaskColumn.END_OF_WRITERS]] = start[:, np.newaxis] + 1
    tasks[:, TaskColumn.END_OF_CASTS] = np.append(start[1:], len(crews))
    return tasks


def ignore_progress(_n_done: int, _n_total: int) -> None:
    """Discard the progress: the default callback of a search."""


def never_cancelled() -> bool:
    """Never cancel a search: the default of `is_cancelled`."""
    return False

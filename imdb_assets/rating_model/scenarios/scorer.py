"""Ratings of the combinations of a space: prunes the trees to the space, and runs the kernel on all cores."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.features.matrix import features, present_facts
from imdb_assets.rating_model.scenarios.constraints import ScenarioError
from imdb_assets.rating_model.scenarios.kernel.arrays import Strides
from imdb_assets.rating_model.scenarios.kernel.columns import TEAM_FEATURES, TaskColumn
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import film_masks
from imdb_assets.rating_model.scenarios.kernel.scoring import score
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES, KernelInputs, PeopleArrays
from imdb_assets.rating_model.scenarios.space import Space
from imdb_assets.rating_model.scenarios.tree_masks import (
    Dependency,
    UnreadableTreesError,
    prune_to_bounds,
    read_trees,
)
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.roles import ROLES

ProgressCallback = Callable[[int, int], None]
"""Receives the number of combinations done, and the number of all."""
_BLOCK_WRITERS, _BLOCK_CASTS = 32, 32
"""Choices per block. Their rows of masks stay in a core's cache."""
_BATCH = 16_384
"""Combinations per job: about ten milliseconds, after which a search can be cancelled."""
_BLOCKS_PER_JOB = 256
"""Blocks per job in a beam search, where each block is one crew with some casts."""


class SearchCancelledError(Exception):
    """The caller cancelled the search."""


class _FilmGroup(NamedTuple):
    """Films of one year and one list of genres: the arrays of people, and uint64 (n_films, n_trees) leaf masks."""

    people: PeopleArrays
    masks: np.ndarray


class _Job(NamedTuple):
    """Tasks of one thread, the range of ratings that they write, and their number of combinations."""

    films: _FilmGroup
    tasks: np.ndarray
    strides: Strides
    ratings: np.ndarray
    n_combinations: int


class Scorer:
    """Rates combinations of a space as `RatingModel.predict_frame` does, without building their feature matrix."""

    def __init__(self, model: RatingModel, space: Space) -> None:
        """Look up all people, and prune the trees to the values that the space can reach.

        Args:
            model: The model to search with.
            space: The space to search.

        Raises:
            ScenarioError: The model is not LightGBM, or its trees are not supported.
        """
        if not isinstance(model.predictor, FittedModel):
            raise ScenarioError("Scenario search supports LightGBM models only. Use imdb_rating@champion.")
        self._fitted, self._space = model.predictor, space
        self._rating = self._fitted.audiences[space.draft.audience]
        booster = self._fitted.booster_for(space.draft.audience)
        names = booster.feature_name()
        frame = drafts_frame(space.films)
        matrix = self._fitted.inputs(features(frame, model.history), frame)
        inputs = KernelInputs(space, model.history, names)
        groups = [arrays for year in space.facts["years"] for arrays in inputs.for_year(year).values()]
        low, high = matrix.min(axis=0), matrix.max(axis=0)
        for column, name in enumerate(names):
            if name in inputs.ranges:
                low[column], high[column] = inputs.ranges[name]
        dependencies = np.array([_dependency(name) for name in names])
        try:
            self._forest = prune_to_bounds(read_trees(booster), low=low, high=high, dependencies=dependencies)
        except UnreadableTreesError as error:
            raise ScenarioError(str(error)) from None
        # The films of the space have no people; `_absence` takes back what the people's roles add.
        films_absence = self._fitted.tree_points_of_absence(present_facts(frame), self._rating.trees)
        self._films_absence = np.zeros(len(space.films)) + films_absence
        fixed = np.array([column for column, name in enumerate(names) if name not in inputs.ranges], dtype="int32")
        masks = film_masks(matrix[:, fixed], fixed, self._forest.nodes, len(self._forest.leaves.first))
        self._groups = [_FilmGroup(*group) for group in zip(groups, np.split(masks, len(groups)), strict=True)]

    def rate_all(self, *, on_progress: ProgressCallback, is_cancelled: Callable[[], bool]) -> np.ndarray:
        """Rate every combination.

        Args:
            on_progress: Called from this thread after each batch of combinations.
            is_cancelled: Called every few milliseconds; the search stops when it returns true.

        Returns:
            float64 (n_combinations,), ratings from 1 to 10 by number of the combination; minus infinity where a
            constraint is broken.

        Raises:
            SearchCancelledError: `is_cancelled` returned true.
        """
        *_, n_directors, n_writers, n_casts = self._space.shape
        n_teams = n_directors * n_writers * n_casts
        n_films = len(self._groups[0].masks)
        ratings = np.empty((len(self._groups), n_films * n_teams))
        tasks = _block_tasks(n_directors, n_writers, n_casts)
        strides = Strides(film=n_teams, writers=n_casts)
        sizes = (
            (tasks[:, TaskColumn.END_OF_WRITERS] - tasks[:, TaskColumn.FIRST_WRITERS])
            * (tasks[:, TaskColumn.END_OF_CASTS] - tasks[:, TaskColumn.FIRST_CAST])
            * n_films
        )
        ends = np.flatnonzero(np.diff(np.cumsum(sizes) // _BATCH, append=-1)) + 1
        jobs = []
        for row, group in enumerate(self._groups):
            films = group._replace(people=_with_choices(group.people, self._space.choices.values()))
            for start, end in zip(np.append(0, ends[:-1]), ends, strict=True):
                jobs.append(_Job(films, tasks[start:end], strides, ratings[row], int(sizes[start:end].sum())))
        self._run(jobs, ratings.size, on_progress, is_cancelled)
        by_film = ratings.reshape(len(self._films_absence), n_teams)
        by_film += self._absence(self._space.choices.values())[:, np.newaxis]
        return self._calibrated(ratings.reshape(-1))

    def rate_teams(self, films: np.ndarray, directors: np.ndarray, writers: np.ndarray, cast: np.ndarray) -> np.ndarray:
        """Rate teams, complete or not.

        Args:
            films: int64 (n,), numbers among the space's films.
            directors: int32 (n, n_directors), numbers of candidates, ascending.
            writers: int32 (n, n_writers), numbers of candidates, ascending.
            cast: int32 (n, n_cast), numbers of candidates, ascending.

        Returns:
            float64 (n,), ratings from 1 to 10; minus infinity where more people cannot satisfy a broken constraint.
        """
        ratings = np.empty(len(films))
        n_films = len(self._groups[0].masks)
        for film in np.unique(films):
            rows = np.flatnonzero(films == film)
            people, masks = self._groups[film // n_films]
            choices = [np.ascontiguousarray(part[rows]) for part in (directors, writers, cast)]
            # People that a film must have may join later.
            limits = people.limits._replace(least=np.zeros_like(people.limits.least))
            group = _FilmGroup(_with_choices(replace(people, limits=limits), choices), masks[[film % n_films]])
            of_film = np.empty(len(rows))
            tasks = _run_tasks(*choices[:2])
            parts = [tasks[start : start + _BLOCKS_PER_JOB] for start in range(0, len(tasks), _BLOCKS_PER_JOB)]
            jobs = [_Job(group, part, Strides(0, 0), of_film, 0) for part in parts]
            self._run(jobs, 0, ignore_progress, never_cancelled)
            ratings[rows] = of_film + self._absence(choices)[film]
        return self._calibrated(ratings)

    def _run(
        self, jobs: Sequence[_Job], total: int, on_progress: ProgressCallback, is_cancelled: Callable[[], bool]
    ) -> None:
        n_done = 0
        on_progress(n_done, total)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = [pool.submit(self._score, job) for job in jobs]
            for future, job in zip(futures, jobs, strict=True):
                if is_cancelled():
                    pool.shutdown(cancel_futures=True)
                    raise SearchCancelledError(f"Cancelled after {n_done:,} of {total:,} combinations.")
                future.result()
                n_done += job.n_combinations
                on_progress(n_done, total)

    def _score(self, job: _Job) -> None:
        people, masks = job.films
        score(job.tasks, masks, self._forest, people.roles, people.pairs, people.team, people.limits, job.strides,
              job.ratings)  # fmt: skip

    def _absence(self, choices: Iterable[np.ndarray]) -> np.ndarray:
        """Return what absent facts add to each film, float64 (n_films,), given choices of directors, writers, cast."""
        points = self._fitted.absent_points.get(self._rating.trees, {})
        named = sum(points.get(role, 0.0) for role, part in zip(ROLES, choices, strict=True) if part.shape[1])
        return self._films_absence - named

    def _calibrated(self, sums: np.ndarray) -> np.ndarray:
        return np.where(np.isneginf(sums), sums, self._rating.calibration.apply(sums))


def _dependency(feature: str) -> Dependency:
    if feature in TEAM_FEATURES:
        return Dependency.WRITERS | Dependency.CAST
    if feature in PAIR_FEATURES["writer"] or feature.startswith("writer_"):
        return Dependency.WRITERS
    if feature in PAIR_FEATURES["cast"] or feature.startswith("cast_"):
        return Dependency.CAST
    return Dependency.NONE


def _block_tasks(n_directors: int, n_writers: int, n_casts: int) -> np.ndarray:
    """Split all teams into blocks: int64 (n_tasks, 6), columns of `TaskColumn`."""
    directors = np.arange(n_directors)
    writers, casts = np.arange(0, n_writers, _BLOCK_WRITERS), np.arange(0, n_casts, _BLOCK_CASTS)
    director, writer, cast = (grid.ravel() for grid in np.meshgrid(directors, writers, casts, indexing="ij"))
    tasks = np.empty((len(director), len(TaskColumn)), "int64")
    tasks[:, TaskColumn.DIRECTORS] = director
    tasks[:, TaskColumn.FIRST_WRITERS] = writer
    tasks[:, TaskColumn.END_OF_WRITERS] = np.minimum(writer + _BLOCK_WRITERS, n_writers)
    tasks[:, TaskColumn.FIRST_CAST] = cast
    tasks[:, TaskColumn.END_OF_CASTS] = np.minimum(cast + _BLOCK_CASTS, n_casts)
    tasks[:, TaskColumn.OUTPUT] = (director * n_writers + writer) * n_casts + cast
    return tasks


def _run_tasks(directors: np.ndarray, writers: np.ndarray) -> np.ndarray:
    """Group consecutive rows with the same directors and writers: int64 (n_tasks, 6), columns of `TaskColumn`."""
    crews = np.column_stack([directors, writers])
    is_new = np.append(True, (crews[1:] != crews[:-1]).any(axis=1))
    start = np.unique(np.append(np.flatnonzero(is_new), np.arange(0, len(crews), _BLOCK_CASTS)))
    tasks = np.empty((len(start), len(TaskColumn)), "int64")
    for column in (TaskColumn.DIRECTORS, TaskColumn.FIRST_WRITERS, TaskColumn.FIRST_CAST, TaskColumn.OUTPUT):
        tasks[:, column] = start
    tasks[:, TaskColumn.END_OF_WRITERS] = start + 1
    tasks[:, TaskColumn.END_OF_CASTS] = np.append(start[1:], len(crews))
    return tasks


def _with_choices(people: PeopleArrays, choices: Iterable[np.ndarray]) -> PeopleArrays:
    directors, writers, cast = (role._replace(choices=part) for role, part in zip(people.roles, choices, strict=True))
    return replace(people, roles=(directors, writers, cast))


def ignore_progress(_n_done: int, _n_total: int) -> None:
    """Discard the progress: the default callback of a search."""


def never_cancelled() -> bool:
    """Never cancel a search: the default of `is_cancelled`."""
    return False

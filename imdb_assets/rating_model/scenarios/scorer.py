"""Rating every combination of a space: trees cut back to the space, blocks of combinations on all cores."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.scenarios import kernel
from imdb_assets.rating_model.scenarios.constraints import ScenarioError
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES, TEAM_FEATURES, KernelInputs, Tables
from imdb_assets.rating_model.scenarios.space import Space
from imdb_assets.rating_model.scenarios.tree_masks import UnreadableTreesError, prune_to_bounds, read_trees
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.roles import ROLES

ReportProgress = Callable[[int, int], None]
"""Told how many combinations are done, and of how many."""
_MOST_WRITERS, _MOST_CASTS = 32, 32
"""Choices of a block: so many rows of masks stay in a core's cache."""
_BATCH = 16_384
"""Combinations between two looks at whether the search goes on: about ten milliseconds."""
_RUNS = 256
"""Runs of teams that differ in their cast alone, given to a thread at a time."""


class SearchCancelledError(Exception):
    """The search was ended by whoever asked for it."""


class Scorer:
    """Rates combinations of a space as `RatingModel.predict_frame` does, without making their matrix."""

    def __init__(self, model: RatingModel, space: Space) -> None:
        """Look everybody up, and cut the trees back to what the space can ask.

        :raises ScenarioError: when the model is none whose trees can be read.
        """
        if not isinstance(model.predictor, FittedModel):
            raise ScenarioError("Only a LightGBM model can be searched: ask imdb_rating@champion.")
        self._fitted, self._space = model.predictor, space
        names = self._fitted.booster.feature_name()
        frame = drafts_frame(space.films)
        films = self._fitted.inputs(features(frame, model.history), frame)
        lookups = KernelInputs(space, model.history, names)
        blocks = [tables for year in space.facts["years"] for tables in lookups.of_year(year).values()]
        asks = np.array([_asks(name) for name in names])
        low, high = films.min(axis=0), films.max(axis=0)
        for place, name in enumerate(names):
            if name in lookups.ranges:
                low[place], high[place] = lookups.ranges[name]
        try:
            self._forest = prune_to_bounds(read_trees(self._fitted.booster), low=low, high=high, asks=asks)
        except UnreadableTreesError as error:
            raise ScenarioError(str(error)) from None
        facts = np.array([place for place, name in enumerate(names) if name not in lookups.ranges], dtype="int32")
        rows = kernel.film_rows(films[:, facts], facts, self._forest.nodes, len(self._forest.leaves.first))
        self._blocks: list[tuple[Tables, np.ndarray]] = list(zip(blocks, np.split(rows, len(blocks)), strict=True))

    def rate_all(self, *, report: ReportProgress, is_cancelled: Callable[[], bool]) -> np.ndarray:
        """The rating of every combination, by number; minus infinity where a constraint forbids it.

        :raises SearchCancelledError: as soon as `is_cancelled` says so.
        """
        *_, n_directors, n_writers, n_casts = self._space.shape
        n_teams = n_directors * n_writers * n_casts
        n_films = len(self._blocks[0][1])
        blocks = [(_with_choices(tables, self._space.choices.values()), films) for tables, films in self._blocks]
        ratings = np.empty((len(self._blocks), n_films * n_teams))
        tasks = _tasks(n_directors, n_writers, n_casts)
        strides = (n_teams, n_casts)
        sizes = (tasks[:, 2] - tasks[:, 1]) * (tasks[:, 4] - tasks[:, 3]) * n_films
        ends = np.flatnonzero(np.diff(np.cumsum(sizes) // _BATCH, append=-1))
        jobs = [
            (block, tasks[first:end], strides, ratings[place], int(sizes[first:end].sum()))
            for place, block in enumerate(blocks)
            for first, end in zip(np.append(0, ends[:-1] + 1), ends + 1, strict=True)
        ]
        self._work(jobs, ratings.size, report, is_cancelled)
        return self._calibrated(ratings.reshape(-1))

    def rate_teams(self, films: np.ndarray, directors: np.ndarray, writers: np.ndarray, cast: np.ndarray) -> np.ndarray:
        """The rating of teams, a row each, complete or not; minus infinity where a constraint can no longer be met.

        :param films: numbers among the space's films.
        :param directors: places among the candidates, ascending; likewise the others.
        """
        ratings = np.empty(len(films))
        n_films = len(self._blocks[0][1])
        for film in np.unique(films):
            rows = np.flatnonzero(films == film)
            tables, masks = self._blocks[film // n_films]
            choices = [np.ascontiguousarray(part[rows]) for part in (directors, writers, cast)]
            # Whom a film must have may still come.
            limits = tables.limits._replace(least=np.zeros_like(tables.limits.least))
            here = _with_choices(replace(tables, limits=limits), choices)
            found = np.empty(len(rows))
            tasks = _runs(*choices[:2])
            parts = [tasks[first : first + _RUNS] for first in range(0, len(tasks), _RUNS)]
            jobs = [((here, masks[[film % n_films]]), part, (0, 0), found, 0) for part in parts]
            self._work(jobs, 0, silent, never)
            ratings[rows] = found
        return self._calibrated(ratings)

    def _work(
        self, jobs: Sequence[tuple], total: int, report: ReportProgress, is_cancelled: Callable[[], bool]
    ) -> None:
        done = 0
        report(done, total)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = [pool.submit(self._score, *job[:-1]) for job in jobs]
            for future, job in zip(futures, jobs, strict=True):
                if is_cancelled():
                    pool.shutdown(cancel_futures=True)
                    raise SearchCancelledError(f"Cancelled after {done:,} of {total:,} combinations.")
                future.result()
                done += job[-1]
                report(done, total)

    def _score(
        self, block: tuple[Tables, np.ndarray], tasks: np.ndarray, strides: tuple[int, int], out: np.ndarray
    ) -> None:
        tables, films = block
        forest = (self._forest.nodes, self._forest.leaves, self._forest.n_without_cast, self._forest.n_without_team)
        kernel.score(tasks, films, forest, tables.roles, tables.pairs, tables.team, tables.limits, strides, out)

    def _calibrated(self, sums: np.ndarray) -> np.ndarray:
        return np.where(np.isneginf(sums), sums, self._fitted.calibration.apply(sums))


def _asks(name: str) -> int:
    """What a feature depends on beside facts and directors: 1 writers, 2 cast, 3 both."""
    if name in TEAM_FEATURES:
        return 3
    if name in PAIR_FEATURES["writer"]:
        return 1
    if name in PAIR_FEATURES["cast"]:
        return 2
    return next((asked for role, asked in zip(ROLES, (0, 1, 2), strict=True) if name.startswith(f"{role}_")), 0)


def _tasks(n_directors: int, n_writers: int, n_casts: int) -> np.ndarray:
    directors = np.arange(n_directors)
    writers, casts = np.arange(0, n_writers, _MOST_WRITERS), np.arange(0, n_casts, _MOST_CASTS)
    director, writer, cast = (grid.ravel() for grid in np.meshgrid(directors, writers, casts, indexing="ij"))
    return np.ascontiguousarray(
        np.column_stack(
            [
                director,
                writer,
                np.minimum(writer + _MOST_WRITERS, n_writers),
                cast,
                np.minimum(cast + _MOST_CASTS, n_casts),
                (director * n_writers + writer) * n_casts + cast,
            ]
        ),
        dtype="int64",
    )


def _runs(directors: np.ndarray, writers: np.ndarray) -> np.ndarray:
    """Tasks of rows that follow one another with the same directors and writers."""
    crews = np.column_stack([directors, writers])
    is_new = np.append(True, (crews[1:] != crews[:-1]).any(axis=1))
    start = np.flatnonzero(is_new)
    start = np.unique(np.append(start, np.arange(0, len(crews), _MOST_CASTS)))
    end = np.append(start[1:], len(crews))
    return np.ascontiguousarray(np.column_stack([start, start, start + 1, start, end, start]), dtype="int64")


def _with_choices(tables: Tables, choices: Iterable[np.ndarray]) -> Tables:
    directors, writers, cast = (role._replace(choices=part) for role, part in zip(tables.roles, choices, strict=True))
    return replace(tables, roles=(directors, writers, cast))


def silent(_done: int, _total: int) -> None:
    """Tell nobody how far the search is."""


def never() -> bool:
    """Go on to the end."""
    return False

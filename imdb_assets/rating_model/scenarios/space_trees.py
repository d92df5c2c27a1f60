"""A booster's trees, pruned to the values that a space can reach, with the leaf masks of the space's films."""

from typing import NamedTuple

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.scenarios.constraints import ScenarioError
from imdb_assets.rating_model.scenarios.kernel.columns import TEAM_FEATURES
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import film_masks
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES, KernelInputs, PeopleArrays
from imdb_assets.rating_model.scenarios.space import Space
from imdb_assets.rating_model.scenarios.tree_masks import Dependency, prune_to_bounds
from imdb_assets.rating_model.training.intervals import PREDICTED
from imdb_assets.rating_model.training.trees import UnreadableTreesError, read_trees

ANY_RATING = (1.0, 10.0)


class FilmGroup(NamedTuple):
    """Films of one year and one list of genres: the arrays of people, and uint64 (n_films, n_trees) leaf masks."""

    people: PeopleArrays
    masks: np.ndarray


class SpaceTrees:
    """Trees pruned to a space.

    Attributes:
        forest: The pruned trees.
        groups: The space's films by year and list of genres, in the space's order.
    """

    def __init__(
        self,
        booster: lgb.Booster,
        matrix: np.ndarray,
        space: Space,
        history: History,
        ratings: tuple[float, float] = ANY_RATING,
    ) -> None:
        """Look up all people, and prune the trees to the values that the space can reach.

        Args:
            booster: The trees. A feature `PREDICTED` is the rating of a combination.
            matrix: float64 (n_films, n_features), features of the space's films without people, in the booster's order.
            space: The space to search.
            history: The history of the model.
            ratings: The lowest and the highest rating of a combination.

        Raises:
            ScenarioError: The trees are not supported.
        """
        names = booster.feature_name()
        inputs = KernelInputs(space, history, names)
        people = [arrays for year in space.facts["years"] for arrays in inputs.for_year(year).values()]
        are_writers_last = not space.n_people["cast"]
        if are_writers_last:
            people = [arrays.with_writers_last() for arrays in people]
        ranges = inputs.ranges | {PREDICTED: ratings}
        low, high = matrix.min(axis=0), matrix.max(axis=0)
        for column, name in enumerate(names):
            if name in ranges:
                low[column], high[column] = ranges[name]
        try:
            self.forest = prune_to_bounds(
                read_trees(booster),
                low=low,
                high=high,
                dependencies=np.array([_dependency(name, are_writers_last=are_writers_last) for name in names]),
                predicted=names.index(PREDICTED) if PREDICTED in names else -1,
            )
        except UnreadableTreesError as error:
            raise ScenarioError(str(error)) from None
        fixed = np.array([column for column, name in enumerate(names) if name not in ranges], dtype="int32")
        masks = film_masks(matrix[:, fixed], fixed, self.forest.nodes, len(self.forest.leaves.first))
        self.groups = [FilmGroup(*group) for group in zip(people, np.split(masks, len(people)), strict=True)]


def error_inputs(booster: lgb.Booster, matrix: pd.DataFrame) -> np.ndarray:
    """Return features in the order of the error's trees, float64. The predicted rating is not known yet and 0."""
    return matrix.reindex(columns=booster.feature_name(), fill_value=0.0).to_numpy("float64", copy=True)


def _dependency(feature: str, *, are_writers_last: bool) -> Dependency:
    writers, cast = Dependency.WRITERS, Dependency.CAST
    if are_writers_last:
        writers, cast = cast, writers
    if feature in TEAM_FEATURES or feature == PREDICTED:
        return writers | cast
    if feature in PAIR_FEATURES["writer"] or feature.startswith("writer_"):
        return writers
    if feature in PAIR_FEATURES["cast"] or feature.startswith("cast_"):
        return cast
    return Dependency.NONE

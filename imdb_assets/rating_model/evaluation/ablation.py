"""What is run on demand: the backtest of a year, and the ablation of each group of features."""

from collections.abc import Mapping, Sequence

import pandas as pd

from imdb_assets.rating_model.evaluation.backtest import mature_films
from imdb_assets.rating_model.evaluation.metrics import ablation_rows
from imdb_assets.rating_model.evaluation.rolling_origin import ReportStep, run_protocol
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.vocabulary.features import FEATURE_NAMES, FEATURES, MODEL_COLUMNS, TEXT_FEATURES

GROUPS: tuple[str, ...] = tuple(
    dict.fromkeys(feature.group for feature in (*FEATURES, *TEXT_FEATURES) if feature.group != "expectation")
)


PEOPLE = "all people"
"""Directors, writers, cast and what they did together, left out at once."""


_PEOPLE_GROUPS = {"director", "writer", "cast", "team"}


NO_CAST = "all of the cast"
"""The cast withheld from the featurizer, so that no feature of the team knows it either."""


def without_cast(training_set: pd.DataFrame, movie_features: pd.DataFrame, history: History) -> RatedMovies:
    """The same films as `mature_films`, as the featurizer sees them when nobody of their cast is told."""
    nobody = pd.Series([[] for _ in range(len(movie_features))], index=movie_features.index, dtype="object")
    blind = movie_features.assign(cast=nobody)
    films = mature_films(training_set, blind)
    unseen = features(blind.set_index("tconst").loc[films.tconsts].reset_index(), history)
    return films.with_matrix(unseen[list(FEATURE_NAMES)])


def ablate(
    films: RatedMovies,
    test_years: tuple[int, int],
    recipe: Recipe,
    report: ReportStep,
    *,
    groups: Sequence[str] = (*GROUPS, PEOPLE),
    withheld: Mapping[str, RatedMovies] | None = None,
) -> list[dict[str, object]]:
    """Rows of `gold_model_ablation`: the protocol without each group, against all features on the same films.

    :param withheld: the same films in the same order with facts withheld, by what is withheld.
    """
    report("the full model")
    full = run_protocol(films, test_years, recipe, report).scored
    rows = []
    for place, group in enumerate(groups, start=1):
        report(f"without {group}, {place} of {len(groups)}")
        left_out = _PEOPLE_GROUPS if group == PEOPLE else {group}
        columns = [
            feature.name for feature in (*FEATURES, *TEXT_FEATURES) if feature.group not in left_out
        ]  # fmt: skip
        without = run_protocol(films, test_years, recipe, report, columns=[c for c in MODEL_COLUMNS if c in columns])
        rows += ablation_rows(group, without.scored, full)
    for name, others in (withheld or {}).items():
        report(f"without {name}")
        rows += ablation_rows(name, run_protocol(others, test_years, recipe, report).scored, full)
    return rows

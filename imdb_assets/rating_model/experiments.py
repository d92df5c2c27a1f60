"""What is run on demand: the backtest of a year, and the ablation of each group of features."""

from collections.abc import Mapping, Sequence

import pandas as pd

from imdb_assets.rating_model.baselines import plain_predictions
from imdb_assets.rating_model.evaluation import MINIMUM_FILMS, TooFewRatingsError
from imdb_assets.rating_model.features import History, features
from imdb_assets.rating_model.metrics import ablation_rows, backtest_rows
from imdb_assets.rating_model.protocol import Report, run_protocol, scored
from imdb_assets.rating_model.study import CANDIDATE_NAME
from imdb_assets.rating_model.training import MODEL_COLUMNS, RatedMovies, Recipe, rated_movies
from imdb_assets.tables.features import FEATURE_NAMES, FEATURES, TEXT_FEATURES

GROUPS: tuple[str, ...] = tuple(
    dict.fromkeys(feature.group for feature in (*FEATURES, *TEXT_FEATURES) if feature.group != "expectation")
)
PEOPLE = "all people"
"""Directors, writers, cast and what they did together, left out at once."""
_PEOPLE_GROUPS = {"director", "writer", "cast", "team"}
NO_CAST = "all of the cast"
"""The cast withheld from the featurizer, so that no feature of the team knows it either."""


def mature_films(training_set: pd.DataFrame, movie_features: pd.DataFrame) -> RatedMovies:
    """The films that are scored: mature rated ones of `gold_training_set`."""
    mature = training_set[training_set["is_mature"].to_numpy(bool)].sort_values("tconst", ignore_index=True)
    return rated_movies(mature, movie_features)


def without_cast(training_set: pd.DataFrame, movie_features: pd.DataFrame, history: History) -> RatedMovies:
    """The same films as `mature_films`, as the featurizer sees them when nobody of their cast is told."""
    nobody = pd.Series([[] for _ in range(len(movie_features))], index=movie_features.index, dtype="object")
    blind = movie_features.assign(cast=nobody)
    films = mature_films(training_set, blind)
    unseen = features(blind.set_index("tconst").loc[films.tconsts].reset_index(), history)
    return films.with_matrix(unseen[list(FEATURE_NAMES)])


def backtest_year(films: RatedMovies, year: int, recipe: Recipe, report: Report) -> list[dict[str, object]]:
    """Rows of `gold_backtest` for one test year: the plain baselines, and the recipe under the protocol.

    :raises TooFewRatingsError: when too few films came before the year, or in it.
    """
    for split, found in (
        ("training", int((films.years < year - 1).sum())),
        ("validation", int((films.years == year - 1).sum())),
        ("test", int((films.years == year).sum())),
    ):
        if found < MINIMUM_FILMS[split]:
            raise TooFewRatingsError(
                f"{year} cannot be backtested: {found} mature rated {split} films, {MINIMUM_FILMS[split]} are needed."
            )
    test = films.where(films.years == year)
    rows = []
    for name, ratings in plain_predictions(films.where(films.years < year), test).items():
        rows += backtest_rows(name, year, scored(test, ratings))
    tested = run_protocol(films, (year, year), recipe, lambda step: report(f"{year}: {step}"))
    return rows + backtest_rows(CANDIDATE_NAME, year, tested.scored)


def ablate(
    films: RatedMovies,
    test_years: tuple[int, int],
    recipe: Recipe,
    report: Report,
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

"""Compare the time of fitting the rating model with a plain LightGBM fit on the same matrix."""

import argparse
import os
import resource
import statistics
import time
from pathlib import Path

import lightgbm as lgb
import pandas as pd
from deltalake import DeltaTable

from benchmarks.results import recorded_output
from imdb_assets.rating_model.evaluation.mature_films import mature_films
from imdb_assets.rating_model.training.fit import Prepared, grow, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.settings import DATA
from imdb_assets.tables.gold import MOVIE_FEATURES, TRAINING_SET
from imdb_assets.tables.table import Table


@recorded_output("training", title="Training", command="make bench-training")
def main() -> None:
    """Alternate between both fits and print seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, default=DATA / "lake", help="folder with the gold tables")
    parser.add_argument("--trees", type=int, default=500, help="number of trees")
    parser.add_argument("--rounds", type=int, default=5, help="number of timed rounds")
    arguments = parser.parse_args()
    films = mature_films(_read(arguments.lake, TRAINING_SET), _read(arguments.lake, MOVIE_FEATURES))
    recipe = Recipe()
    start = time.perf_counter()
    prepared = prepare(films, recipe)
    text_seconds = time.perf_counter() - start
    model_seconds, plain_seconds = [], []
    for _ in range(arguments.rounds):
        model_seconds.append(_model_seconds(prepared, recipe, arguments.trees))
        plain_seconds.append(_plain_seconds(prepared, films, recipe, arguments.trees))
    print(f"{len(films.target_rating):,} films, {prepared.inputs.shape[1]} features, {arguments.trees} trees")
    model, plain = statistics.median(model_seconds), statistics.median(plain_seconds)
    print(f"plain LightGBM     {plain:7.2f} s (median of {len(plain_seconds)})")
    print(f"the model's trees  {model:7.2f} s, ratio {model / plain:.2f}")
    print(f"text scores, once  {text_seconds:7.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.1f} GiB, {os.cpu_count()} cores")


def _read(lake: Path, table: Table) -> pd.DataFrame:
    return DeltaTable(f"{lake}/{table.path}").to_pandas()


def _model_seconds(prepared: Prepared, recipe: Recipe, trees: int) -> float:
    start = time.perf_counter()
    grow(prepared, recipe, n_rounds=trees)
    return time.perf_counter() - start


def _plain_seconds(prepared: Prepared, films: RatedMovies, recipe: Recipe, trees: int) -> float:
    start = time.perf_counter()
    data = lgb.Dataset(prepared.inputs, films.target_rating, weight=films.weight(recipe.vote_cap))
    lgb.train(tree_parameters(recipe), data, trees)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

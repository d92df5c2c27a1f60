"""Seconds that fitting the rating model takes, against a bare LightGBM fit of the same matrix."""

import argparse
import os
import resource
import statistics
import time
from pathlib import Path

import lightgbm as lgb
import pandas as pd
from deltalake import DeltaTable

from imdb_assets.environments import DATA
from imdb_assets.rating_model.evaluation.mature_films import mature_films
from imdb_assets.rating_model.training.fit import Prepared, grow, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.tables.gold import MOVIE_FEATURES, TRAINING_SET
from imdb_assets.tables.table import Table


def main() -> None:
    """Take turns at growing trees with and without ours around them, and print seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, default=DATA / "lake", help="folder that holds the gold tables")
    parser.add_argument("--trees", type=int, default=500, help="trees to grow")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    asked = parser.parse_args()
    films = mature_films(_read(asked.lake, TRAINING_SET), _read(asked.lake, MOVIE_FEATURES))
    recipe = Recipe()
    start = time.perf_counter()
    prepared = prepare(films, recipe)
    texts = time.perf_counter() - start
    ours, bare = [], []
    for _ in range(asked.rounds):
        ours.append(_seconds_of_ours(prepared, recipe, asked.trees))
        bare.append(_seconds_bare(prepared, films, recipe, asked.trees))
    print(f"{len(films.target_rating):,} films, {prepared.inputs.shape[1]} features, {asked.trees} trees")
    typical, peer = statistics.median(ours), statistics.median(bare)
    print(f"bare LightGBM      {peer:7.2f} s (median of {len(bare)})")
    print(f"the model's trees  {typical:7.2f} s, ratio {typical / peer:.2f}")
    print(f"text scores, once  {texts:7.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.1f} GiB, {os.cpu_count()} cores")


def _read(lake: Path, table: Table) -> pd.DataFrame:
    return DeltaTable(f"{lake}/{table.path}").to_pandas()


def _seconds_of_ours(prepared: Prepared, recipe: Recipe, trees: int) -> float:
    start = time.perf_counter()
    grow(prepared, recipe, n_rounds=trees)
    return time.perf_counter() - start


def _seconds_bare(prepared: Prepared, films: RatedMovies, recipe: Recipe, trees: int) -> float:
    start = time.perf_counter()
    data = lgb.Dataset(prepared.inputs, films.target_rating, weight=films.weight(recipe.vote_cap))
    lgb.train(tree_parameters(recipe), data, trees)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

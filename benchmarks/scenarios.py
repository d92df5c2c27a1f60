"""Scenario search of a million combinations against LightGBM on their feature matrix, with memory and compile time."""

import argparse
import os
import platform
import statistics
import sys
import time

import numpy as np
import psutil

from benchmarks.results import recorded_output
from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.scenarios.constraints import Pick
from imdb_assets.rating_model.scenarios.search import Scenarios, search_scenarios
from imdb_assets.rating_model.scenarios.space import Space, Variations, build_space
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE
from imdb_assets_tests.support.champion import invented_model

DRAFT = MovieDraft(title="The Long Night", release_year=2027, runtime_minutes=110, genres=("Drama", "Crime"))
_CANDIDATES = {"director": 10, "writer": 20, "cast": 32}
_RUNS, _SAMPLE = 3, 50_000


@recorded_output("scenarios", title="Scenario search", command="make bench-scenarios")
def main() -> None:
    """Search, predict the same combinations with LightGBM, and print both times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--champion", metavar="TRACKING_URI", help="registry whose champion is searched; default: an invented model"
    )
    options = parser.parse_args()
    model = load_champion(options.champion).model if options.champion else invented_model()
    booster = _fitted(model).booster_for(DEFAULT_AUDIENCE)
    most_leaves = max(tree["num_leaves"] for tree in booster.dump_model()["tree_info"])
    print(f"{os.cpu_count()} cores, {platform.machine()}; {booster.num_trees()} trees of up to {most_leaves} leaves")
    people = {
        role: tuple(person.nconst for person in model.people.most_rated(role, limit=n))
        for role, n in _CANDIDATES.items()
    }
    variations = Variations(
        directors=Pick(people["director"]), writers=Pick(people["writer"]), cast=Pick(people["cast"], 3)
    )
    first, result = _timed(model, variations)
    times = [_timed(model, variations)[0] for _ in range(_RUNS)]
    warm = statistics.median(times)
    memory = psutil.Process().memory_info().rss / 2**30
    listed = ", ".join(f"{seconds:.2f}" for seconds in times)
    print(f"search, {result.n_rated:,} combinations: median {warm:.2f} s of {listed}")
    print(f"first search of the process: {first:.1f} s, {first - warm:.1f} s of it to compile or to load machine code")
    print(f"memory of the process afterwards: {memory:.2f} GiB")
    _compare(model, build_space(model, DRAFT, variations), result, warm)


def _fitted(model: RatingModel) -> FittedModel:
    if not isinstance(model.predictor, FittedModel):
        sys.exit("Scenario search supports LightGBM models only. Name a registry with imdb_rating@champion.")
    return model.predictor


def _timed(model: RatingModel, variations: Variations) -> tuple[float, Scenarios]:
    start = time.perf_counter()
    result = search_scenarios(model, DRAFT, variations, k=10)
    return time.perf_counter() - start, result


def _compare(model: RatingModel, space: Space, result: Scenarios, warm: float) -> None:
    numbers = np.random.default_rng(0).choice(space.n_combinations, _SAMPLE, replace=False)
    frame = drafts_frame([space.draft_at(int(number)) for number in numbers])
    start = time.perf_counter()
    matrix = features(frame, model.history)
    matrix_seconds = (time.perf_counter() - start) * space.n_combinations / _SAMPLE
    fitted = _fitted(model)
    booster = fitted.booster_for(DEFAULT_AUDIENCE)
    inputs = np.resize(fitted.inputs(matrix, frame), (space.n_combinations, booster.num_feature()))
    start = time.perf_counter()
    booster.predict(inputs)
    plain = time.perf_counter() - start
    best = fitted.predict(matrix, frame).max()
    print(f"LightGBM on a ready matrix of {len(inputs):,} rows: {plain:.1f} s, {plain / warm:.1f} times the search")
    print(f"featurizer for that matrix: {matrix_seconds:.0f} s (extrapolated from {_SAMPLE:,} rows)")
    print(f"best rating of the search {result.best[0].prediction.rating:.4f}, of the sample {best:.4f}")


if __name__ == "__main__":
    main()

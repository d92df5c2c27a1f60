"""A million scenarios: the search against LightGBM scoring their ready matrix, with memory and compile time."""

import argparse
import os
import platform
import statistics
import sys
import time

import numpy as np
import psutil

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.scenarios.constraints import Pick
from imdb_assets.rating_model.scenarios.search import Scenarios, search_scenarios
from imdb_assets.rating_model.scenarios.space import Space, Variations, space_of
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets_tests.support.champion import invented_model

DRAFT = MovieDraft(title="The Long Night", release_year=2027, runtime_minutes=110, genres=("Drama", "Crime"))
_CANDIDATES = {"director": 10, "writer": 20, "cast": 32}
_RUNS, _SAMPLE = 3, 50_000


def main() -> None:
    """Search, rate the same combinations plainly, and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--champion", metavar="TRACKING_URI", help="the registry of the model; else an invented one")
    asked = parser.parse_args()
    model = load_champion(asked.champion).model if asked.champion else invented_model()
    booster = _fitted(model).booster
    print(f"{os.cpu_count()} cores, {platform.machine()}; {booster.num_trees()} trees of up to "
          f"{max(tree['num_leaves'] for tree in booster.dump_model()['tree_info'])} leaves")  # fmt: skip
    people = {
        role: tuple(one.nconst for one in model.people.most_rated(role, limit=n)) for role, n in _CANDIDATES.items()
    }
    variations = Variations(
        directors=Pick(people["director"]), writers=Pick(people["writer"]), cast=Pick(people["cast"], 3)
    )
    first, found = _timed(model, variations)
    times = [_timed(model, variations)[0] for _ in range(_RUNS)]
    warm = statistics.median(times)
    peak = psutil.Process().memory_info().rss / 2**30
    print(f"search, {found.n_rated:,} combinations: median {warm:.2f} s of {', '.join(f'{one:.2f}' for one in times)}")
    print(
        f"first search of the process: {first:.1f} s, of it {first - warm:.1f} s to compile or to load what is compiled"
    )
    print(f"memory of the process after it: {peak:.2f} GiB")
    _compare(model, space_of(model, DRAFT, variations), found, warm)


def _fitted(model: RatingModel) -> FittedModel:
    if not isinstance(model.predictor, FittedModel):
        sys.exit("Only a LightGBM model can be searched: name the registry of an imdb_rating@champion.")
    return model.predictor


def _timed(model: RatingModel, variations: Variations) -> tuple[float, Scenarios]:
    start = time.perf_counter()
    found = search_scenarios(model, DRAFT, variations, k=10)
    return time.perf_counter() - start, found


def _compare(model: RatingModel, space: Space, found: Scenarios, warm: float) -> None:
    numbers = np.random.default_rng(0).choice(space.n_combinations, _SAMPLE, replace=False)
    frame = drafts_frame([space.draft_at(int(number)) for number in numbers])
    start = time.perf_counter()
    matrix = features(frame, model.history)
    made = (time.perf_counter() - start) * space.n_combinations / _SAMPLE
    fitted = _fitted(model)
    inputs = np.resize(fitted.inputs(matrix, frame), (space.n_combinations, len(fitted.booster.feature_name())))
    start = time.perf_counter()
    fitted.booster.predict(inputs)
    plain = time.perf_counter() - start
    best = fitted.predict(matrix, frame).max()
    print(f"LightGBM on the ready matrix of {len(inputs):,} rows: {plain:.1f} s, {plain / warm:.1f} times the search")
    print(f"making that matrix by the featurizer: {made:.0f} s ({_SAMPLE:,} rows scaled up)")
    print(f"best found {found.best[0].prediction.rating:.4f}, best of the sample {best:.4f}")


if __name__ == "__main__":
    main()

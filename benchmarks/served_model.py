"""The served model at IMDb's size: start-up time, memory, and response times for a draft with four people.

The same run measures two lower bounds: MLflow's `/ping`, and the trees alone.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import mlflow
import numpy as np
import psutil
import pyarrow as pa
import requests

from benchmarks.big_model import big_model
from benchmarks.results import recorded_output
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.registry import register, versions
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.settings import DATA
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE
from imdb_assets_tests.support.bare_registry import promote

CONCURRENT = 50
WARM_UP = 30


@recorded_output("served-model", title="Model server", command="make bench-served")
def main() -> None:
    """Build the model, serve it, and print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = f"sqlite:///{DATA / 'mlflow.db'}"
    parser.add_argument(
        "--registry", default=default, help="tracking URI of the registry whose champion provides the trees"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="1 is IMDb: 1.5 million people, 330,000 rated films")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--batch", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        uri = f"sqlite:///{folder}/mlflow.db"
        model = _registered(options.registry, uri, Path(folder), options.scale)
        drafts = _drafts(model.people, options.batch)
        _print_alone(model, drafts[: options.requests])
        with _served(uri, Path(folder)) as (address, server, ready):
            print(f"ready after {ready:.1f} s ({_processor_seconds(server):.1f} s of CPU time), {_memory(server)}")
            _print_served(address, server, drafts, options.requests)
            print(f"at the end: {_memory(server)}")
    print(f"{os.cpu_count()} cores, {platform.machine()}")


def _registered(source: str, uri: str, folder: Path, scale: float) -> RatingModel:
    trees = versions.load_champion(source).model
    model = big_model(trees, scale=scale)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("bench", (folder / "artifacts").as_uri()))
    with mlflow.start_run():
        register.register(model, alias=versions.CANDIDATE, tags={})
    promote(uri)
    size = sum(file.stat().st_size for file in (folder / "artifacts").rglob("*") if file.is_file())
    fitted = trees.predictor if isinstance(trees.predictor, FittedModel) else None
    n_trees = fitted.booster_for(DEFAULT_AUDIENCE).num_trees() if fitted else 0
    print(
        f"{model.people.table.num_rows:,} people, {len(model.films):,} films, {n_trees} trees, {size / 2**30:.1f} GiB"
    )
    return versions.load_champion(uri).model


def _drafts(people: People, n: int) -> list[dict]:
    """Drafts with four people each, three by name and one by id."""
    rng = np.random.default_rng(2)
    rows = (people.table.num_rows * rng.random((n, 4)) ** 2).astype("int64")
    names = np.array(people.table["name"].take(pa.array(rows.ravel())).to_pylist(), object).reshape(n, 4)
    ids = people.table["nconst"].take(pa.array(rows[:, 3])).to_pylist()
    return [
        {
            "title": f"Draft {number}",
            "release_year": 2027,
            "runtime_minutes": 90.0 + number % 60,
            "genres": ["Drama", "Thriller"] if number % 2 else ["Comedy"],
            "plot": "A retired detective finds his own name in the diary of a stranger who drowned long ago.",
            "language": "English",
            "directors": [names[number, 0]],
            "writers": [names[number, 1]],
            "cast": [names[number, 2], ids[number]],
        }
        for number in range(n)
    ]


def _print_alone(model: RatingModel, rows: Sequence[dict]) -> None:
    drafts = [MovieDraft(**row) for row in rows]
    _print(
        "in this process, one draft", [_milliseconds(lambda draft=draft: model.predict([draft])) for draft in drafts]
    )
    if isinstance(model.predictor, FittedModel):
        booster = model.predictor.booster_for(DEFAULT_AUDIENCE)
        row = np.zeros((1, booster.num_feature()))
        _print("the trees alone, one row", [_milliseconds(lambda: booster.predict(row)) for _ in drafts])
    _print("similar films", [_milliseconds(lambda draft=draft: similar_films(model, draft, k=10)) for draft in drafts])
    films = model.films
    _print("films by title", [_milliseconds(lambda n=n: films.find(f"film {n} of", limit=10)) for n in range(50)])


@contextmanager
def _served(uri: str, folder: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    port = 5711
    command = [sys.executable, "-m", "imdb_assets.rating_model.server.model_server", "--port", str(port)]
    environment = os.environ | {"MLFLOW_TRACKING_URI": uri, "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    with (folder / "serve.log").open("wb") as log:
        server = psutil.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        while not _answers(address):
            if server.poll() is not None:
                sys.exit((folder / "serve.log").read_text())
            time.sleep(0.05)
        yield address, server, time.perf_counter() - start
    finally:
        for process in [*server.children(recursive=True), server]:
            process.terminate()
        server.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/ping", timeout=5).ok
    except requests.ConnectionError:
        return False


def _print_served(address: str, server: psutil.Process, drafts: Sequence[dict], n: int) -> None:
    with requests.Session() as session:

        def post(*rows: dict, **params: object) -> requests.Response:
            body = {"dataframe_records": list(rows), "params": params}
            return session.post(f"{address}/invocations", json=body, timeout=300)

        for row in drafts[:WARM_UP]:
            post(row)
        _print("MLflow's /ping", [_milliseconds(lambda: session.get(f"{address}/ping", timeout=60)) for _ in range(n)])
        spent = _processor_seconds(server)
        _print("one draft, sequentially", [_milliseconds(lambda row=row: post(row)) for row in drafts[:n]])
        spent = _processor_seconds(server) - spent
        print(f"  CPU time of the server: {1000 * spent / n:.1f} ms per request, independent of other load")
        misspelled = [row | {"directors": [f"Xq{row['directors'][0]}"]} for row in drafts[:100]]
        _print("with a misspelled name", [_milliseconds(lambda row=row: post(row)) for row in misspelled])
        _print("with reasons", [_milliseconds(lambda row=row: post(row, explain=True)) for row in drafts[:100]])
        _print("with similar films", [_milliseconds(lambda row=row: post(row, similar=10)) for row in drafts[:100]])
        _print_concurrent(address, drafts[:n])
        print(f"after these requests: {_memory(server)}")
        start = time.perf_counter()
        response = post(*drafts)
        spent = time.perf_counter() - start
        print(f"{len(drafts):,} drafts in one request: {spent:.1f} s, HTTP {response.status_code}")


def _print_concurrent(address: str, rows: Sequence[dict]) -> None:
    def post(row: dict) -> tuple[int, float]:
        start = time.perf_counter()
        response = requests.post(f"{address}/invocations", json={"dataframe_records": [row]}, timeout=60)
        return response.status_code, 1000 * (time.perf_counter() - start)

    start = time.perf_counter()
    with ThreadPoolExecutor(CONCURRENT) as pool:
        responses = list(pool.map(post, rows))
    spent = time.perf_counter() - start
    n_failed = sum(status != 200 for status, _ in responses)
    _print(f"one draft, {CONCURRENT} at a time", [milliseconds for _, milliseconds in responses])
    print(f"{len(rows)} requests, {CONCURRENT} at a time: {n_failed} failed, {len(rows) / spent:.0f} per second")


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def _print(name: str, spent: Sequence[float]) -> None:
    p50, p99 = statistics.median(spent), float(np.quantile(spent, 0.99))
    print(f"{name:<30} p50 {p50:7.2f} ms, p99 {p99:7.2f} ms, worst {max(spent):7.2f} ms (of {len(spent)})", flush=True)


def _processor_seconds(server: psutil.Process) -> float:
    times = [process.cpu_times() for process in [server, *server.children(recursive=True)]]
    return sum(part.user + part.system for part in times)


def _memory(server: psutil.Process) -> str:
    # The `mlflow` command, the server and its worker with the model. The system can reclaim mapped pages.
    infos = [process.memory_info() for process in [server, *server.children(recursive=True)]]
    own = sum(info.rss - info.shared for info in infos)
    return f"{own / 2**20:,.0f} MiB private, {sum(info.rss for info in infos) / 2**20:,.0f} MiB including mapped files"


if __name__ == "__main__":
    main()

"""The served model at IMDb's size: when it is ready, its memory, and the milliseconds of a draft with four people.

Beside them, in the same run, what nothing can be faster than: MLflow's own answer to `/ping`, and the trees alone.
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
from big_model import big_model

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.registry import register, versions
from imdb_assets.rating_model.registry.promotion import promote
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.settings import DATA

AT_ONCE = 50
WARM_UP = 30


def main() -> None:
    """Make the model, serve it, and print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = f"sqlite:///{DATA / 'mlflow.db'}"
    parser.add_argument(
        "--registry", default=default, help="tracking URI of the registry whose champion lends its trees"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="1 is IMDb: 1.5 million people, 330,000 rated films")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--batch", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        uri = f"sqlite:///{folder}/mlflow.db"
        model = _registered(asked.registry, uri, Path(folder), asked.scale)
        drafts = _drafts(model.people, asked.batch)
        _print_alone(model, drafts[: asked.requests])
        with _served(uri, Path(folder)) as (address, server, ready):
            print(f"ready after {ready:.1f} s ({_processor_seconds(server):.1f} s of work), {_memory(server)}")
            _print_served(address, server, drafts, asked.requests)
            print(f"after all: {_memory(server)}")
    print(f"{os.cpu_count()} cores, {platform.machine()}")


def _registered(lender: str, uri: str, folder: Path, scale: float) -> RatingModel:
    trees = versions.load_champion(lender).model
    model = big_model(trees, scale=scale)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("bench", (folder / "artifacts").as_uri()))
    with mlflow.start_run():
        register.register(model, alias=versions.CANDIDATE, tags={})
    promote(uri)
    size = sum(file.stat().st_size for file in (folder / "artifacts").rglob("*") if file.is_file())
    n_trees = trees.predictor.booster.num_trees() if isinstance(trees.predictor, FittedModel) else 0
    print(
        f"{model.people.table.num_rows:,} people, {len(model.films):,} films, {n_trees} trees, {size / 2**30:.1f} GiB"
    )
    return versions.load_champion(uri).model


def _drafts(people: People, n: int) -> list[dict]:
    """Drafts of four people each, three by name and one by id."""
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
        booster, row = model.predictor.booster, np.zeros((1, model.predictor.booster.num_feature()))
        _print("the trees alone, one row", [_milliseconds(lambda: booster.predict(row)) for _ in drafts])
    _print("similar films", [_milliseconds(lambda draft=draft: similar_films(model, draft, k=10)) for draft in drafts])
    films = model.films
    _print("films by title", [_milliseconds(lambda n=n: films.find(f"film {n} of", limit=10)) for n in range(50)])


@contextmanager
def _served(uri: str, folder: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    port = 5711
    program = Path(sys.executable).parent / "mlflow"
    command = [str(program), "models", "serve", "-m", "models:/imdb_rating@champion", "--env-manager", "local",
               "--host", "127.0.0.1", "--port", str(port)]  # fmt: skip
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "MLFLOW_TRACKING_URI": uri, "OMP_NUM_THREADS": "1"}
    began = time.perf_counter()
    with (folder / "serve.log").open("wb") as log:
        server = psutil.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        while not _answers(address):
            if server.poll() is not None:
                sys.exit((folder / "serve.log").read_text())
            time.sleep(0.05)
        yield address, server, time.perf_counter() - began
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

        def ask(*rows: dict, **params: object) -> requests.Response:
            body = {"dataframe_records": list(rows), "params": params}
            return session.post(f"{address}/invocations", json=body, timeout=300)

        for row in drafts[:WARM_UP]:
            ask(row)
        _print("MLflow's /ping", [_milliseconds(lambda: session.get(f"{address}/ping", timeout=60)) for _ in range(n)])
        spent = _processor_seconds(server)
        _print("one draft, one after another", [_milliseconds(lambda row=row: ask(row)) for row in drafts[:n]])
        spent = _processor_seconds(server) - spent
        print(f"  of which the server's own work: {1000 * spent / n:.1f} ms each, however busy the machine is")
        strange = [row | {"directors": [f"Xq{row['directors'][0]}"]} for row in drafts[:100]]
        _print("with a misspelt name", [_milliseconds(lambda row=row: ask(row)) for row in strange])
        _print("with reasons", [_milliseconds(lambda row=row: ask(row, explain=True)) for row in drafts[:100]])
        _print("with similar films", [_milliseconds(lambda row=row: ask(row, similar=10)) for row in drafts[:100]])
        _print_at_once(address, drafts[:n])
        print(f"after these requests: {_memory(server)}")
        began = time.perf_counter()
        answer = ask(*drafts)
        spent = time.perf_counter() - began
        print(f"{len(drafts):,} drafts in one request: {spent:.1f} s, HTTP {answer.status_code}")


def _print_at_once(address: str, rows: Sequence[dict]) -> None:
    def ask(row: dict) -> tuple[int, float]:
        began = time.perf_counter()
        answer = requests.post(f"{address}/invocations", json={"dataframe_records": [row]}, timeout=60)
        return answer.status_code, 1000 * (time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, rows))
    spent = time.perf_counter() - began
    lost = sum(status != 200 for status, _ in answers)
    _print(f"one draft, {AT_ONCE} at once", [each for _, each in answers])
    print(f"{len(rows)} requests at {AT_ONCE} at once: {lost} lost, {len(rows) / spent:.0f} a second")


def _milliseconds(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return 1000 * (time.perf_counter() - began)


def _print(name: str, spent: Sequence[float]) -> None:
    p50, p99 = statistics.median(spent), float(np.quantile(spent, 0.99))
    print(f"{name:<30} p50 {p50:7.2f} ms, p99 {p99:7.2f} ms, worst {max(spent):7.2f} ms (of {len(spent)})", flush=True)


def _processor_seconds(server: psutil.Process) -> float:
    every = [one.cpu_times() for one in [server, *server.children(recursive=True)]]
    return sum(one.user + one.system for one in every)


def _memory(server: psutil.Process) -> str:
    # The program that was started, the server below it and the model in that; mapped pages the system may take back.
    every = [one.memory_info() for one in [server, *server.children(recursive=True)]]
    own = sum(one.rss - one.shared for one in every)
    return f"{own / 2**20:,.0f} MiB of its own, {sum(one.rss for one in every) / 2**20:,.0f} MiB with mapped files"


if __name__ == "__main__":
    main()

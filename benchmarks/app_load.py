"""Response times of the app: one user alone, and fifty at the same time, each in a separate session.

The sessions use Streamlit's websocket and messages without a browser. One user in Chromium is timed as well. Every
session has a different draft; at the end its rating is compared with the model's prediction for that draft.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import psutil
import websockets
from playwright.sync_api import expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from app.draft_link import query_of
from benchmarks.results import recorded_output
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion, load_champion
from imdb_assets.settings import settings
from imdb_assets_tests.support.servers import free_port, served

APP = Path(__file__).parents[1] / "app" / "rating_app.py"
CHROMIUM = "/usr/bin/chromium"
GENRES = ("Drama", "Comedy", "Horror", "Thriller", "Romance", "Action")
N_CLICKS = 20
LARGEST_MESSAGE = 64 * 1024 * 1024


@dataclass
class Session:
    """One user: the widgets and metrics received from the page, and the widgets set."""

    draft: MovieDraft
    socket: websockets.ClientConnection
    ids: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    state: dict[str, WidgetState] = field(default_factory=dict)

    async def open(self) -> float:
        """Open the draft's address; return the seconds until the page is complete."""
        return await self._run(None)

    async def click(self, minutes: int) -> float:
        """Enter another runtime; return the seconds until the page is complete."""
        self.draft = self.draft.model_copy(update={"runtime_minutes": float(minutes)})
        self._set(self.ids["number_input Runtime, minutes"]).double_value = minutes
        return await self._run(None)

    async def slide(self, year: int) -> float:
        """Move the year slider; return the seconds until its part of the page is complete."""
        name = "slider Release year"
        self._set(self.ids[name]).double_array_value.data[:] = [year]
        return await self._run(self.fragments[name])

    def _set(self, widget: str) -> WidgetState:
        self.state[widget] = WidgetState(id=widget)
        return self.state[widget]

    async def _run(self, fragment: str | None) -> float:
        message = BackMsg()
        run = message.rerun_script
        run.query_string = urlencode(query_of(self.draft), doseq=True)
        run.widget_states.widgets.extend(self.state.values())
        if fragment:
            run.fragment_id = fragment
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(await self.socket.recv(decode=False))
            if received.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start
            if received.WhichOneof("type") == "delta" and received.delta.WhichOneof("type") == "new_element":
                self._process(received.delta)

    def _process(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        match kind:
            case "number_input" | "slider":
                widget = getattr(element, kind)
                self.ids[f"{kind} {widget.label}"] = widget.id
                self.fragments[f"{kind} {widget.label}"] = delta.fragment_id
            case "metric":
                self.metrics[element.metric.label] = element.metric.body
            case "exception":
                self.errors.append(element.exception.message)


async def session(address: str, draft: MovieDraft) -> Session:
    """Connect a user who has not opened a page yet."""
    stream = f"{address.replace('http', 'ws')}/_stcore/stream"
    socket = await websockets.connect(
        stream, subprotocols=[websockets.Subprotocol("streamlit")], max_size=LARGEST_MESSAGE, ping_interval=None
    )
    return Session(draft, socket)


def drafts(champion: Champion, n: int) -> list[MovieDraft]:
    """Drafts with different titles, genres, years and directors."""
    people = champion.model.people.most_rated("director", limit=n)
    return [
        MovieDraft(
            title=f"The Lantern Maker {number}",
            release_year=2026 + number % 5,
            runtime_minutes=90,
            genres=(GENRES[number % len(GENRES)],),
            plot="A woman returns to the island of her childhood and finds out why the light went out.",
            directors=(people[number % len(people)].nconst,),
        )
        for number in range(n)
    ]


async def time_one_user(address: str, draft: MovieDraft) -> tuple[float, list[float], list[float]]:
    """Return the seconds of the first page, of clicks and of slider moves of a single user."""
    user = await session(address, draft)
    first = await user.open()
    clicks = [await user.click(91 + number) for number in range(N_CLICKS)]
    slides = [await user.slide(draft.release_year + 1 + number % 9) for number in range(N_CLICKS)]
    await user.socket.close()
    return first, clicks, slides


async def time_many_users(
    address: str, user_drafts: list[MovieDraft], *, seconds: float, pause: float
) -> tuple[list[float], list[float], float, list[Session]]:
    """Return the seconds of first pages, of clicks with pauses between them, and of all users' simultaneous click."""
    users = [await session(address, draft) for draft in user_drafts]
    rng = random.Random(0)  # noqa: S311 - pauses, not secrets
    starts = [rng.uniform(0, 10) for _ in users]
    clicks: list[float] = []

    async def arrive(user: Session, after: float) -> float:
        await asyncio.sleep(after)
        return await user.open()

    async def use(user: Session, until: float) -> None:
        while True:
            await asyncio.sleep(rng.expovariate(1 / pause))
            if time.perf_counter() > until:
                return
            clicks.append(await user.click(rng.randint(60, 200)))

    firsts = await asyncio.gather(*map(arrive, users, starts))
    until = time.perf_counter() + seconds
    await asyncio.gather(*(use(user, until) for user in users))
    start = time.perf_counter()
    await asyncio.gather(*(user.click(rng.randint(60, 200)) for user in users))
    simultaneous = time.perf_counter() - start
    for user in users:
        await user.socket.close()
    return list(firsts), clicks, simultaneous, users


def in_chromium(address: str, draft: MovieDraft) -> dict[str, float]:
    """Return the seconds that one user in Chromium waits for the first page, a click and a slider move."""
    seconds = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(f"{address}/?{urlencode(query_of(draft), doseq=True)}")
        expect(page.get_by_test_id("stMetricValue").first).to_be_visible(timeout=60_000)
        expect(page.get_by_text("Similar released films")).to_be_visible(timeout=60_000)
        seconds["first page, to the rating"] = time.perf_counter() - start
        page.wait_for_timeout(3000)
        box = page.get_by_role("spinbutton", name="Runtime, minutes")
        box.fill("180")
        start = time.perf_counter()
        box.press("Enter")
        expect(page.get_by_text("180 minutes.").first).to_be_visible(timeout=60_000)
        seconds["a click, to its reasons"] = time.perf_counter() - start
        page.wait_for_timeout(3000)
        slider = page.get_by_role("slider", name="Release year")
        slider.focus()
        start = time.perf_counter()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("stMetricDelta")).to_be_visible(timeout=60_000)
        seconds["a slider, to its rating"] = time.perf_counter() - start
        browser.close()
    return seconds


def cpu_seconds(address: str) -> float:
    """Return the CPU time in seconds of the server at an address."""
    port = int(address.rsplit(":", 1)[1])
    for child in psutil.Process().children(recursive=True):
        if any(
            connection.laddr.port == port and connection.status == psutil.CONN_LISTEN
            for connection in child.net_connections("inet")
        ):
            times = child.cpu_times()
            return times.user + times.system
    raise LookupError(f"No child process listens on port {port}.")


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


@recorded_output("app", title="App", command="make bench-app")
def main() -> None:
    """Start the app, measure it, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=5, help="mean seconds between two clicks of a user")
    options = parser.parse_args()
    champion = load_champion(settings().mlflow_tracking_uri)
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP), "--server.address", "127.0.0.1", "--server.port", str(port),
        "--server.headless", "true",
    ]  # fmt: skip
    # Set as `make app` does. OpenMP threads that wait for each other are slower than a single thread.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    user_drafts = drafts(champion, options.users + 1)
    with (
        TemporaryDirectory() as folder,
        served(command, port=port, health="/_stcore/health", environment=environment, log=Path(folder) / "log") as url,
    ):
        cold, _, _ = asyncio.run(time_one_user(url, user_drafts[-1]))
        before = cpu_seconds(url)
        first, clicks, slides = asyncio.run(time_one_user(url, user_drafts[-1]))
        per_response = (cpu_seconds(url) - before) / (1 + len(clicks) + len(slides))
        browser = in_chromium(url, user_drafts[-1]) if Path(CHROMIUM).exists() else {}
        firsts, many, simultaneous, users = asyncio.run(
            time_many_users(url, user_drafts[:-1], seconds=options.seconds, pause=options.pause)
        )
    expected = champion.model.predict([user.draft for user in users])
    n_wrong = sum(
        user.metrics["Expected rating"] != f"{answer.rating:.1f}" for user, answer in zip(users, expected, strict=True)
    )
    films = f"{len(champion.model.films):,} films, {champion.model.people.table.num_rows:,} people"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; a champion with {films}")
    print(f"one user: first page {cold:.2f} s including loading the model, {first:.2f} s afterwards")
    print(f"one user: click p50 {statistics.median(clicks):.2f} s, p95 {p95(clicks):.2f} s")
    print(f"one user: slider p50 {statistics.median(slides):.2f} s, p95 {p95(slides):.2f} s")
    print(f"one user: {1000 * per_response:.0f} ms of server CPU time per response, on average")
    for action, seconds in browser.items():
        print(f"one user in Chromium: {action} {seconds:.2f} s")
    print(f"{len(users)} users: first page p50 {statistics.median(firsts):.2f} s, p95 {p95(firsts):.2f} s")
    print(
        f"{len(users)} users, one click every {options.pause:g} s each: {len(many)} clicks, p50 "
        f"{statistics.median(many):.2f} s, p95 {p95(many):.2f} s ({p95(many) / p95(clicks):.1f} times one user's)"
    )
    print(f"{len(users)} users clicking at the same time: all responses after {simultaneous:.2f} s")
    print(f"sessions that show a wrong rating: {n_wrong}; errors: {sum(len(user.errors) for user in users)}")


if __name__ == "__main__":
    main()

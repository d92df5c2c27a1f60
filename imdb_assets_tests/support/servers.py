"""Starting a server on a free port of 127.0.0.1, and ending it."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

PATIENCE_SECONDS = 120


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(command: list[str], *, port: int, health: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run a server until the block ends; its address, once `health` answers."""
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait(server, f"{address}{health}", log)
        yield address
    finally:
        end(server)


def end(server: subprocess.Popen) -> None:
    """Ask a server to end, and make it after half a minute."""
    server.terminate()
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def wait_for_port(port: int, server: subprocess.Popen, *, log: Path, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a server listens that writes to a log."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}: {log.read_text(errors='replace')[-3000:]}")


def _wait(server: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.3)
    raise AssertionError(f"{url} did not answer: {log.read_text(errors='replace')[-3000:]}")

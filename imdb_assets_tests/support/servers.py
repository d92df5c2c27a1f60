"""Starts and stops a server on a free port of 127.0.0.1."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

PATIENCE_SECONDS = 300


def free_port() -> int:
    """An unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(command: list[str], *, port: int, health: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run a server until the block ends.

    Args:
        command: The server's program and arguments.
        port: The port that it listens on.
        health: Path of the page that answers once the server is ready.
        environment: All of the server's environment variables.
        log: File that receives its output.

    Yields:
        The server's address, once it is ready.
    """
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_healthy(server, f"{address}{health}", log)
        yield address
    finally:
        end(server)


def end(server: subprocess.Popen) -> None:
    """Terminate a server. Kill it if it is still running after half a minute."""
    server.terminate()
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def wait_for_port(port: int, server: subprocess.Popen, *, log: Path, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a server listens on a port; after the deadline, raise AssertionError with the end of its log."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}: {_tail(log)}")


def _wait_until_healthy(server: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.3)
    raise AssertionError(f"{url} did not answer: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]

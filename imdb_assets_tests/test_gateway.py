"""The gateway of the Docker stack, run by nginx on this machine: no page without the password, and none without TLS."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from imdb_assets_tests.support.required_programs import program_path
from imdb_assets_tests.support.servers import PATIENCE_SECONDS, end, free_port

pytestmark = [pytest.mark.slow, pytest.mark.needs("nginx", "openssl")]

CONFIGURATION = (Path(__file__).parent.parent / "docker/gateway.conf").read_text(encoding="utf-8")
UPSTREAMS = {"8443": "app:8501", "8444": "webserver:3000", "8445": "mlflow:5000", "8446": "model-server:5001"}
LOGIN = ("someone", "invented-password")


def _openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of each page behind the gateway, by the port of the configuration."""
    folder = tmp_path_factory.mktemp("gateway")
    key, certificate = folder / "gateway_certificate_key", folder / "gateway_certificate"
    files = ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost"]
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *files)
    (folder / "gateway_users").write_text(f"{LOGIN[0]}:{_openssl('passwd', '-apr1', LOGIN[1])}\n")

    def repeat(request: Request) -> Response:
        return Response(f"{request.path} {sorted(request.headers.items())}")

    with HTTPServer(host="127.0.0.1", port=0) as upstream:
        upstream.expect_request(re.compile(".*")).respond_with_handler(repeat)
        text = CONFIGURATION.replace("/tmp/", f"{folder}/").replace("/run/secrets", str(folder))  # noqa: S108 - replaced
        ports = {port: str(free_port()) for port in UPSTREAMS}
        for port, address in UPSTREAMS.items():
            text = text.replace(f"http://{address}", f"http://127.0.0.1:{upstream.port}")
            text = text.replace(f"listen {port} ", f"listen 127.0.0.1:{ports[port]} ")
        (folder / "gateway.conf").write_text(text)
        # The image's nginx has one unprivileged user. As root, nginx would take another one for its workers.
        user = "user root;" if os.geteuid() == 0 else ""
        command = [program_path("nginx") or "", "-c", f"{folder}/gateway.conf", "-g", f"daemon off; {user}"]
        server = subprocess.Popen([*command, "-p", str(folder)])
        try:
            addresses = {port: f"https://127.0.0.1:{own}/some/page" for port, own in ports.items()}
            _wait_until_it_listens(server, addresses["8446"])
            yield addresses
        finally:
            end(server)


def _wait_until_it_listens(server: subprocess.Popen, address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(address, verify=False, timeout=5)  # noqa: S501 - signed by this test
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx does not listen")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("port", UPSTREAMS)
def test_a_page_needs_the_password_which_the_service_behind_it_does_not_see(pages: dict[str, str], port: str) -> None:
    def page(**options: object) -> requests.Response:
        return requests.get(pages[port], verify=False, timeout=10, **options)  # type: ignore[arg-type]  # noqa: S501

    assert page().status_code == 401
    assert page(auth=(LOGIN[0], "wrong")).status_code == 401
    shown = page(auth=LOGIN)
    assert shown.status_code == 200
    assert shown.text.startswith("/some/page ")
    assert "Authorization" not in shown.text
    # nginx refuses plain HTTP on a port of TLS.
    assert requests.get(pages[port].replace("https", "http"), auth=LOGIN, timeout=10).status_code == 400

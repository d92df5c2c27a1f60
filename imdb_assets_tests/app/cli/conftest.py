"""The command line on a registered champion."""

from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.main import cli


@pytest.fixture
def run(champion_uri: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `imdb-rating` with words."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    return lambda *words: CliRunner().invoke(cli, list(words))

"""Secrets are replaced in texts, bytes, logs and errors, in every form in which they appear."""

import base64
import io
import logging
import traceback
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdb_assets import redaction
from imdb_assets.redaction import (
    RedactedError,
    has_login,
    redacted,
    redacted_bytes,
    redacted_error,
    register_secrets,
    without_secrets,
)

KEY = 'hush/key+with=signs & "quotes"'


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """The secrets of these tests, registered until the end of each."""
    # Tests of the same process may have registered ordinary words.
    before, redaction._secrets[:] = list(redaction._secrets), []
    register_secrets(
        {
            "OMDB_API_KEY": KEY,
            "SOME_SERVICE_TOKEN": "hush-token",
            "ALERT_WEBHOOK_URL": "https://chat.example.org/services/hush-hook",
            "DATABASE": "postgresql+psycopg2://imdb:hush/pass@word@db.example.org/mlflow",
            "MIRROR": "https://hush-user-token@example.org/",
            "SPARK_REMOTE": "sc://example.org:15002/;token=hush-connect",
            "SHORT_TOKEN": "imdb",
        }
    )
    yield
    redaction._secrets[:] = before


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"GET /?i=tt1&apikey={quote(KEY)}",
        f"GET /?i=tt1&apikey={quote(KEY, safe='')}",
        repr({"key": KEY}),
        "Authorization: Basic " + base64.b64encode(b"imdb:hush/pass@word").decode(),
        "could not connect to postgresql+psycopg2://imdb:hush/pass@word@db.example.org/mlflow",
        "POST /services/hush-hook HTTP/1.1",
        "hush-user-token, hush-connect, hush-token",
    ],
)
def test_a_registered_secret_appears_in_no_form(text: str) -> None:
    clean = redacted(text)
    assert "hush" not in clean
    assert base64.b64encode(b"imdb:hush/pass@word").decode() not in clean
    assert "***" in clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("http://me:unknown@example.org/x failed", "http://***@example.org/x failed"),
        ("https://unknown@example.org", "https://***@example.org"),
        ("mysql://root:un@known@db/x", "mysql://***@db/x"),
        ("/?i=tt1&apikey=unknown&plot=short", "/?i=tt1&apikey=***&plot=short"),
        ("?sv=1&sig=un%2Bknown", "?sv=1&sig=***"),
        ("sc://host:1/;token=unknown", "sc://host:1/;token=***"),
        ("AccountName=x;AccountKey=unknown==", "AccountName=x;AccountKey=***"),
        ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer ***"),
        ("{'Authorization': 'Basic dW5rbm93bg=='}", "{'Authorization': 'Basic ***'}"),
    ],
)
def test_a_secret_that_is_not_registered_is_recognized_by_its_form(text: str, clean: str) -> None:
    assert redacted(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "abfss://lake@account.dfs.core.windows.net/imdb",
        "sqlite:////home/me@work/mlflow.db",
        "http://127.0.0.1:5000/ does not respond",
        "the keys of imdb_assets",
        "file:///data/a@b/",
        "exit code=1 of the primary key=tconst",
        "basic statistics of the bearer instruments",
        "see http://127.0.0.1:8080/notes/a@b for the code",
    ],
)
def test_other_text_is_unchanged(text: str) -> None:
    assert redacted(text) == text
    assert not has_login(text)


def test_landed_bytes_keep_every_other_byte() -> None:
    page = b"\xff<a href='/?i=tt1&apikey=" + quote("k" * 8 + "/").encode() + b"'>\x00"
    assert redacted_bytes(page, secrets=["k" * 8 + "/"]) == b"\xff<a href='/?i=tt1&apikey=***'>\x00"
    # A registered secret may be a word of the data.
    assert redacted_bytes(b"a plot with hush-token", secrets=[]) == b"a plot with hush-token"


def failing(text: str) -> None:
    raise ValueError(text)


def failing_because_of(text: str) -> None:
    try:
        failing(text)
    except ValueError as error:
        raise LookupError("no model") from error


def test_a_log_of_any_logger_contains_no_secret_in_message_arguments_and_trace() -> None:
    output = io.StringIO()
    logger = logging.Logger("another.library")  # noqa: LOG001 - with a handler of its own
    logger.addHandler(logging.StreamHandler(output))
    logger.warning("GET %s", f"/?apikey={quote(KEY)}")
    try:
        failing(KEY)
    except ValueError:
        logger.exception("the request failed")
    assert "hush" not in output.getvalue()
    assert "GET /?apikey=***" in output.getvalue()
    assert "ValueError: ***" in output.getvalue()


def test_an_error_with_a_secret_is_replaced_and_so_is_the_cause_of_an_error() -> None:
    with pytest.raises(RedactedError, match=r"^ValueError: the key \*\*\* is wrong$") as replaced, without_secrets():
        failing(f"the key {KEY} is wrong")
    assert replaced.value.__cause__ is None
    with pytest.raises(LookupError, match=r"^no model$") as kept, without_secrets():
        failing_because_of(KEY)
    assert isinstance(kept.value.__cause__, RedactedError)
    assert str(kept.value.__cause__) == "ValueError: ***"
    group = ExceptionGroup("several", [ValueError(KEY)])
    assert str(redacted_error(group)).startswith("ExceptionGroup: several")
    assert KEY not in "".join(traceback.format_exception(redacted_error(group)))


def test_an_error_without_a_secret_is_not_touched() -> None:
    cause = ValueError("plain")
    with pytest.raises(LookupError) as kept, without_secrets():
        raise LookupError("no model") from cause
    assert kept.value.__cause__ is cause


@settings(max_examples=60, deadline=None)
@given(secret=st.text(st.characters(codec="utf-8"), min_size=6, max_size=40), before=st.text(max_size=20))
def test_no_text_contains_a_given_secret_afterwards(secret: str, before: str) -> None:
    assert secret not in redacted(f"{before}{secret}", secrets=[secret]) or set(secret) == {"*"}

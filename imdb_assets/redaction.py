"""Removes secrets from text before it leaves the process: logs, errors, alerts, pages and landed bytes.

A secret is recognized by its form, such as the password in an address, or by its value: `settings.py` registers the
values of this process's environment.
"""

import base64
import html
import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

MASK = "***"
# Shorter values occur in ordinary text, which would become unreadable.
SHORTEST_SECRET = 6
# Variables whose value is a secret, and addresses that may contain one.
SECRET_VARIABLES = (
    "ALERT_WEBHOOK_URL",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_KEY",
    "AZURITE_KEY",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "OMDB_API_KEY",
    "POSTGRES_PASSWORD",
)
ADDRESS_VARIABLES = ("IMDB_DATASETS_URL", "MLFLOW_TRACKING_URI", "OMDB_URL", "RATING_MODEL_URL", "SPARK_REMOTE")
_SECRET_NAME = re.compile(r"(?:_KEY|PASSWORD|SECRET|TOKEN|CONNECTION_STRING)$")
# In other text than an address, `key=` and `code=` are ordinary words.
_PARAMETERS = r"[?&;](?:key|token|sig|signature|code|pwd)"
_NAMES = r"\b(?:api_?key|account_?key|access_?key|access_?token|secret|password|passwd)"
# user:password@ in any address. A container precedes the @ of abfss://, so a user name alone counts for http only.
_LOGIN = re.compile(
    r"(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/:@?#'\"<>]*:[^\s/'\"<>]*|(?<=http://)[^\s/@?#]+|(?<=https://)[^\s/@?#]+)@"
)
_NAMED = re.compile(rf"(?i)((?:{_PARAMETERS}|{_NAMES})=)(?!\*)[^\s&;'\"<>)]+")
_HEADER = re.compile(r"(?i)(\bauthorization['\"]?\s*[:=]\s*['\"]?(?:basic|bearer|sharedkey)\s+)[a-z0-9+/=._:~-]+")
_secrets: list[str] = []


class RedactedError(RuntimeError):
    """An unexpected error whose text contained a secret. The message is the text without it."""


def register_secrets(variables: Mapping[str, str]) -> None:
    """Redact the secrets among environment variables from now on, also in every log of this process."""
    found = {*_sorted_forms(_secrets_in(variables)), *_secrets}
    _secrets[:] = sorted(found, key=lambda form: (-len(form), form))
    if not isinstance(logging.getLogRecordFactory(), _RedactedRecords):
        logging.setLogRecordFactory(_RedactedRecords(logging.getLogRecordFactory()))


def redacted(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Return a text with each secret replaced by `***`.

    Args:
        text: Any text.
        secrets: Further secrets, besides the registered ones.
    """
    for form in (*_sorted_forms(secrets), *_secrets):
        text = text.replace(form, MASK)
    text = _LOGIN.sub(rf"\1{MASK}@", text)
    return _HEADER.sub(rf"\1{MASK}", _NAMED.sub(rf"\1{MASK}", text))


def redacted_bytes(content: bytes, *, secrets: Iterable[str]) -> bytes:
    """Return bytes with each of these secrets replaced by `***`, and every other byte unchanged.

    The registered secrets stay: a weak password may be a word of the data.
    """
    for form in _sorted_forms(secrets):
        content = content.replace(form.encode(), MASK.encode())
    return content


def has_login(address: str) -> bool:
    """Return whether an address contains a password or a token."""
    return _LOGIN.search(address) is not None or _NAMED.search(address) is not None


def secrets_in_address(text: str) -> Iterator[str]:
    """Yield the passwords and tokens in an address; nothing for other text."""
    if match := re.match(r"(?i)([a-z][a-z0-9+.-]*)://([^/:@?#]*)(?::(.*))?@", text):
        scheme, user, password = match.groups()
        if password:
            yield from (password, f"{user}:{password}")
        elif scheme.lower() in {"http", "https"}:
            yield user
    if "://" in text:
        yield from (match.group().partition("=")[2] for match in _NAMED.finditer(text))


def redacted_error(error: BaseException) -> BaseException:
    """Return an error whose text, causes and context contain no secret: the error itself, if possible."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    redacted_cause = cause and redacted_error(cause)
    # The whole text of a group contains its errors.
    lines = traceback.format_exception if isinstance(error, BaseExceptionGroup) else traceback.format_exception_only
    is_redacted = _contains_secret("".join(lines(error)))
    if not is_redacted and redacted_cause is cause:
        return error
    if is_redacted:
        text = f"{type(error).__name__}: {redacted(str(error))}"
        error = RedactedError(text).with_traceback(error.__traceback__)
    error.__cause__, error.__suppress_context__ = redacted_cause, True
    return error


class without_secrets(AbstractContextManager[None]):  # noqa: N801 - used like a function
    """A context that no error leaves with a secret in its text."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise the redacted error in place of one that contains a secret."""
        if error is not None and (replacement := redacted_error(error)) is not error:
            raise replacement.with_traceback(trace) from None


def _contains_secret(text: str) -> bool:
    return redacted(text) != text


class _RedactedRecords:
    """A factory of log records without secrets, whichever logger and handler they belong to."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._factory(*args, **kwargs)
        message = _message_of(record)
        if (text := redacted(message)) != message:
            record.msg, record.args = text, None
        if record.exc_info and record.exc_info[1] is not None:
            trace = "".join(traceback.format_exception(record.exc_info[1]))
            if (text := redacted(trace)) != trace:
                record.exc_info, record.exc_text = None, text.rstrip("\n")
        return record


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # Arguments that do not fit the message. The handler reports that.
        return f"{record.msg} {record.args}"


def _secrets_in(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        value = value.strip()  # noqa: PLW2901 - settings are read without surrounding blanks
        if name in SECRET_VARIABLES or _SECRET_NAME.search(name):
            yield value
        if name == "MLFLOW_TRACKING_PASSWORD":
            yield f"{variables.get('MLFLOW_TRACKING_USERNAME', '').strip()}:{value}"
        if name == "ALERT_WEBHOOK_URL":
            # Logs of HTTP clients contain the path alone.
            yield from (urlsplit(value).path, urlsplit(value).query)
        yield from secrets_in_address(value)


def _sorted_forms(secrets: Iterable[str]) -> list[str]:
    # A longer form may contain a shorter one.
    return sorted({form for secret in secrets for form in _forms(secret)}, key=lambda form: (-len(form), form))


def _forms(secret: str) -> set[str]:
    """The secret as it appears in addresses, pages, JSON, Python literals and HTTP headers."""
    plain = {secret, unquote(secret)}
    forms = set(plain)
    for text in plain:
        forms |= {quote(text), quote(text, safe=""), quote_plus(text), html.escape(text), json.dumps(text)[1:-1]}
        forms |= {repr(text)[1:-1], base64.b64encode(text.encode()).decode()}
    return {form for form in forms if len(form) >= SHORTEST_SECRET}

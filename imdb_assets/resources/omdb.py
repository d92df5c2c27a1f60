"""The interface to OMDb: raw responses, their outcomes, and errors.

The silver transforms read the facts in a response.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import dagster as dg

from imdb_assets.vocabulary.omdb_errors import OmdbErrorKind, omdb_error_kind

# OMDb's value for a missing fact.
ABSENT = "N/A"
MAX_RESPONSE_BYTES = 1_000_000
"""Responses have a few kilobytes. A longer one is not OMDb's."""


class ResponseOutcome(StrEnum):
    """The kinds of responses."""

    FOUND = "found"
    FOUND_WITHOUT_PLOT = "found_without_plot"
    NOT_FOUND = "not_found"
    TEMPORARY_ERROR = "temporary_error"
    """OMDb had trouble with the title, or reports an error with an unknown text."""
    MALFORMED = "malformed"
    """The response is not OMDb JSON, or is about another title."""


class RecordedResponse(NamedTuple):
    """A response from a recording."""

    tconst: str | None
    """The title; None for a line that is not a response."""
    content: bytes
    fetched_at: datetime | None
    """When OMDb returned it; None if the recording does not contain the time."""
    line_number: int
    problem: str | None = None
    """Why the line is not a response; None if it is one."""


class OmdbKeyRefused(Exception):
    """OMDb rejected the API key."""


class OmdbQuotaReached(Exception):
    """The daily request limit is reached."""


class OmdbUnavailable(Exception):
    """OMDb cannot be reached or did not return a usable response."""


class OmdbNotRecorded(Exception):
    """The recording is missing, unreadable or not a recording."""


class Omdb(dg.ConfigurableResource):
    """A source of OMDb's responses: its API (`responses`), a recording (`recorded`), or none."""

    def responses(
        self,
        tconsts: Iterable[str],  # noqa: ARG002 - for the API
        *,
        count_request: Callable[[], object] = lambda: None,  # noqa: ARG002 - for the API
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the id and the response of each title that OMDb answers, in the order of the titles.

        Args:
            tconsts: IMDb title ids.
            count_request: Called before each network request. An exception that it raises ends the iteration.
        """
        return iter(())

    def recorded(self, tconsts: Iterable[str]) -> Iterator[RecordedResponse]:  # noqa: ARG002 - for recordings
        """Yield the recorded responses of titles, and all lines that are not responses, in the order of the file.

        Args:
            tconsts: IMDb title ids.
        """
        return iter(())

    def version(self) -> str:
        """Return a text that changes when the recorded responses change."""
        return type(self).__name__

    @property
    def requests_a_day(self) -> int | None:
        """The daily limit of network requests; None for a source that makes none."""
        return None

    @property
    def disabled_reason(self) -> str | None:
        """The reason why the source never returns a response; None for a source that does."""
        return None


def outcome_of(response: bytes, tconst: str) -> ResponseOutcome:
    """Return the outcome of a response.

    `parsed_responses` in the bronze transforms follows the same rules.

    Args:
        response: The bytes that OMDb returned.
        tconst: The requested title.
    """
    content = parse_json_object(response) or {}
    is_found = {"true": True, "false": False}.get(str(content.get("Response")).strip().lower())
    if is_found is None:
        return ResponseOutcome.MALFORMED
    if not is_found:
        kind = omdb_error_kind(content.get("Error"))
        is_final = kind is OmdbErrorKind.NOT_FOUND
        return ResponseOutcome.NOT_FOUND if is_final else ResponseOutcome.TEMPORARY_ERROR
    if str(content.get("imdbID") or tconst).strip() != tconst:
        return ResponseOutcome.MALFORMED
    has_plot = content.get("Plot", ABSENT) not in ("", ABSENT, None)
    return ResponseOutcome.FOUND if has_plot else ResponseOutcome.FOUND_WITHOUT_PLOT


def error_text(response: bytes) -> str | None:
    """Return the text of an error that OMDb reports; None for any other response."""
    content = parse_json_object(response) or {}
    return str(content.get("Error")) if str(content.get("Response")).strip().lower() == "false" else None


def parse_json_object(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `content`, or None if it is not a JSON object in UTF-8."""
    try:
        parsed = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # A few thousand opening brackets exceed the recursion limit.
        return None
    return parsed if isinstance(parsed, dict) else None

"""The interface to OMDb: raw responses, their outcomes, and errors.

The silver transforms read the facts in a response.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

import dagster as dg

# OMDb's value for a missing fact.
ABSENT = "N/A"


class ResponseOutcome(StrEnum):
    """The kinds of responses."""

    FOUND = "found"
    FOUND_WITHOUT_PLOT = "found_without_plot"
    NOT_FOUND = "not_found"
    MALFORMED = "malformed"
    """The response is not OMDb JSON."""


class OmdbKeyRefused(Exception):
    """OMDb rejected the API key."""


class OmdbQuotaReached(Exception):
    """The daily request limit is reached."""


class OmdbUnavailable(Exception):
    """OMDb cannot be reached or did not return a usable response."""


class OmdbNotRecorded(Exception):
    """The recording is unreadable or has no response for the title."""


class Omdb(dg.ConfigurableResource, ABC):
    """A source of OMDb's responses."""

    @abstractmethod
    def response(self, tconst: str) -> bytes:
        """Return OMDb's JSON for a title, including a "not found" response.

        Args:
            tconst: IMDb title id.
        """

    @abstractmethod
    def responses(
        self, tconsts: Iterable[str], *, count_request: Callable[[], object] = lambda: None
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the id and the response of each title for which a response exists, in any order.

        Args:
            tconsts: IMDb title ids.
            count_request: Called before each network request. An exception that it raises ends the iteration.
        """

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


def outcome_of(response: bytes) -> ResponseOutcome:
    """Return the outcome of a response."""
    content = parse_json(response)
    if not isinstance(content, dict) or content.get("Response") not in ("True", "False"):
        return ResponseOutcome.MALFORMED
    if content["Response"] == "False":
        return ResponseOutcome.NOT_FOUND
    has_plot = content.get("Plot", ABSENT) not in ("", ABSENT)
    return ResponseOutcome.FOUND if has_plot else ResponseOutcome.FOUND_WITHOUT_PLOT


def parse_json(content: bytes) -> object | None:
    """Return the JSON value in `content`, or None if it is not JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return None

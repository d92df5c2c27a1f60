"""OMDb's error texts, and what each of them means for a title or for the requests that follow."""

from enum import StrEnum


class OmdbErrorKind(StrEnum):
    """The consequences of an error."""

    NOT_FOUND = "not_found"
    """OMDb does not have the title."""
    TEMPORARY = "temporary_error"
    """OMDb may answer the title some days later."""
    QUOTA_SPENT = "quota_spent"
    """The key has no request left today."""
    KEY_REFUSED = "key_refused"
    """OMDb does not accept the key."""


OMDB_ERRORS = {
    "Movie not found!": OmdbErrorKind.NOT_FOUND,
    "Incorrect IMDb ID.": OmdbErrorKind.NOT_FOUND,
    "Error getting data.": OmdbErrorKind.TEMPORARY,
    "Request limit reached!": OmdbErrorKind.QUOTA_SPENT,
    "Invalid API key!": OmdbErrorKind.KEY_REFUSED,
    "No API key provided.": OmdbErrorKind.KEY_REFUSED,
}
"""The kind of each text of `Error`. Any other text is temporary, since nobody knows what it means."""


def omdb_error_kind(text: object) -> OmdbErrorKind:
    """Return the kind of an error by its text; a text that is not in `OMDB_ERRORS` is temporary."""
    return OMDB_ERRORS.get(text.strip(), OmdbErrorKind.TEMPORARY) if isinstance(text, str) else OmdbErrorKind.TEMPORARY

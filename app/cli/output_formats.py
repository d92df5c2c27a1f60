"""Output formats of the commands."""

from enum import StrEnum


class Output(StrEnum):
    """Output formats of commands that print a table."""

    table = "table"
    json = "json"
    csv = "csv"


class TextOutput(StrEnum):
    """Output formats of commands that print text rather than a table."""

    text = "text"
    json = "json"

"""Text from titles, names, plots and addresses where a reader would take it for something else.

Markdown for formatting and links, a spreadsheet for a formula, a terminal for a command. The app, the command line and
the tables' metadata in Dagster all show such text, so this is at the root.
"""

import json
import re

# Escaped wherever they stand; an underscore within a word means nothing.
_MARKUP = re.compile(r"[\\`*\[\]<>$~&|^]|(?<![^\W_])_|_(?![^\W_])")
# At the start of a line: headings, lists, and the line below a heading.
_BLOCK = re.compile(r"^([0-9]*)([#+=.)-])", re.ASCII)
# Streamlit looks for emoji (:smile:), icons, web and mail addresses in the text that is left when backslashes are gone.
# An invisible word joiner there ends them.
_FOUND = re.compile(r"(?<=:)(?=[a-z_+/-]|[0-9]+:)|(?<=www)(?=\.)|(?<=[\w.+-])(?=@)", re.IGNORECASE)
_JOINER = "\u2060"
# Control characters but tab and newline, and the characters that reverse the direction of what follows.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def markdown(text: object) -> str:
    """Escape text for Markdown, as Streamlit and Dagster show it, so that it appears as it is, in one line."""
    line = terminal(" ".join(str(text).split()))
    escaped = _FOUND.sub(_JOINER, _MARKUP.sub(r"\\\g<0>", line))
    return _BLOCK.sub(r"\1\\\2", escaped)


def csv_cell(value: object) -> object:
    """Escape a value for CSV: a text that a spreadsheet would compute starts with an apostrophe. Numbers stay."""
    if not isinstance(value, str):
        return value
    is_formula = value.lstrip().startswith(_FORMULA) or value.startswith(("\t", "\r", "\n"))
    return terminal(f"'{value}" if is_formula else value)


def terminal(text: str) -> str:
    r"""Replace the characters that control a terminal by their codes, such as `\x1b`."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def json_text(value: object) -> str:
    """Write JSON that is readable in every script and controls no terminal; other types, such as dates, as text."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    # Within JSON, such characters stand in texts alone.
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)

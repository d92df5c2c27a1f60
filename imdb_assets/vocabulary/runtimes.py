"""Running times as OMDb and people write them: `142 min`, `2 h`, `1 h 15 min`, `1,440 min`."""

import re

# Hours, minutes, or minutes with separators of thousands. A number without a unit is in minutes. A comma in one would be
# ambiguous, so it needs the unit.
_RUNTIME = re.compile(
    r"(?i)^(?:PT)?(?:([0-9]{1,3})\s*(?:h|hr|hrs|hour|hours)(?![a-z])\.?\s*(?:,|and)?\s*)?"
    r"(?:([0-9]{1,6})\s*(?:m|min|mins|minute|minutes)?\.?|([0-9]{1,3}(?:,[0-9]{3})+)\s*(?:m|min|mins|minute|minutes)\.?)?$"
)


def minutes_in(text: str) -> int | None:
    """Return the minutes of a running time; None for any other text and for no minutes at all."""
    match = _RUNTIME.search(text.strip())
    if not match:
        return None
    hours, minutes, thousands = (int((group or "0").replace(",", "")) for group in match.groups())
    return 60 * hours + minutes + thousands or None

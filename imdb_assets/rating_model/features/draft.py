"""The input of every prediction: a film that does not exist yet, as its maker describes it."""

from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE, LEAST_VOTES
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.runtimes import minutes_in

MAX_PLOT_CHARACTERS = 3000
"""Characters of a plot that the model reads; the rest is ignored."""
DRAFT_LISTS = ("genres", "directors", "writers", "cast")


def _require_valid_unicode(text: str) -> str:
    # JSON can spell half of a surrogate pair, which no text function of pandas or pyarrow accepts.
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("it contains an invalid character (a lone surrogate): send the text as UTF-8")
    return text


def _read_runtime(value: object) -> object:
    # Other texts are left to pydantic, which reads numbers and refuses the rest.
    minutes = minutes_in(value) if isinstance(value, str) else None
    return value if minutes is None else minutes


def read_audience(value: object) -> object:
    """Return an audience as drafts spell it: 1000, 1000.0 and `1,000` are `1000`; other values are left as they are."""
    text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value
    text = text.strip().lower().replace(",", "") if isinstance(text, str) else text
    return text.removesuffix(".0") if isinstance(text, str) else value


def _require_known_audience(audience: str) -> str:
    if audience not in LEAST_VOTES:
        raise ValueError(f"choose one of {', '.join(LEAST_VOTES)}: the least number of IMDb votes to expect")
    return audience


Text = Annotated[str, AfterValidator(_require_valid_unicode)]


class MovieDraft(BaseModel, frozen=True, extra="forbid"):
    """A film that does not exist yet. Only `release_year` is required; an absent field is neutral.

    Raises:
        pydantic.ValidationError: If a field is unknown, has the wrong type or is out of range.
    """

    title: Text | None = Field(default=None, description="Title, as the audience will read it.")
    original_title: Text | None = Field(default=None, description="Title in the original language.")
    release_year: int = Field(ge=1870, le=2100, description="Year of first release.")
    runtime_minutes: Annotated[float | None, BeforeValidator(_read_runtime)] = Field(
        default=None, gt=0, allow_inf_nan=False, description="Running time in minutes, or a text such as `1 h 15 min`."
    )
    genres: tuple[Text, ...] = Field(default=(), description=f"IMDb genres: {', '.join(GENRES)}.")
    plot: Text | None = Field(default=None, description="Plot in a few sentences.")
    language: Text | None = Field(default=None, description="Main language, in English: `French`.")
    country: Text | None = Field(default=None, description="Main country.")
    certificate: Text | None = Field(default=None, description="Age certificate.")
    directors: tuple[Text, ...] = Field(default=(), description="nconst ids or names.")
    writers: tuple[Text, ...] = Field(default=(), description="nconst ids or names.")
    cast: tuple[Text, ...] = Field(default=(), description="nconst ids or names, in billing order.")
    audience: Annotated[Text, BeforeValidator(read_audience), AfterValidator(_require_known_audience)] = Field(
        default=DEFAULT_AUDIENCE,
        description="Least number of IMDb votes the film is expected to reach: `1000`, `100` or `any`.",
    )


DRAFT_COLUMNS: tuple[str, ...] = tuple(MovieDraft.model_fields)
FACT_COLUMNS = tuple(name for name in DRAFT_COLUMNS if name != "audience")
"""The fields about the film itself, which features are computed from."""
DRAFT_TEXTS = tuple(name for name in FACT_COLUMNS if name not in (*DRAFT_LISTS, "release_year", "runtime_minutes"))


def drafts_frame(drafts: Iterable[MovieDraft]) -> pd.DataFrame:
    """Convert drafts to the data frame that the featurizer takes.

    Args:
        drafts: Any number of drafts, none included.

    Returns:
        One row per draft in the same order, columns `DRAFT_COLUMNS`: `release_year` int64, `runtime_minutes` float64
        (minutes, NaN where absent), `DRAFT_LISTS` lists of text, all others text or None.
    """
    rows = list(drafts)
    columns: dict[str, Any] = {}
    for name in DRAFT_COLUMNS:
        values = [getattr(draft, name) for draft in rows]
        # Column by column: pandas would have to infer the types of records.
        column = np.empty(len(values), object)
        column[:] = [list(value) for value in values] if name in DRAFT_LISTS else values
        columns[name] = column
    columns["release_year"] = columns["release_year"].astype("int64")
    columns["runtime_minutes"] = columns["runtime_minutes"].astype("float64")
    return pd.DataFrame(columns)

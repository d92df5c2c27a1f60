"""The one question: a film that does not exist yet, as its maker describes it."""

from collections.abc import Iterable

import pandas as pd
from pydantic import BaseModel, Field

DRAFT_LISTS = ("genres", "directors", "writers", "cast")


class MovieDraft(BaseModel, frozen=True, extra="forbid"):
    """A film that does not exist yet. Only `release_year` must be there; what is absent is neutral."""

    title: str | None = Field(default=None, description="Title, as the audience will read it.")
    original_title: str | None = Field(default=None, description="Title in the original language.")
    release_year: int = Field(ge=1870, le=2100, description="Year of first release.")
    runtime_minutes: float | None = Field(default=None, gt=0, description="Running time, minutes.")
    genres: tuple[str, ...] = Field(default=(), description="IMDb genres.")
    plot: str | None = Field(default=None, description="Plot in a few sentences.")
    language: str | None = Field(default=None, description="Main language, in English: `French`.")
    country: str | None = Field(default=None, description="Main country.")
    certificate: str | None = Field(default=None, description="Age certificate.")
    directors: tuple[str, ...] = Field(default=(), description="nconst ids or names.")
    writers: tuple[str, ...] = Field(default=(), description="nconst ids or names.")
    cast: tuple[str, ...] = Field(default=(), description="nconst ids or names, in billing order.")


DRAFT_COLUMNS: tuple[str, ...] = tuple(MovieDraft.model_fields)


def drafts_frame(drafts: Iterable[MovieDraft]) -> pd.DataFrame:
    """Drafts as the featurizer reads them: a row each, `DRAFT_COLUMNS`, absent numbers NaN, absent text None."""
    frame = pd.DataFrame([draft.model_dump() for draft in drafts], columns=list(DRAFT_COLUMNS))
    for name in DRAFT_LISTS:
        frame[name] = frame[name].map(list)
    return frame.astype({"release_year": "int64", "runtime_minutes": "float64"})

"""What released films are like, to warn about drafts that are unlike them: a prediction for these is a guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.name_index import fold

_FEWEST_FILMS = 500
"""With fewer released films, nothing can be said about what is rare."""
_RARE_SHARE = 0.001
"""A runtime that fewer films exceed, as a share, is rare."""
_FEW_IN_LANGUAGE = 30
_FORESEEABLE_YEARS = 10
_READ_PLOTS = 5_000
"""Plots, those of the films with the most votes, whose words are known. They contain most words of any other plot."""
_FEWEST_WORDS, _KNOWN_SHARE = 5, 0.5
"""A plot of fewer words is not checked; one with a smaller share of known words is unfamiliar."""
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True)
class FamiliarFacts:
    """The facts of released films, as far as drafts are compared with them.

    Attributes:
        runtimes: float64 minutes, ascending.
        languages: Number of films by language.
        words: Folded words of plots.
        years: The first and the last release year; None if too few films are known.
    """

    runtimes: np.ndarray
    languages: Mapping[str, int]
    words: frozenset[str]
    years: tuple[int, int] | None = None

    @classmethod
    def of_films(cls, table: pa.Table) -> "FamiliarFacts":
        """Collect the facts of the films of `ReleasedFilms.table`; of too few films, none."""
        if table.num_rows < _FEWEST_FILMS:
            return cls(np.empty(0), {}, frozenset())
        counts = table["language"].drop_null().value_counts()
        years = table["release_year"].to_numpy()
        plots = table["plot"].drop_null().slice(0, _READ_PLOTS).to_pylist()
        return cls(
            runtimes=np.sort(table["runtime_minutes"].drop_null().to_numpy()),
            languages=dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)),
            words=frozenset(word for plot in plots for word in _words(plot)),
            years=(int(years.min()), int(years.max())),
        )

    def warnings(self, draft: MovieDraft) -> list[str]:
        """Return a sentence per fact of a draft that is unlike those of released films.

        Args:
            draft: Facts spelled as those of released films.
        """
        sentences = [
            self._about_year(draft.release_year), self._about_runtime(draft.runtime_minutes),
            self._about_language(draft.language), self._about_plot(draft.plot),
        ]  # fmt: skip
        return [sentence for sentence in sentences if sentence]

    def _about_year(self, year: int) -> str:
        if self.years is None:
            return ""
        first, last = self.years
        if year < first:
            return f"The oldest film that the model knows is of {first}. The rating of a film of {year} is a guess."
        if year > last + _FORESEEABLE_YEARS:
            return f"The newest film that the model knows is of {last}. The rating of a film of {year} is a guess."
        return ""

    def _about_runtime(self, minutes: float | None) -> str:
        n_films = len(self.runtimes)
        if not minutes or not n_films:
            return ""
        n_shorter = int(np.searchsorted(self.runtimes, minutes, "right"))
        n_longer = n_films - int(np.searchsorted(self.runtimes, minutes))
        n_alike, compared = min((n_shorter, "short"), (n_longer, "long"))
        if n_alike >= _RARE_SHARE * n_films:
            return ""
        films = {0: "No released film is", 1: "Only one released film is"}.get(
            n_alike, f"Only {n_alike:,} of {n_films:,} released films are"
        )
        return f"{films} this {compared}: {minutes:,.0f} minutes. What such a length does to the rating is a guess."

    def _about_language(self, language: str | None) -> str:
        n_films = self.languages.get(language or "", 0)
        if not language or not self.languages or n_films >= _FEW_IN_LANGUAGE:
            return ""
        films = {0: "No released film is", 1: "Only one released film is"}.get(
            n_films, f"Only {n_films} released films are"
        )
        return f"{films} in {language}. What this language does to the rating is a guess."

    def _about_plot(self, plot: str | None) -> str:
        words = set(_words(plot or ""))
        if len(words) < _FEWEST_WORDS or not self.words:
            return ""
        n_known = len(words & self.words)
        if n_known >= _KNOWN_SHARE * len(words):
            return ""
        return (
            f"{f'Only {n_known}' if n_known else 'None'} of the {len(words)} different words of the plot are known "
            "from the plots of released films. Write plain sentences in the language of those plots, or leave it empty."
        )


def _words(plot: str) -> list[str]:
    return _WORD.findall(fold(plot))

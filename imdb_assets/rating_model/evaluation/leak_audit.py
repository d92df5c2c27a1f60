"""On which films a model is fitted and scored, and whether a feature sees the future: split and leak audit."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class LeakAudit:
    """What moved when the future was scrambled."""

    cut_year: int
    n_films: int
    leaking: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """True where films were compared and none of their features moved."""
        return self.n_films > 0 and not self.leaking


def compare_features(before: pd.DataFrame, after: pd.DataFrame, *, cut_year: int, tolerance: float = 1e-6) -> LeakAudit:
    """Count, per feature, the films of `cut_year` or earlier whose value moved.

    :param before: features as built from the real tables, indexed by tconst, `release_year` among them.
    :param after: the same from tables whose ratings, votes and rows of `cut_year` and later were scrambled.
    """
    shared = before.index[before["release_year"] <= cut_year].intersection(after.index)
    moved = (before.loc[shared] - after.loc[shared, before.columns]).abs() > tolerance
    counts = moved.sum()
    return LeakAudit(
        cut_year=cut_year,
        n_films=len(shared),
        leaking={str(name): int(count) for name, count in counts[counts > 0].items()},
    )

"""How far apart films are to the model: the features weighed by what the trees gain from them, in few dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DIMENSIONS = 32
"""Of so many directions, those in which films differ most, the nearness of two films is told from."""


@dataclass(frozen=True)
class Sight:
    """Lays films out so that those are near each other which are alike to the model.

    `table` has a row per feature: `feature`, `mean`, and a column per dimension.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, matrix: pd.DataFrame, weights: Mapping[str, float]) -> "Sight":
        """Learn from films what to look at.

        :param matrix: features, a row per film.
        :param weights: how much each feature counts; a feature without weight does not.
        """
        names = [str(name) for name in matrix]
        values = matrix.to_numpy("float64")
        mean, spread = values.mean(axis=0), values.std(axis=0)
        weight = np.sqrt([weights.get(name, 0.0) for name in names]) / np.where(spread > 0, spread, np.inf)
        seen = (values - mean) * weight
        _, directions = np.linalg.eigh(seen.T @ seen)
        basis = weight[:, np.newaxis] * directions[:, ::-1][:, :DIMENSIONS]
        columns = {f"dimension_{number}": basis[:, number] for number in range(basis.shape[1])}
        return cls(pd.DataFrame({"feature": names, "mean": mean} | columns))

    @classmethod
    def open(cls, file: Path) -> "Sight":
        """Read what `save` wrote."""
        return cls(pd.read_parquet(file))

    def save(self, file: Path) -> None:
        """Write the table as Parquet."""
        self.table.to_parquet(file)

    def place(self, matrix: pd.DataFrame) -> np.ndarray:
        """Where films lie: float32, a row per row of the matrix and a column per dimension."""
        values = matrix[self.table["feature"].tolist()].to_numpy("float64") - self.table["mean"].to_numpy()
        return (values @ self.table.iloc[:, 2:].to_numpy()).astype("float32")

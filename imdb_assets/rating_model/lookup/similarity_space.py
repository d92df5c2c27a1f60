"""How far apart films are to the model: its weightiest features, each weighed by what the trees gain from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import BLOCKS

MOST_FEATURES = 64
"""So many of the features bring seven eighths of the trees' gain."""


@dataclass(frozen=True)
class SimilarityEmbedding:
    """Lays films out so that those are near each other which are alike to the model.

    `table` has a row per feature, those of a block one after another: `feature`, `block`, `mean` and `weight`.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, matrix: pd.DataFrame, weights: Mapping[str, float]) -> "SimilarityEmbedding":
        """Learn from films what to look at.

        :param matrix: features, a row per film.
        :param weights: how much each feature counts; a feature without weight does not.
        """
        spread = matrix.std(ddof=0).replace(0.0, np.inf)
        share = pd.Series({name: weights.get(str(name), 0.0) for name in matrix})
        seen = share.sort_values(ascending=False, kind="stable").head(MOST_FEATURES).index
        table = pd.DataFrame(
            {
                "feature": seen,
                "block": [BLOCKS[str(name)] for name in seen],
                "mean": matrix[seen].mean().to_numpy(),
                "weight": np.sqrt(share[seen].to_numpy()) / spread[seen].to_numpy(),
            }
        )
        return cls(table.sort_values("block", kind="stable", ignore_index=True))

    @classmethod
    def open(cls, file: Path) -> "SimilarityEmbedding":
        """Read what `save` wrote."""
        return cls(pd.read_parquet(file))

    def save(self, file: Path) -> None:
        """Write the table as Parquet."""
        self.table.to_parquet(file)

    def place(self, matrix: pd.DataFrame) -> np.ndarray:
        """Where films lie: float32, a row per row of the matrix and a column per feature of the table."""
        values = matrix[self.table["feature"].tolist()].to_numpy("float64") - self.table["mean"].to_numpy()
        return (values * self.table["weight"].to_numpy()).astype("float32")

    def lengths(self, places: np.ndarray) -> np.ndarray:
        """Squared distance from the mean film by block: a row per place and a column per block."""
        blocks = self.table["block"].to_numpy(object)
        starts = np.flatnonzero(np.append(True, blocks[1:] != blocks[:-1]))
        return np.add.reduceat(places**2, starts, axis=1)

    def counts(self, present: Mapping[str, bool]) -> tuple[np.ndarray, np.ndarray]:
        """Which features and which blocks count where some blocks of facts are absent: float32, 0 or 1.

        :param present: whether a block is there, as `present_blocks` has it; other blocks always are.
        """
        blocks = self.table["block"]
        counted = {block: np.float32(present.get(block, True)) for block in dict.fromkeys(blocks)}
        return blocks.map(counted).to_numpy("float32"), np.array(list(counted.values()), "float32")

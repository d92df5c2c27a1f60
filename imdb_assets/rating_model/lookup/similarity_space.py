"""The space in which films are compared: the model's most important features, weighted by the trees' gain from each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import BLOCKS

MAX_FEATURES = 64
"""The 64 most important features account for seven eighths of the trees' gain."""


@dataclass(frozen=True)
class SimilarityEmbedding:
    """Embeds films so that those the model considers similar are close in squared Euclidean distance.

    Attributes:
        table: One row per feature: `feature`, `block`, `mean` and `weight`. Features of a block are adjacent.
    """

    table: pd.DataFrame

    @classmethod
    def fit(cls, matrix: pd.DataFrame, weights: Mapping[str, float]) -> "SimilarityEmbedding":
        """Select the most important features and standardize them.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.
            weights: The importance of each feature, 0 or more; a feature without weight does not count.

        Returns:
            The embedding of at most `MAX_FEATURES` features.
        """
        spread = matrix.std(ddof=0).replace(0.0, np.inf)
        share = pd.Series({name: weights.get(str(name), 0.0) for name in matrix})
        selected = share.sort_values(ascending=False, kind="stable").head(MAX_FEATURES).index
        table = pd.DataFrame(
            {
                "feature": selected,
                "block": [BLOCKS[str(name)] for name in selected],
                "mean": matrix[selected].mean().to_numpy(),
                "weight": np.sqrt(share[selected].to_numpy()) / spread[selected].to_numpy(),
            }
        )
        return cls(table.sort_values("block", kind="stable", ignore_index=True))

    @classmethod
    def open(cls, file: Path) -> "SimilarityEmbedding":
        """Read the file that `save` wrote."""
        return cls(pd.read_parquet(file))

    def save(self, file: Path) -> None:
        """Write the table as Parquet."""
        self.table.to_parquet(file)

    def embed(self, matrix: pd.DataFrame) -> np.ndarray:
        """Embed films in the similarity space.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.

        Returns:
            float32, one row per film, one column per row of `table`.
        """
        values = matrix[self.table["feature"].tolist()].to_numpy("float64") - self.table["mean"].to_numpy()
        return (values * self.table["weight"].to_numpy()).astype("float32")

    def squared_norms(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the squared norm of each embedding by block.

        Args:
            embeddings: float32, as returned by `embed`.

        Returns:
            float32, one row per embedding, one column per block of `table`.
        """
        blocks = self.table["block"].to_numpy(object)
        starts = np.flatnonzero(np.append(True, blocks[1:] != blocks[:-1]))
        return np.add.reduceat(embeddings**2, starts, axis=1)

    def masks(self, present: Mapping[str, bool]) -> tuple[np.ndarray, np.ndarray]:
        """Return the masks that leave absent blocks out of a comparison.

        Args:
            present: Whether each block is present, as in a row of `present_blocks`; other blocks always are.

        Returns:
            float32 masks, 0 or 1: one value per row of `table`, and one per block.
        """
        blocks = self.table["block"]
        counted = {block: np.float32(present.get(block, True)) for block in dict.fromkeys(blocks)}
        return blocks.map(counted).to_numpy("float32"), np.array(list(counted.values()), "float32")

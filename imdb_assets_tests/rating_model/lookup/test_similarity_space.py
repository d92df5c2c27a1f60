from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.lookup.similarity_space import MAX_FEATURES, SimilarityEmbedding
from imdb_assets.vocabulary.features import BLOCKS, FEATURE_NAMES

MATRIX = pd.DataFrame(
    np.random.default_rng(0).normal(size=(50, len(FEATURE_NAMES))), columns=list(FEATURE_NAMES)
).assign(genre_drama=1.0)
WEIGHTS = {"director_effect_mean": 4.0, "director_effect_max": 1.0, "runtime_minutes": 9.0, "genre_drama": 5.0}
EMBEDDING = SimilarityEmbedding.fit(MATRIX, WEIGHTS)


def test_at_most_the_most_important_features_are_compared() -> None:
    weights = {name: float(position) for position, name in enumerate(FEATURE_NAMES)}
    assert set(SimilarityEmbedding.fit(MATRIX, weights).table["feature"]) == set(FEATURE_NAMES[-MAX_FEATURES:])


def test_distances_are_of_standardized_features_weighted_by_importance() -> None:
    first, second = EMBEDDING.embed(MATRIX)[:2]
    expected = sum(
        weight * (MATRIX[name][0] - MATRIX[name][1]) ** 2 / MATRIX[name].var(ddof=0)
        for name, weight in WEIGHTS.items()
        if name != "genre_drama"  # The same in all films.
    )
    assert ((first - second) ** 2).sum() == pytest.approx(expected, rel=1e-5)


def test_squared_norms_by_block_add_up_to_the_squared_norm() -> None:
    embeddings = EMBEDDING.embed(MATRIX)
    norms = EMBEDDING.squared_norms(embeddings)
    assert norms.shape == (50, EMBEDDING.table["block"].nunique())
    assert norms.sum(axis=1) == pytest.approx((embeddings**2).sum(axis=1), rel=1e-5)


def test_an_absent_block_is_masked_in_features_and_norms() -> None:
    features, blocks = EMBEDDING.masks({"director": False, "runtime": True})
    assert set(EMBEDDING.table["feature"][features == 0]) == {name for name in EMBEDDING.table["feature"]
                                                               if BLOCKS[name] == "director"}  # fmt: skip
    assert (blocks == 0).sum() == 1
    assert EMBEDDING.masks({})[0].all()


def test_a_saved_embedding_reopens_unchanged(tmp_path: Path) -> None:
    EMBEDDING.save(tmp_path / "embedding.parquet")
    opened = SimilarityEmbedding.open(tmp_path / "embedding.parquet")
    assert (opened.embed(MATRIX) == EMBEDDING.embed(MATRIX)).all()

from pathlib import Path

import pandas as pd
import pyarrow as pa

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import HISTORY_TABLES, History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets_tests.rating_model.features.test_matrix import FRAMES, HISTORY

DRAFTS = drafts_frame(
    [
        MovieDraft(release_year=2010, title="Rocky II", genres=("Drama",), directors=("nm0000001",)),
        MovieDraft(release_year=2010, directors=("nm0000001",), cast=("nm0000002", "nm0000003")),
    ]
)
EXPECTED = features(DRAFTS, HISTORY)


def test_arrow_tables_and_data_frames_give_the_same_history() -> None:
    assert set(FRAMES) == set(HISTORY_TABLES)
    tables = {name: pa.Table.from_pandas(frame) for name, frame in FRAMES.items()}
    pd.testing.assert_frame_equal(features(DRAFTS, History.from_frames(tables)), EXPECTED)


def test_an_opened_history_gives_the_same_features(tmp_path: Path) -> None:
    HISTORY.save(tmp_path)
    pd.testing.assert_frame_equal(features(DRAFTS, History.open(tmp_path)), EXPECTED)

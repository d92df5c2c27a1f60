"""The cache of compiled functions covers all files that they are compiled from."""

import shutil
from pathlib import Path

from imdb_assets.rating_model.features.person_features import Aggregation
from imdb_assets.rating_model.scenarios.kernel import compilation, scoring
from imdb_assets.rating_model.scenarios.kernel.compilation import FINGERPRINT, source_fingerprint
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import apply_mask
from imdb_assets.rating_model.scenarios.kernel.tree_compaction import compact_trees

FOLDER = Path(compilation.__file__).parent


def test_the_fingerprint_is_that_of_the_folder_and_survives_a_copy(tmp_path):
    for file in FOLDER.glob("*.py"):
        shutil.copy(file, tmp_path)
    assert source_fingerprint(tmp_path, Aggregation) == FINGERPRINT


def test_a_change_to_any_file_changes_the_fingerprint(tmp_path):
    for file in FOLDER.glob("*.py"):
        shutil.copy(file, tmp_path)
    seen = {source_fingerprint(tmp_path, Aggregation)}
    files = sorted(tmp_path.glob("*.py"))
    for file in files:
        file.write_text(file.read_text() + "# a change\n")
        seen.add(source_fingerprint(tmp_path, Aggregation))
    assert len(files) >= 7
    assert len(seen) == len(files) + 1


def test_a_change_to_a_constant_from_elsewhere_changes_the_fingerprint():
    assert source_fingerprint(FOLDER, [*Aggregation][::-1]) != FINGERPRINT


def test_every_cached_function_has_the_fingerprint_in_the_name_of_its_files():
    for function in (scoring._score, compact_trees, apply_mask):
        assert FINGERPRINT in function._cache._cache_file._index_name


def test_a_compiled_function_divides_by_zero_as_numpy_does():
    @compilation.compiled()
    def ratio(first, second):
        return first / second

    assert ratio(1.0, 0.0) == float("inf")

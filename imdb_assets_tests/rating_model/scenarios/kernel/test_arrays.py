"""Every array of the kernel is documented with its type."""

import inspect
import re

import pytest

from imdb_assets.rating_model.scenarios.kernel import arrays

RECORDS = [kind for kind in vars(arrays).values() if inspect.isclass(kind) and hasattr(kind, "_fields")]


@pytest.mark.parametrize("record", RECORDS, ids=lambda kind: kind.__name__)
def test_every_array_is_documented_with_dtype_and_shape(record):
    text = " ".join(inspect.getdoc(record).split())
    described = [name for name, kind in inspect.get_annotations(record).items() if kind is arrays.np.ndarray]
    missing = [name for name in described if not re.search(rf"\b{name}: (u?int|float|bool)\d* \([^)]+\)", text)]
    assert not missing

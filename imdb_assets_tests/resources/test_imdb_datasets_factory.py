"""Which source of datasets a URL selects."""

import pytest

from imdb_assets.resources.imdb_datasets_factory import imdb_datasets_for
from imdb_assets_tests.resources.conftest import DATASET, FILE, RATINGS


def test_a_folder_url_with_a_space_is_decoded(tmp_path, destination):
    folder = tmp_path / "IMDb data"
    folder.mkdir()
    (folder / FILE).write_bytes(DATASET)
    assert imdb_datasets_for(folder.as_uri(), "2024-01-16").fetch(RATINGS, destination, previous=None).n_rows == 2


@pytest.mark.parametrize(
    ("url", "snapshot_date", "fix"),
    [
        ("file:///folder/", None, "set IMDB_SNAPSHOT_DATE"),
        ("file:///folder/", "16.1.2024", "IMDB_SNAPSHOT_DATE must be a date such as 2024-01-16"),
        ("https://datasets.imdbws.com/", "soon", "IMDB_SNAPSHOT_DATE must be a date"),
        ("/folder", "2024-01-16", "must begin with https://, http:// or file:///"),
        ("ftp://host/", None, "must begin with https://"),
        ("https://", None, "must begin with https://"),
    ],
)
def test_an_invalid_setting_is_rejected_with_the_fix(url, snapshot_date, fix):
    with pytest.raises(ValueError, match=fix):
        imdb_datasets_for(url, snapshot_date)

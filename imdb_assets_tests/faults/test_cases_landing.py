"""The small inputs about landing."""

from pathlib import Path

import dagster as dg

from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.imdb_datasets_factory import imdb_datasets_for
from imdb_assets.sensors import dataset_sensor
from imdb_assets_tests.support.cases import SNAPSHOT_DATE, case_file


def test_b24_a_dataset_is_asked_for_at_each_look_until_something_is_landed(tmp_path: Path) -> None:
    landing = Landing(lake=FolderBlobStorage(root=str(tmp_path)))
    source = imdb_datasets_for(f"{case_file('base').as_uri()}/", SNAPSHOT_DATE)
    cursor = None
    with dg.DagsterInstance.ephemeral() as instance:
        for _look in range(3):
            # Each run that was asked for is killed before it lands anything.
            resources = {"imdb_datasets": source, "landing": landing}
            with dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources) as context:
                result = dataset_sensor(is_on=True)(context)
            assert isinstance(result, dg.SensorResult)
            cursor = result.cursor

"""Datasets become bronze tables. Rejected rows and changed values are recorded with a reason."""

import json
from typing import Any

from pyspark.sql import SparkSession

from imdb_assets.transforms.dataset_writer import DatasetWriter


def write_dataset(session: SparkSession, writer: DatasetWriter) -> dict[str, Any]:
    """Run a task that writes the files of a dataset.

    A packed file cannot be split, so one task reads it. Several datasets are written at once by several calls.

    Args:
        session: The Spark session.
        writer: Where the dataset is read from and written to.

    Returns:
        The result of `DatasetWriter.write`.
    """
    one_task = session.range(1, numPartitions=1)
    [facts] = one_task.mapInArrow(writer.write_batches, "facts string").collect()
    return json.loads(facts["facts"])

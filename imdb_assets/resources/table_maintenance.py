"""The weekly care of a table: few files, and no more old versions than the retention asks for."""

from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.delta_declaration import retention_properties
from imdb_assets.resources.delta_log import table_files


def optimize_and_vacuum(delta: DeltaLake, path: str) -> None:
    """Merge small files of the table at a path, and delete files and commits that only expired versions use."""
    session, table = delta.spark.spark_session, delta.sql_name(path)
    files = table_files(delta.lake, path)
    retention = retention_properties(delta.retention_days)
    if files is None or not retention.items() <= files.properties.items():
        settings = ", ".join(f"'{name}' = '{value}'" for name, value in retention.items())
        session.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ({settings})")
    # A single file needs no merging, only the rows that a deletion vector marks would be removed from it.
    if files is None or len(files.data) > 1 or not files.is_plain:
        session.sql(f"OPTIMIZE {table}")
    session.sql(f"VACUUM {table} RETAIN {24 * delta.retention_days} HOURS")

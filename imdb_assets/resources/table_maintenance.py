"""The weekly care of a table: few files, and no more old versions than the retention asks for."""

from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.delta_declaration import retention_properties


def optimize_and_vacuum(delta: DeltaLake, path: str) -> None:
    """Merge small files of the table at a path, and delete files and commits that only expired versions use."""
    session, table = delta.spark.spark_session, delta.sql_name(path)
    retention = retention_properties(delta.retention_days)
    properties = session.sql(f"DESCRIBE DETAIL {table}").select("properties").collect()[0][0]
    if not retention.items() <= properties.items():
        settings = ", ".join(f"'{name}' = '{value}'" for name, value in retention.items())
        session.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ({settings})")
    session.sql(f"OPTIMIZE {table}")
    session.sql(f"VACUUM {table} RETAIN {24 * delta.retention_days} HOURS")

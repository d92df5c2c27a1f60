"""The silver facts of landed OMDb responses, without a lake of tables."""

from pyspark.sql import DataFrame, SparkSession

from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.transforms import omdb


def parsed_lines(spark: SparkSession, landing: OmdbLanding) -> DataFrame:
    """The lines of all landed files, parsed as for bronze."""
    rows = [
        (path, number, line.decode())
        for path in landing.files()
        for number, line in enumerate(landing.lake.read_bytes(path).splitlines())
    ]
    return omdb.parsed_responses(spark.createDataFrame(rows, "file STRING, line_number BIGINT, value STRING"))


def facts_by_title(spark: SparkSession, landing: OmdbLanding) -> dict[str, dict[str, object]]:
    """The facts of `silver_omdb_facts` by title id."""
    rows = omdb.facts(omdb.read_responses(omdb.responses(parsed_lines(spark, landing)))).collect()
    return {row["tconst"]: row.asDict() for row in rows}

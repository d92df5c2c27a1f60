"""The DuckDB form of the silver and gold tables."""

import gzip
from datetime import date

import duckdb
import pytest

from benchmarks.duckdb_queries import GOLD, SILVER, dataset_query, query
from imdb_assets.tables import bronze, gold, silver

NAMES = [*(f"silver_{name}" for name in SILVER), *(f"gold_{name}" for name in GOLD)]
TABLES = {table.asset_name: table for table in (*bronze.TABLES, *silver.TABLES, *gold.TABLES)}
DAY = date(2026, 1, 1)


@pytest.fixture
def connection():
    connection = duckdb.connect()
    for name, table in TABLES.items():
        columns = ", ".join(
            f'"{column.name}" {"VARCHAR[]" if column.type == "array<string>" else column.type}'
            for column in table.columns
        )
        connection.execute(f"CREATE TABLE {name} ({columns})")
    return connection


@pytest.mark.parametrize("name", NAMES)
def test_a_query_returns_the_columns_of_its_table(connection, name):
    found = connection.sql(query(name)).columns
    assert sorted(found) == sorted(TABLES[name].column_names)


def test_a_dataset_is_read_with_its_types_quotes_and_missing_values(tmp_path):
    lines = "tconst\taverageRating\tnumVotes\ntt0000001\t5.7\t\\N\n"
    (tmp_path / "title.ratings.tsv.gz").write_bytes(gzip.compress(lines.encode()))
    names = "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n"
    aka = 'tt0000001\t1\t"One\tUS\t\\N\ttv\x02dvd\t\\N\t0\n'
    (tmp_path / "title.akas.tsv.gz").write_bytes(gzip.compress(f"{names}{aka}".encode()))
    ratings = duckdb.sql(dataset_query(bronze.TITLE_RATINGS, tmp_path, DAY)).fetchall()
    akas = duckdb.sql(dataset_query(bronze.TITLE_AKAS, tmp_path, DAY)).fetchall()
    assert ratings == [("tt0000001", 5.7, None, DAY)]
    assert akas == [("tt0000001", 1, '"One', "US", None, "tv\x02dvd", None, 0, DAY)]


def test_directors_in_crew_and_principals_are_credited_once_in_the_order_of_crew(connection):
    connection.execute("INSERT INTO bronze_title_basics (tconst, titleType) VALUES ('tt1', 'movie'), ('tt2', 'short')")
    connection.execute("INSERT INTO bronze_title_crew (tconst, directors) VALUES ('tt1', 'nm2,nm1'), ('tt2', 'nm1')")
    connection.execute(
        "INSERT INTO bronze_title_principals (tconst, ordering, nconst, category, characters) VALUES "
        """('tt1', 1, 'nm3', 'actress', '["A","B"]'), ('tt1', 2, 'nm1', 'director', NULL), """
        "('tt1', 3, 'nm4', 'composer', NULL)"
    )
    credits = connection.sql(query("silver_credits")).fetchall()
    assert sorted(credits) == [
        ("tt1", "nm1", "director", 2, "director", None, None),
        ("tt1", "nm2", "director", 1, None, None, None),
        ("tt1", "nm3", "cast", 1, "actress", None, ["A", "B"]),
    ]

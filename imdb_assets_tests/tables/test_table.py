"""Names, schemas and constraints come from the declaration, and every declared table follows the naming rules."""

import re

import pytest

from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.table import Column, Table

TABLES = (*bronze.TABLES, *silver.TABLES, *gold.TABLES)
FILMS = Table(
    layer="silver",
    name="films",
    description="Invented films.",
    primary_key=("tconst",),
    columns=(
        Column(name="tconst", type="string", comment="The film's id.", nullable=False, check="tconst LIKE 'tt%'"),
        Column(name="n_votes", type="int", comment="Votes, `\\N` in IMDb.", check="n_votes >= 0"),
        Column(name="genres", type="array<string>", comment="Genres."),
    ),
)


def test_the_name_of_a_table_gives_its_asset_and_its_folder() -> None:
    assert (FILMS.asset_name, FILMS.path) == ("silver_films", "silver/films")


def test_quotes_and_backslashes_of_a_comment_are_escaped_in_the_schema() -> None:
    assert FILMS.ddl == (
        r"`tconst` STRING NOT NULL COMMENT 'The film\'s id.', "
        r"`n_votes` INT COMMENT 'Votes, `\\N` in IMDb.', "
        "`genres` ARRAY<STRING> COMMENT 'Genres.'"
    )


def test_the_constraint_of_a_nullable_column_admits_null() -> None:
    assert FILMS.constraints == {
        "tconst_is_present": "`tconst` IS NOT NULL",
        "tconst_is_legal": "tconst LIKE 'tt%'",
        "n_votes_is_legal": "n_votes IS NULL OR n_votes >= 0",
    }


def test_a_table_without_a_key_keeps_statistics_of_its_first_column() -> None:
    assert FILMS.columns_with_statistics == ("tconst",)
    assert bronze.TITLE_AKAS.columns_with_statistics == ("titleId",)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.asset_name)
def test_columns_of_a_declared_table_are_unique_and_its_key_is_not_nullable(table: Table) -> None:
    assert len(set(table.column_names)) == len(table.columns)
    not_nullable = {column.name for column in table.columns if not column.nullable}
    assert set(table.primary_key) <= not_nullable


@pytest.mark.parametrize("table", [*silver.TABLES, *gold.TABLES], ids=lambda table: table.asset_name)
def test_silver_and_gold_use_snake_case_and_a_primary_key(table: Table) -> None:
    assert [name for name in table.column_names if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []
    assert table.primary_key


@pytest.mark.parametrize("name", ["average_rating", "predicted_rating", "n_votes", "release_year", "tconst", "nconst"])
def test_a_quantity_has_one_type_in_silver_and_gold(name: str) -> None:
    # The training set holds every feature as a number of the model's matrix.
    tables = [table for table in (*silver.TABLES, *gold.TABLES) if table != gold.TRAINING_SET]
    types = [column.type for table in tables for column in table.columns if column.name == name]
    assert types
    assert len(set(types)) == 1

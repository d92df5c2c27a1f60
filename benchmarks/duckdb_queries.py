"""The DuckDB form of the tables: IMDb's datasets as Parquet, and the answers of the silver and gold tables by SQL."""

import re
from datetime import date
from pathlib import Path
from string import Template

from imdb_assets.tables.bronze import DATASETS
from imdb_assets.tables.history import FROM_YEAR, HISTORIES
from imdb_assets.tables.table import Table
from imdb_assets.vocabulary.title_stems import CAPITALS, SEPARATORS, SEQUEL, SMALL_LETTERS, SUBTITLE

FOLDER = Path(__file__).parent / "duckdb"
SILVER = ("movies", "ratings", "people", "credits", "title_names", "series", "episodes", "outside_credits")
GOLD = (
    "movie_features", "person_history", "person_genre_history", "pair_history", "franchise_history", "outside_history",
    "people_index",
)  # fmt: skip
HISTORY_KEYS = {
    table.asset_name: tuple(name for name in table.primary_key if name != FROM_YEAR.name) for table in HISTORIES
}


def dataset_query(table: Table, datasets: Path, snapshot_date: date) -> str:
    """Return the query for the rows of a dataset, with the types of its bronze table."""
    dataset = next(name for name, declared in DATASETS.items() if declared is table)
    types = {column.name: "varchar" if column.type == "string" else column.type for column in table.columns[:-1]}
    file = _quoted(str(datasets / f"{dataset}.tsv.gz"))
    return (
        f"SELECT *, DATE '{snapshot_date}' AS snapshotDate FROM read_csv({file}, "  # noqa: S608 - no foreign text
        f"delim='\\t', quote='', escape='', nullstr='\\N', header=true, auto_detect=false, columns={types})"
    )


def query(name: str) -> str:
    """Return the query for the rows of a silver or gold table, from views with the names of the tables.

    Args:
        name: Name of the asset, such as `silver_movies`.
    """
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return history_query(name, credits=text) if name in HISTORY_KEYS else text


def history_query(name: str, *, credits: str) -> str:
    """Return the query that turns the credits of a history into its rows."""
    constants = {
        "capitals": CAPITALS, "small_letters": SMALL_LETTERS, "subtitle": SUBTITLE, "separators": SEPARATORS,
        "sequel": SEQUEL,
    }  # fmt: skip
    # DuckDB's regular expressions spell characters \x{2000}.
    spelled = {key: _quoted(re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", text)) for key, text in constants.items()}
    films = (FOLDER / "films.sql").read_text(encoding="utf-8")
    history = Template((FOLDER / "history.sql").read_text(encoding="utf-8"))
    rows = history.substitute(key=", ".join(HISTORY_KEYS[name]))
    first = "" if name == "gold_outside_history" else f"films AS ({films}), "
    return f"WITH {first}credits AS ({Template(credits).substitute(spelled)}) SELECT * FROM ({rows})"  # noqa: S608 - as above


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

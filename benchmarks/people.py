"""Milliseconds to find people among a million and a half, by each way that was weighed: `docs/decisions/names.md`."""

import argparse
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from big_model import ALL_PEOPLE, big_people
from rapidfuzz import fuzz, process

from imdb_assets.rating_model.features.arrow_files import single_array
from imdb_assets.rating_model.lookup.name_index import MIN_SIMILARITY, fold
from imdb_assets.rating_model.lookup.people import People

LIMIT = 7
Way = Callable[[str], object]


def main() -> None:
    """Index invented people, open the index from its file, and time each way on the same texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=ALL_PEOPLE)
    parser.add_argument("--rounds", type=int, default=200, help="texts of each kind for the index; rivals take a tenth")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        file = Path(folder) / "people.arrow"
        began = time.perf_counter()
        big_people(asked.people).save(file)
        print(
            f"{asked.people:,} people invented, indexed and saved in {time.perf_counter() - began:.1f} s: {_size(file)}"
        )
        began = time.perf_counter()
        people = People.open(file)
        people.search("one to begin with")
        print(f"opened, with a first search, in {1000 * (time.perf_counter() - began):.0f} ms")
        folded = single_array(people.table["folded"])
        rivals = {"scan": _scan(folded), "SQLite FTS5": _sqlite(folded), "DuckDB": _duckdb(folded)}
        print(f"{'':<12}{'way':<14}{'median':>9}{'worst':>9}  ratio to the index")
        for kind, texts in _texts(people, asked.rounds).items():
            index = _milliseconds(lambda text: people.search(text, limit=LIMIT), texts)
            _print(kind, "index", index, index)
            for name, ways in rivals.items():
                _print(kind, name, _milliseconds(ways[kind], texts[:: max(len(texts) // 20, 1)]), index)
    print(f"{os.cpu_count()} cores, {platform.machine()}")


def _texts(people: People, n: int) -> dict[str, list[str]]:
    rng = np.random.default_rng(1)
    names = people.table["name"].take(pa.array(rng.integers(0, people.table.num_rows, n))).to_pylist()
    return {
        "exact": names,
        "prefix": [name[: int(rng.integers(2, 8))] for name in names],
        "words": [" ".join(word[:4] for word in reversed(name.split())) for name in names],
        "fuzzy": [_misspelt(name, rng) for name in names],
    }


def _misspelt(name: str, rng: np.random.Generator) -> str:
    """Two letters wrong: one doubled, one replaced."""
    first, second = sorted(rng.choice(np.arange(1, len(name)), 2, replace=False))
    return f"{name[:first]}{name[first - 1]}{name[first:second]}x{name[second + 1 :]}"


def _scan(folded: pa.Array) -> dict[str, Way]:
    names = folded.to_pylist()

    def holding(text: str) -> object:
        return pc.indices_nonzero(pc.match_substring(folded, fold(text)))[:LIMIT]

    def like(text: str) -> object:
        return process.extract(fold(text), names, scorer=fuzz.WRatio, score_cutoff=MIN_SIMILARITY, limit=LIMIT)

    def words(text: str) -> object:
        found = [pc.match_substring_regex(folded, rf"\b{word}") for word in fold(text).split()]
        return pc.indices_nonzero(pc.and_(found[0], found[-1]))[:LIMIT]

    return {"exact": holding, "prefix": holding, "words": words, "fuzzy": like}


def _sqlite(folded: pa.Array) -> dict[str, Way]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram', detail='none')")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(name, prefix='2 3 4')")
    rows = list(enumerate(folded.to_pylist()))
    for table in ("names", "words"):
        connection.executemany(f"INSERT INTO {table}(rowid, name) VALUES (?, ?)", rows)  # noqa: S608 - two fixed names

    def match(table: str, sought: str, *, best: bool = False) -> object:
        order = "rank" if best else "rowid"
        query = f"SELECT rowid, name FROM {table} WHERE {table} MATCH ? ORDER BY {order} LIMIT ?"  # noqa: S608
        return connection.execute(query, (sought, 300 if best else LIMIT)).fetchall()

    def words(text: str) -> object:
        return match("words", " ".join(f'"{word}" *' for word in fold(text).split()))

    def like(text: str) -> object:
        wanted = fold(text)
        trigrams = dict.fromkeys(wanted[place : place + 3] for place in range(len(wanted) - 2))
        found = match("names", " OR ".join(f'"{part}"' for part in trigrams), best=True)
        return sorted(found, key=lambda row: -fuzz.WRatio(wanted, row[1]))[:LIMIT]  # type: ignore[attr-defined]

    return {"exact": words, "prefix": words, "words": words, "fuzzy": like}


def _duckdb(folded: pa.Array) -> dict[str, Way]:
    connection = duckdb.connect()
    rows = pa.table({"row": pa.array(range(len(folded))), "name": folded})
    connection.from_arrow(rows).create("names")

    def ask(condition: str, order: str) -> Way:
        query = f"SELECT row FROM names WHERE {condition} ORDER BY {order} LIMIT {LIMIT}"  # noqa: S608 - fixed texts
        return lambda text: connection.execute(query, {"text": fold(text)}).fetchall()

    holding = ask("contains(name, $text)", "row")
    # Two words at most, as the texts of this benchmark have.
    begins = "contains(' ' || name, ' ' || split_part($text, ' ', {}))"
    words = ask(f"{begins.format(1)} AND {begins.format(2)}", "row")
    like = ask("jaro_winkler_similarity(name, $text) > 0.85", "jaro_winkler_similarity(name, $text) DESC, row")
    return {"exact": holding, "prefix": holding, "words": words, "fuzzy": like}


def _milliseconds(way: Way, texts: Sequence[str]) -> list[float]:
    spent = []
    for text in texts:
        began = time.perf_counter()
        way(text)
        spent.append(1000 * (time.perf_counter() - began))
    return spent


def _print(kind: str, name: str, spent: Sequence[float], index: Sequence[float]) -> None:
    median = statistics.median(spent)
    ratio = median / statistics.median(index)
    print(f"{kind:<12}{name:<14}{median:>6.2f} ms{max(spent):>6.1f} ms  {ratio:,.1f}", flush=True)


def _size(file: Path) -> str:
    sizes = {one.name: one.stat().st_size / 2**20 for one in sorted(file.parent.iterdir())}
    return ", ".join(f"{name} {size:.0f} MiB" for name, size in sizes.items())


if __name__ == "__main__":
    main()

"""Search times among 1.5 million people: the index against the alternatives of `docs/decisions/names.md`."""

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
from rapidfuzz import fuzz, process

from benchmarks.big_model import ALL_PEOPLE, big_people
from benchmarks.results import recorded_output
from imdb_assets.rating_model.features.arrow_files import single_array
from imdb_assets.rating_model.lookup.name_index import MIN_SIMILARITY, fold
from imdb_assets.rating_model.lookup.people import People

LIMIT = 7
SearchFunction = Callable[[str], object]


@recorded_output("people", title="Search among people", command="make bench-people")
def main() -> None:
    """Index invented people, open the index from its file, and time each method on the same texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=ALL_PEOPLE)
    parser.add_argument("--rounds", type=int, default=200, help="searches per kind; alternatives get 20")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        file = Path(folder) / "people.arrow"
        start = time.perf_counter()
        big_people(options.people).save(file)
        seconds = time.perf_counter() - start
        print(f"{options.people:,} people invented, indexed and saved in {seconds:.1f} s: {_sizes(file)}")
        start = time.perf_counter()
        people = People.open(file)
        people.search("a first search")
        print(f"index opened and searched once in {1000 * (time.perf_counter() - start):.0f} ms")
        folded = single_array(people.table["folded"])
        alternatives = {"scan": _scan(folded), "SQLite FTS5": _sqlite(folded), "DuckDB": _duckdb(folded)}
        print(f"{'':<12}{'method':<14}{'median':>9}{'worst':>9}  ratio to the index")
        for kind, texts in _texts(people, options.rounds).items():
            index = _milliseconds(lambda text: people.search(text, limit=LIMIT), texts)
            _print(kind, "index", index, index)
            for name, methods in alternatives.items():
                _print(kind, name, _milliseconds(methods[kind], texts[:: max(len(texts) // 20, 1)]), index)
    print(f"{os.cpu_count()} cores, {platform.machine()}")


def _texts(people: People, n: int) -> dict[str, list[str]]:
    rng = np.random.default_rng(1)
    names = people.table["name"].take(pa.array(rng.integers(0, people.table.num_rows, n))).to_pylist()
    return {
        "exact": names,
        "prefix": [name[: int(rng.integers(2, 8))] for name in names],
        "words": [" ".join(word[:4] for word in reversed(name.split())) for name in names],
        "fuzzy": [_misspelled(name, rng) for name in names],
    }


def _misspelled(name: str, rng: np.random.Generator) -> str:
    """Double one letter and replace another."""
    first, second = sorted(rng.choice(np.arange(1, len(name)), 2, replace=False))
    return f"{name[:first]}{name[first - 1]}{name[first:second]}x{name[second + 1 :]}"


def _scan(folded: pa.Array) -> dict[str, SearchFunction]:
    names = folded.to_pylist()

    def contains(text: str) -> object:
        return _first(_matching("match_substring", folded, fold(text)))

    def similar(text: str) -> object:
        return process.extract(fold(text), names, scorer=fuzz.WRatio, score_cutoff=MIN_SIMILARITY, limit=LIMIT)

    def words(text: str) -> object:
        matches = [_matching("match_substring_regex", folded, rf"\b{word}") for word in fold(text).split()]
        return _first(pc.call_function("and", [matches[0], matches[-1]]))

    return {"exact": contains, "prefix": contains, "words": words, "fuzzy": similar}


def _matching(function: str, folded: pa.Array, pattern: str) -> pa.Array:
    return pc.call_function(function, [folded], pc.MatchSubstringOptions(pattern))


def _first(matches: pa.Array) -> pa.Array:
    return pc.call_function("indices_nonzero", [matches])[:LIMIT]


def _sqlite(folded: pa.Array) -> dict[str, SearchFunction]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram', detail='none')")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(name, prefix='2 3 4')")
    rows = list(enumerate(folded.to_pylist()))
    for table in ("names", "words"):
        connection.executemany(f"INSERT INTO {table}(rowid, name) VALUES (?, ?)", rows)  # noqa: S608 - two fixed names

    def match(table: str, expression: str, *, best: bool = False) -> object:
        order = "rank" if best else "rowid"
        query = f"SELECT rowid, name FROM {table} WHERE {table} MATCH ? ORDER BY {order} LIMIT ?"  # noqa: S608
        return connection.execute(query, (expression, 300 if best else LIMIT)).fetchall()

    def words(text: str) -> object:
        return match("words", " ".join(f'"{word}" *' for word in fold(text).split()))

    def similar(text: str) -> object:
        folded_text = fold(text)
        trigrams = dict.fromkeys(folded_text[place : place + 3] for place in range(len(folded_text) - 2))
        matches = match("names", " OR ".join(f'"{part}"' for part in trigrams), best=True)
        return sorted(matches, key=lambda row: -fuzz.WRatio(folded_text, row[1]))[:LIMIT]  # type: ignore[attr-defined]

    return {"exact": words, "prefix": words, "words": words, "fuzzy": similar}


def _duckdb(folded: pa.Array) -> dict[str, SearchFunction]:
    connection = duckdb.connect()
    rows = pa.table({"row": pa.array(range(len(folded))), "name": folded})
    connection.from_arrow(rows).create("names")

    def select(condition: str, order: str) -> SearchFunction:
        query = f"SELECT row FROM names WHERE {condition} ORDER BY {order} LIMIT {LIMIT}"  # noqa: S608 - fixed texts
        return lambda text: connection.execute(query, {"text": fold(text)}).fetchall()

    contains = select("contains(name, $text)", "row")
    # The texts of this benchmark have at most two words.
    begins = "contains(' ' || name, ' ' || split_part($text, ' ', {}))"
    words = select(f"{begins.format(1)} AND {begins.format(2)}", "row")
    similar = select("jaro_winkler_similarity(name, $text) > 0.85", "jaro_winkler_similarity(name, $text) DESC, row")
    return {"exact": contains, "prefix": contains, "words": words, "fuzzy": similar}


def _milliseconds(search: SearchFunction, texts: Sequence[str]) -> list[float]:
    times = []
    for text in texts:
        start = time.perf_counter()
        search(text)
        times.append(1000 * (time.perf_counter() - start))
    return times


def _print(kind: str, name: str, times: Sequence[float], index: Sequence[float]) -> None:
    median = statistics.median(times)
    ratio = median / statistics.median(index)
    print(f"{kind:<12}{name:<14}{median:>6.2f} ms{max(times):>6.1f} ms  {ratio:,.1f}", flush=True)


def _sizes(file: Path) -> str:
    sizes = {part.name: part.stat().st_size / 2**20 for part in sorted(file.parent.iterdir())}
    return ", ".join(f"{name} {size:.0f} MiB" for name, size in sizes.items())


if __name__ == "__main__":
    main()

"""Writes the seven datasets of a scale into a folder, block by block, so that memory does not grow with the scale."""

import argparse
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.imdb_shape.akas import title_akas
from benchmarks.imdb_shape.credits import Credits
from benchmarks.imdb_shape.next_day import changed
from benchmarks.imdb_shape.people import People
from benchmarks.imdb_shape.sizes import Sizes
from benchmarks.imdb_shape.titles import (
    series_positions,
    title_basics,
    title_block,
    title_episode,
    title_ratings,
)
from imdb_assets.sample_world import text
from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.text import Text
from imdb_assets.tables.bronze import DATASETS

TITLES_PER_BLOCK = 40_000
PEOPLE_PER_BLOCK = 200_000
_GZIP_LEVEL, _GZIP_WINDOW = 4, 31


@dataclass
class DatasetFile:
    """A dataset that is being written. Its file is a single gzip stream, as IMDb's are."""

    file: BinaryIO
    n_rows: int = 0
    n_bytes: int = 0
    _gzip: "zlib._Compress" = field(default_factory=lambda: zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW))

    def append(self, rows: Text) -> None:
        """Compress and write lines, which begin with a line feed."""
        offsets = np.frombuffer(rows.buffers()[1], np.int32, len(rows) + 1, rows.offset * 4)
        content = memoryview(rows.buffers()[2])[offsets[0] : offsets[-1]] if len(rows) else b""
        self.n_rows += len(rows)
        self.n_bytes += len(content)
        self.file.write(self._gzip.compress(content))

    def start(self, header: str) -> None:
        """Write the header."""
        self.file.write(self._gzip.compress(header.encode()))

    def finish(self) -> None:
        """Write the end of the last line and of the gzip stream."""
        self.file.write(self._gzip.compress(b"\n") + self._gzip.flush())


def write_datasets(folder: Path, *, scale: float, seed: int = 0, is_next_day: bool = False) -> dict[str, int]:
    """Write IMDb's seven datasets and return their numbers of rows.

    Args:
        folder: Folder for the seven `*.tsv.gz`.
        scale: Fraction of the full set: 0.1 is about 20 million rows.
        seed: Determines all values.
        is_next_day: Whether one row in a hundred of each dataset differs from the datasets of the first day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = {name: DatasetFile(stack.enter_context((folder / f"{name}.tsv.gz").open("wb"))) for name in DATASETS}
        for name, file in files.items():
            file.start("\t".join(column.name for column in DATASETS[name].columns[:-1]))
        pool = stack.enter_context(ThreadPoolExecutor(len(files)))
        # While a block is compressed, the next one is generated. There are never more than two in memory.
        pending: list[Future[None]] = []
        random, written = IndexedRandom(seed), dict.fromkeys(DATASETS, 0)
        for block in _blocks(random, Sizes.at(scale)):
            lines = {}
            for name, columns in block.items():
                shown = changed(random, name, columns, first_row=written[name]) if is_next_day else columns
                lines[name] = lines_of(shown)
                written[name] += len(lines[name])
            for future in pending:
                future.result()
            pending = [pool.submit(files[name].append, rows) for name, rows in lines.items()]
        for future in pending:
            future.result()
        for file in files.values():
            file.finish()
    return {name: file.n_rows for name, file in files.items()}


def lines_of(columns: Sequence[Text]) -> Text:
    """Join columns to tab-separated lines, each with a line feed in front."""
    options = pc.JoinOptions(null_handling="replace", null_replacement=text.NULL)
    parts = [text.join("\n", columns[0]), *columns[1:], pa.scalar("\t")]
    return pc.call_function("binary_join_element_wise", parts, options)


def _blocks(random: IndexedRandom, sizes: Sizes) -> Iterator[dict[str, tuple[Text, ...]]]:
    people = People(random, sizes)
    for start in range(0, sizes.people, PEOPLE_PER_BLOCK):
        positions = np.arange(start, min(start + PEOPLE_PER_BLOCK, sizes.people))
        yield {"name.basics": people.name_basics(positions)}
    series = series_positions(random, sizes, block=PEOPLE_PER_BLOCK)
    for start in range(0, sizes.titles, TITLES_PER_BLOCK):
        end = min(start + TITLES_PER_BLOCK, sizes.titles)
        block = title_block(random, sizes, np.arange(start, end), series)
        credits = Credits(people, block)
        directors = credits.authors("director", np.arange(end - start), np.zeros(1, np.int64))

        def n_rows(total: int, start: int = start, end: int = end) -> int:
            return total * end // sizes.titles - total * start // sizes.titles

        yield {
            "title.basics": title_basics(random, block),
            "title.akas": title_akas(random, block, n_rows(sizes.akas)),
            "title.crew": credits.title_crew(),
            "title.episode": title_episode(random, block, sizes),
            "title.principals": credits.title_principals(n_rows(sizes.principals)),
            "title.ratings": title_ratings(random, block, n_rows(sizes.ratings), directors),
        }


def main() -> None:
    """Write the datasets and print their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=0.01, help="fraction of IMDb's full set")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    start = time.perf_counter()
    rows = write_datasets(arguments.folder, scale=arguments.scale, seed=arguments.seed)
    seconds = time.perf_counter() - start
    for name, n_rows in rows.items():
        size = (arguments.folder / f"{name}.tsv.gz").stat().st_size
        print(f"{name:<17}{n_rows:>13,} rows{size / 1e6:>10.1f} MB{size / n_rows:>7.1f} bytes/row")
    total = sum(rows.values())
    print(f"{total:,} rows in {seconds:.1f} s, {total / seconds:,.0f} rows/s")


if __name__ == "__main__":
    main()

"""The entry point of the sample world: writes snapshots in the formats of IMDb and OMDb, and returns hidden values."""

import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Integers
from imdb_assets.sample_world.industry import MOVIE
from imdb_assets.sample_world.malformed_rows import malformed_lines
from imdb_assets.sample_world.omdb_rows import omdb_responses
from imdb_assets.sample_world.people_rows import make_careers, name_basics
from imdb_assets.sample_world.snapshots import snapshot_date
from imdb_assets.sample_world.state import World, make_world
from imdb_assets.sample_world.text import Text, nconsts, tconsts
from imdb_assets.sample_world.title_rows import (
    title_akas,
    title_basics,
    title_crew,
    title_episode,
    title_principals,
    title_ratings,
)

MIN_MOVIES, MAX_MOVIES = 50, 7_000_000
BLOCK = 100_000
# The irreducible error is measured on films with at least this many votes.
WIDELY_SEEN_VOTES = 1_000
OMDB_FILE = "omdb_responses.jsonl.gz"
HEADERS = {
    "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
    "title.akas": "titleId ordering title region language types attributes isOriginalTitle",
    "title.crew": "tconst directors writers",
    "title.episode": "tconst parentTconst seasonNumber episodeNumber",
    "title.principals": "tconst ordering nconst category job characters",
    "title.ratings": "tconst averageRating numVotes",
    "name.basics": "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
}


@dataclass(frozen=True)
class SnapshotSummary:
    """The date of a written snapshot, and the number of rows per file."""

    snapshot_date: date
    rows: dict[str, int]


@dataclass(frozen=True)
class Truth:
    """The hidden values behind the first snapshot. Arrays are sorted by id.

    Attributes:
        tconst: Ids of the movies. Shape (movies,).
        quality: Expected rating of each movie, in rating points. Shape (movies,).
        people_effect: The part of the quality that comes from the team, in rating points. Shape (movies,).
        nconst: Ids of all people. Shape (people,).
        director_skill: Effect of each person as a director, in rating points. Shape (people,).
        writer_skill: The same as a writer. Shape (people,).
        cast_skill: The same as a cast member. Shape (people,).
        irreducible_rmse: RMSE of the true quality as a prediction of the rating, in rating points.
    """

    tconst: NDArray[np.str_]
    quality: NDArray[np.float32]
    people_effect: NDArray[np.float32]
    nconst: NDArray[np.str_]
    director_skill: NDArray[np.float32]
    writer_skill: NDArray[np.float32]
    cast_skill: NDArray[np.float32]
    irreducible_rmse: float


def write_snapshot(folder: Path, *, movies: int, seed: int, snapshot: int = 1) -> SnapshotSummary:
    """Write the seven datasets and OMDb's responses. The same arguments give the same bytes.

    Args:
        folder: The folder to write to.
        movies: Number of movies.
        seed: Seed of the world.
        snapshot: Number of the snapshot, from 1.

    Raises:
        ValueError: If `movies` or `snapshot` is out of range.
    """
    if not MIN_MOVIES <= movies <= MAX_MOVIES:
        message = f"the sample world has {MIN_MOVIES} to {MAX_MOVIES:,} movies, not {movies}; set SAMPLE_MOVIES"
        raise ValueError(message)
    world = make_world(movies, seed, snapshot)
    folder.mkdir(parents=True, exist_ok=True)
    generators: dict[str, Callable[[World, Integers], Text]] = {
        "title.principals": title_principals,
        "title.akas": title_akas,
        "title.basics": title_basics,
        "title.crew": title_crew,
        "title.ratings": title_ratings,
        "title.episode": title_episode,
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {
            dataset: pool.submit(
                _write,
                folder / f"{dataset}.tsv.gz",
                HEADERS[dataset].replace(" ", "\t") + "\n",
                lambda rows, generate=generate: generate(world, rows),
                len(world.titles),
                malformed_lines(world, dataset),
            )
            for dataset, generate in generators.items()
        }
        jobs["omdb"] = pool.submit(
            _write, folder / OMDB_FILE, "", lambda rows: omdb_responses(world, rows), len(world.titles), ""
        )
        careers = make_careers(world)
        jobs["name.basics"] = pool.submit(
            _write,
            folder / "name.basics.tsv.gz",
            HEADERS["name.basics"].replace(" ", "\t") + "\n",
            lambda people: name_basics(world, careers, people),
            world.teams.n_people,
            "",
        )
        rows = {name: job.result() for name, job in jobs.items()}
    return SnapshotSummary(snapshot_date(snapshot), rows)


def _write(path: Path, header: str, generate: Callable[[Integers], Text], n: int, ending: str) -> int:
    """Write a gzip file block by block, and return the number of lines below the header.

    The file contains no timestamp, so the same lines give the same bytes.
    """
    compressor = zlib.compressobj(3, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    n_lines = ending.count("\n")
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(compressor.compress(header.encode()))
        for block in _blocks(n):
            text = generate(block)
            n_lines += len(text)
            file.write(compressor.compress(_bytes(text)))
        file.write(compressor.compress(ending.encode()))
        file.write(compressor.flush())
    part.replace(path)
    return n_lines


def _blocks(n: int) -> Iterator[Integers]:
    for start in range(0, n, BLOCK):
        yield np.arange(start, min(start + BLOCK, n))


def _bytes(text: Text) -> memoryview:
    """Return the text of an Arrow array without a copy: its values are contiguous."""
    _, offsets, values = text.buffers()
    if values is None or offsets is None or not len(text):
        return memoryview(b"")
    ends = np.asarray(memoryview(offsets).cast("i"))
    return memoryview(values)[ends[text.offset] : ends[text.offset + len(text)]]


def truth(movies: int, seed: int) -> Truth:
    """Return the hidden truth of the first snapshot."""
    world = make_world(movies, seed, 1)
    facts = world.facts
    rows = np.flatnonzero((world.titles.kind == MOVIE) & (world.titles.first_day == 1))
    widely_seen = rows[facts.votes[rows] >= WIDELY_SEEN_VOTES]
    noise = facts.tenths[widely_seen] / 10 - facts.quality[widely_seen]
    return Truth(
        tconst=np.asarray(tconsts(rows).to_pylist()),
        quality=facts.quality[rows],
        people_effect=facts.people_effect[rows],
        nconst=np.asarray(nconsts(np.arange(world.teams.n_people)).to_pylist()),
        director_skill=world.people.skill["director"],
        writer_skill=world.people.skill["writer"],
        cast_skill=world.people.skill["cast"],
        irreducible_rmse=float(np.sqrt(np.mean(noise**2))),
    )

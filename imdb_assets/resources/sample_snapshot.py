"""Snapshots of the sample world, generated once and cached in a folder."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from imdb_assets.sample_world import world

# Several threads request the datasets of a snapshot at the same time. Only one of them generates it.
_GENERATION_LOCK = Lock()


def sample_snapshot(folder: str, *, movies: int, seed: int, snapshot: int) -> Path:
    """Return the folder of a snapshot, and generate the snapshot if it does not exist.

    Args:
        folder: The parent of all snapshots.
        movies: Number of movies.
        seed: Seed of the sample world.
        snapshot: Number of the snapshot, from 1.

    Returns:
        A subfolder with the seven datasets and OMDb's responses.

    Raises:
        ValueError: If a number is out of range.
    """
    target = snapshot_folder(folder, movies=movies, seed=seed, snapshot=snapshot)
    name = target.name
    with _GENERATION_LOCK:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=target.parent, prefix=".") as temporary:
                generated = Path(temporary) / name
                generated.mkdir()
                world.write_snapshot(generated, movies=movies, seed=seed, snapshot=snapshot)
                _move(generated, target)
    return target


def snapshot_folder(folder: str, *, movies: int, seed: int, snapshot: int) -> Path:
    """Return where `sample_snapshot` stores a snapshot, without generating it."""
    name = f"movies-{movies}-seed-{seed}-snapshot-{snapshot}-{_world_version()}"
    return Path(folder).expanduser().resolve() / name


def _move(generated: Path, target: Path) -> None:
    try:
        generated.rename(target)
    except OSError:
        # Another process may have been faster. Its snapshot is identical.
        if not target.exists():
            raise


def _world_version() -> str:
    # A change of the generating code must not reuse snapshots of the old code.
    sources = sorted(Path(world.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:10]

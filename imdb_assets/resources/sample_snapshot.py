"""A snapshot of the sample world, invented once and kept in a folder."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from imdb_assets.sample_world import world

# The datasets of a snapshot are asked for on several threads at once; one of them invents it.
_INVENTING = Lock()


def sample_snapshot(folder: str, *, movies: int, seed: int, snapshot: int) -> Path:
    """The folder, below `folder`, that holds the seven datasets and OMDb's responses."""
    name = f"movies-{movies}-seed-{seed}-snapshot-{snapshot}-{_world_version()}"
    kept = Path(folder).expanduser().resolve() / name
    with _INVENTING:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=kept.parent, prefix=".") as work:
                invented = Path(work) / name
                invented.mkdir()
                world.write_snapshot(invented, movies=movies, seed=seed, snapshot=snapshot)
                _keep(invented, kept)
    return kept


def _keep(invented: Path, kept: Path) -> None:
    try:
        invented.rename(kept)
    except OSError:
        # Another process was first; the world of a seed is the same whoever invents it.
        if not kept.exists():
            raise


def _world_version() -> str:
    # A change of the inventing code must not meet the world of the old code.
    sources = sorted(Path(world.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:10]

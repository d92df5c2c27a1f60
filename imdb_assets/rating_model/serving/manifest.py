"""The manifest of an artifact: size and SHA-256 of every file, checked before any file is opened.

A flipped bit in the trees ends the process, and one in a history table changes ratings without an error.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MANIFEST_FILE = "manifest.json"
# MLflow writes the first next to a model that it fetches. Python writes the second when it imports the model's code.
_REGISTRY_FILE, _BYTECODE_FOLDER = "registered_model_meta", "__pycache__"


class DamagedArtifactError(ValueError):
    """A file of an artifact is missing, unexpected or changed; the message names it."""


@dataclass(frozen=True)
class Manifest:
    """The files of an artifact.

    Attributes:
        files: SHA-256 by path relative to the artifact, with `/` between folders.
        sha256: SHA-256 of the manifest itself.
    """

    files: Mapping[str, str]
    sha256: str


def write_manifest(folder: Path) -> Manifest:
    """Write the manifest of all files in a folder."""
    files = {name: _sha256(file) for name, file in _files(folder).items()}
    text = json.dumps({"sha256": files}, indent=1, sort_keys=True).encode()
    (folder / MANIFEST_FILE).write_bytes(text)
    return Manifest(files, hashlib.sha256(text).hexdigest())


def verify_manifest(folder: Path, *, sha256: str | None = None) -> Manifest:
    """Compare the files in a folder with its manifest.

    Args:
        folder: The artifact.
        sha256: The expected SHA-256 of the manifest; None accepts any.

    Returns:
        The manifest.

    Raises:
        DamagedArtifactError: The manifest is missing or not the expected one, or a file differs from it.
    """
    file = folder / MANIFEST_FILE
    if not file.is_file():
        raise DamagedArtifactError(f"{MANIFEST_FILE} is missing")
    content = file.read_bytes()
    manifest_sha256 = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, manifest_sha256):
        raise DamagedArtifactError(f"{MANIFEST_FILE} has been changed")
    try:
        expected = dict(json.loads(content)["sha256"])
    except (ValueError, KeyError, TypeError):
        raise DamagedArtifactError(f"{MANIFEST_FILE} is not a manifest") from None
    found = _files(folder)
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise DamagedArtifactError(f"{name} is missing")
        if name not in expected:
            raise DamagedArtifactError(f"{name} is not in the manifest")
        if found[name].is_symlink() or _sha256(found[name]) != expected[name]:
            raise DamagedArtifactError(f"{name} has been changed")
    return Manifest(expected, manifest_sha256)


def _files(folder: Path) -> dict[str, Path]:
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = {path.relative_to(folder): path for path in paths}
    return {
        name.as_posix(): path
        for name, path in names.items()
        if _BYTECODE_FOLDER not in name.parts and name.as_posix() not in (MANIFEST_FILE, _REGISTRY_FILE)
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

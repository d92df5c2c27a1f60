"""The version of this program, with the commit that it was built from."""

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent
COMMIT_FILE = PACKAGE / "COMMIT"
"""The file with the commit in an image without a repository. The Dockerfile writes it."""


@cache
def code_version() -> str:
    """Return the version, such as `0.1.0+d9526e0ab2fa`, with `.changed` if tracked files differ from the commit.

    Without a repository and a file with the commit, or without git, only the number of the release.
    """
    commit = COMMIT_FILE.read_text(encoding="utf-8").strip() if COMMIT_FILE.is_file() else _commit(PACKAGE)
    release = version("imdb-rating-platform")
    return f"{release}+{commit}" if commit else release


def _commit(folder: Path) -> str:
    if not (folder.parent / ".git").exists():
        return ""
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    is_changed = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    return f"{commit}.changed" if commit and is_changed else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""

import subprocess
from importlib.metadata import version
from pathlib import Path

from imdb_assets.code_version import _commit, code_version


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_commit_of_a_repository_is_marked_if_a_file_has_changed(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    assert _commit(package) == ""
    (package / "code.py").write_text("")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    head = git(tmp_path, "rev-parse", "HEAD")[:12]
    assert _commit(package) == head
    (package / "code.py").write_text("a = 1\n")
    assert _commit(package) == f"{head}.changed"


def test_the_version_begins_with_the_number_of_the_release() -> None:
    assert code_version().partition("+")[0] == version("imdb-rating-platform")

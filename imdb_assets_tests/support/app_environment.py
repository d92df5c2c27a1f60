"""A virtual environment that has only the packages of requirements-app.lock, as links to those that run the tests."""

import re
import sys
import venv
from importlib.metadata import Distribution, distributions, version
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-app.lock"
PROJECT = "imdb-rating-platform"


def locked(file: Path) -> dict[str, list[Requirement]]:
    """The requirements of a lock file by package. A package has several if its version depends on Python's."""
    lines = re.findall(r"^[a-z0-9].*?(?= \\$)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    requirements = [Requirement(line) for line in lines]
    return {one.name: [other for other in requirements if other.name == one.name] for one in requirements}


def version_for(requirements: list[Requirement], python: str | None = None) -> str | None:
    """The version that a version of Python gets, such as `3.12.0`; by default this one. None if it gets none."""
    environment = {"python_full_version": python, "python_version": python.rpartition(".")[0]} if python else {}
    found = [one for one in requirements if one.marker is None or one.marker.evaluate(environment)]
    return str(found[0].specifier).removeprefix("==") if found else None


def app_environment(folder: Path, *, project: Path | None) -> Path:
    """Create a virtual environment, and return its folder of programs.

    Args:
        folder: The new folder, which may exist if it is empty.
        project: Folder of the project that it has too, as in the images. None for Streamlit Community Cloud, where the
            project is only the current folder.
    """
    venv.EnvBuilder(symlinks=True).create(folder)
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    _link({name for name, found in locked(LOCK).items() if version_for(found)}, site)
    programs = folder / "bin"
    _write_program(programs / "streamlit", "streamlit.web.cli")
    if project:
        (site / "project.pth").write_text(f"{project}\n")
        information = site / f"{PROJECT.replace('-', '_')}-{version(PROJECT)}.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: {version(PROJECT)}\n")
        _write_program(programs / "imdb-rating", "app.cli.main")
    return programs


def _link(names: set[str], site: Path) -> None:
    """Link the files of packages. A folder that belongs to these packages alone is one link."""
    installed = list(distributions(path=[path for path in sys.path if path.endswith("site-packages")]))
    chosen = [one for one in installed if canonicalize_name(one.metadata["Name"]) in names]
    missing = names - {canonicalize_name(one.metadata["Name"]) for one in chosen}
    assert not missing, f"{LOCK.name} has packages that are not installed: {sorted(missing)}"
    others = {parent for one in installed if one not in chosen for file in _files(one) for parent in file.parents}
    for one in chosen:
        for file in _files(one):
            whole = next(
                (parent for parent in reversed(file.parents) if parent not in {PurePosixPath(), *others}), file
            )
            link, target = site / whole, Path(str(one.locate_file(whole)))
            if target.exists() and not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(target)


def _files(distribution: Distribution) -> list[PurePosixPath]:
    # Programs and man pages are outside of the folder of packages.
    return [PurePosixPath(file) for file in distribution.files or () if ".." not in file.parts]


def _write_program(file: Path, module: str) -> None:
    # As pip writes it: unlike `python -m`, it does not put the current folder on the path.
    file.write_text(f"#!{file.parent / 'python'}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")
    file.chmod(0o755)

"""This package as a file for the Python workers of a cluster, which need not have it installed."""

import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def write_code_archive(folder: Path) -> Path:
    """Write the package's modules to `imdb_assets.zip` in a folder.

    Spark refuses another file of the same name in a session, so equal modules give equal bytes.

    Returns:
        The path of the file.
    """
    archive = folder / f"{PACKAGE.name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for module in sorted(PACKAGE.rglob("*.py")):
            # An entry that is made from its name alone has a constant date.
            entry = zipfile.ZipInfo(str(module.relative_to(PACKAGE.parent)))
            file.writestr(entry, module.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive

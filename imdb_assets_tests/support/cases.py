"""The small faulty inputs in `imdb_assets_tests/cases`."""

import shutil
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"
SNAPSHOT_DATE = "2024-06-01"


def case_file(*parts: str) -> Path:
    """A file of a case, such as `case_file("B16-csv-line-separators", "drafts-85.csv")`."""
    return CASES.joinpath(*parts)


def case_datasets(case: str, folder: Path) -> Path:
    """Write a case's seven datasets to a new folder: the files of `base`, replaced by those of the case.

    Args:
        case: The case, such as `B03-bom-crlf/whole`.
        folder: The folder to create.

    Returns:
        The folder.
    """
    shutil.copytree(CASES / "base", folder)
    shutil.copytree(CASES / case, folder, dirs_exist_ok=True)
    return folder


def case_variables(datasets: Path, lake: Path) -> dict[str, str]:
    """The environment variables of a platform that reads these datasets into a folder lake."""
    return {
        "IMDB_ENV": "local",
        "IMDB_DATASETS_URL": f"{datasets.as_uri()}/",
        "IMDB_SNAPSHOT_DATE": SNAPSHOT_DATE,
        "LAKE_URI": str(lake / "lake"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{lake / 'mlflow.db'}",
    }

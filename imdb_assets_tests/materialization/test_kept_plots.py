from pathlib import Path

import dagster as dg
from matplotlib.figure import Figure

from imdb_assets.materialization.kept_plots import Plots
from imdb_assets.materialization.plots import as_markdown
from imdb_assets.materialization.table_metadata import metadata_from_json, metadata_to_json
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage


def plot(title: str) -> dg.MetadataValue:
    figure = Figure()
    figure.add_subplot().set(title=title)
    return as_markdown(figure, alt=title)


def kept(lake: FolderBlobStorage) -> Plots:
    return Plots(lake, "gold/backtest")


def test_a_plot_is_a_file_of_the_lake_and_not_part_of_the_stored_metadata(tmp_path: Path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    metadata = {"chart": plot("RMSE"), "preview": dg.MetadataValue.md("| a |")}
    stored = metadata_to_json(metadata, kept(lake))
    assert len(str(stored)) < 200
    assert [file.partition("/")[0] for file in lake.files()] == ["plots"]
    assert metadata_from_json(stored, kept(lake)) == metadata


def test_the_plots_of_earlier_commits_are_deleted_and_described(tmp_path: Path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    first = metadata_to_json({"chart": plot("first")}, kept(lake))
    plots = kept(lake)
    metadata_to_json({"chart": plot("second"), "same": plot("second")}, plots)
    plots.delete_others()
    assert len(lake.files()) == 1
    text = metadata_from_json(first, kept(lake))["chart"].value
    assert text == "The plot 'first' was deleted from the lake. The run that wrote the table still shows it."

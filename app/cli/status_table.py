"""The state of the platform as the command line prints it: snapshot, tables, champion, forecasts."""

from rich.console import Console
from rich.table import Table

from app.cli.lake_status import LakeStatus
from imdb_assets.rating_model.registry.versions import MODEL_NAME, RegisteredVersion


def print_status(lake: LakeStatus, champion: RegisteredVersion | None, *, n_versions: int) -> None:
    """Print the state. A missing part is shown with the command that creates it."""
    console = Console(highlight=False, markup=False)
    existing = [table for table in lake.tables if table.version is not None]
    snapshot = lake.snapshot_date.isoformat() if lake.snapshot_date else "none yet: run `make demo` or `make real`"
    console.print(f"Lake       {lake.uri}", soft_wrap=True)
    console.print(f"Snapshot   {snapshot}")
    console.print(f"Champion   {_champion(champion, n_versions)}", soft_wrap=True)
    console.print(f"Forecasts  {lake.n_forecasts:,} kept, {lake.n_scored:,} scored against a mature rating")
    console.print(f"Tables     {len(existing)} of {len(lake.tables)}")
    if not existing:
        return
    rendered = Table(box=None, pad_edge=False)
    rendered.add_column("table")
    for heading in ("version", "rows", "written (UTC)"):
        rendered.add_column(heading, justify="right")
    for table in lake.tables:
        written = f"{table.written:%Y-%m-%d %H:%M}" if table.written else "missing"
        numbers = ("-" if number is None else f"{number:,}" for number in (table.version, table.rows))
        rendered.add_row(table.table, *numbers, written)
    console.print(rendered)


def _champion(champion: RegisteredVersion | None, n_versions: int) -> str:
    if champion is None:
        how = "run `make demo` or `make real` to train one, or `make restore`"
        return f"none ({n_versions} versions of {MODEL_NAME}): {how}"
    trained_on = champion.tags.get("snapshot_date", "an unknown date")
    registered = f"{champion.created:%Y-%m-%d} ({n_versions} versions in all)"
    return f"{MODEL_NAME} version {champion.version}, trained on the snapshot of {trained_on}, registered {registered}"

"""Compiles the scenario search and the reasons of many drafts before they are needed.

Run `python -m imdb_assets.rating_model.server.warm_up`. Numba keeps the machine code on disk, so a process of its own
can compile it without delaying a server.
"""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.serving.explanation import explain
from imdb_assets.settings import settings

_ROOT = Path(__file__).parents[3]
_LOWEST_PRIORITY = 19


def start_compiling() -> Thread:
    """Compile in a process of its own; the thread that is returned waits for it."""
    thread = Thread(target=_run_in_process, name="compile", daemon=True)
    thread.start()
    return thread


def _run_in_process() -> None:
    command = [sys.executable, "-m", "imdb_assets.rating_model.server.warm_up"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, process.pid, _LOWEST_PRIORITY)
        # Without a champion it fails, and the first request compiles.
        process.wait()


def main() -> None:
    """Search a few combinations, by rating and by the lower end of the interval, and explain many drafts."""
    # Here, because servers import this module: importing Numba takes a second.
    from imdb_assets.rating_model.scenarios.constraints import Pick, Ranking  # noqa: PLC0415
    from imdb_assets.rating_model.scenarios.search import search_scenarios  # noqa: PLC0415
    from imdb_assets.rating_model.scenarios.space import Variations  # noqa: PLC0415
    from imdb_assets.rating_model.training.tree_shap import FEWEST_ROWS_FOR_KERNEL  # noqa: PLC0415

    model = load_champion(settings().mlflow_tracking_uri).model
    people = tuple(person.nconst for person in model.people.most_rated("director", limit=2))
    draft = MovieDraft(release_year=2027, genres=("Drama",), cast=people)
    for ranking in Ranking:
        search_scenarios(model, draft, Variations(directors=Pick(people), writers=Pick(people)), k=1, ranking=ranking)
    explain(model, [draft] * FEWEST_ROWS_FOR_KERNEL)


if __name__ == "__main__":
    main()

"""Defects of IMDb's real files: malformed lines and values, and lines for titles without a row in `title.basics`."""

import numpy as np

from imdb_assets.sample_world.state import World
from imdb_assets.sample_world.text import PERSON_BASE, TITLE_BASE
from imdb_assets.sample_world.title_rows import ONE_IN

# The first lines of `title.basics`, `title.principals` and `title.ratings` cannot be parsed. The other lines belong to
# titles without a row in `title.basics`. The one of `title.crew` has an empty id, that of `title.akas` no legal region.
DEFECTIVE_LINES = {
    "title.basics": ("{title}\tmovie\tThe Cut Line\tThe Cut Line\t0\t1999\t\\N\t101",),
    "title.principals": (
        "{title}\tabc\t{person}\tactor\t\\N\t\\N",
        '{other}\t1\t{person}\tactor\t\\N\t["Nobody"]',
        "{other}\t2\t{stranger}\tdirector\t\\N\t\\N",
    ),
    "title.ratings": ("{title}\tx\t12", "{other}\t6.4\t31"),
    "title.crew": ("{other}\t{stranger},\t\\N",),
    "title.akas": ("{other}\t1\tThe Lost Reel\tusa\t\\N\timdbDisplay\t\\N\t0",),
    "title.episode": ("{other}\t{title}\t1\t1",),
}


def malformed_lines(world: World, dataset: str) -> str:
    """Return the defective lines at the end of a dataset: one of each kind, and more in large worlds."""
    n = len(world.titles)
    people = np.arange(1 + n // ONE_IN) * 7 % world.teams.n_people
    return "".join(
        line.format(
            title=f"tt{TITLE_BASE + n + 1_000 + 2 * number}",
            other=f"tt{TITLE_BASE + n + 1_001 + 2 * number}",
            person=f"nm{PERSON_BASE + person}",
            stranger=f"nm{PERSON_BASE + world.teams.n_people + 1_000 + number}",
        )
        + "\n"
        for number, person in enumerate(people)
        for line in DEFECTIVE_LINES[dataset]
    )

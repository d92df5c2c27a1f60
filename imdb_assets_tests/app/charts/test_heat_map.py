"""The heat map of a scenario search, and its description."""

import numpy as np
import pandas as pd

from app.charts.heat_map import heat_map, heat_map_description
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import HeatMap

HEAT = HeatMap(
    rows=(("Drama",), ()), columns=(90.0, 120.0, None), ratings=np.array([[6.0, 7.0, 6.5], [5.0, -np.inf, 5.5]])
)
COLUMNS = {
    "nconst": str, "name": str, "birth_year": float, "professions": object, "roles": object, "n_movies": int,
    "n_rated_movies": int, "known_movies": object,
}  # fmt: skip
NOBODY = People.from_frame(pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()}))


def test_combinations_that_are_not_allowed_have_no_cell() -> None:
    cells = heat_map(HEAT, "genres", "runtimes", NOBODY)["data"]["values"]
    assert [(cell["row"], cell["column"], cell["rating"]) for cell in cells] == [
        ("Drama", "90 min", 6.0), ("Drama", "120 min", 7.0), ("Drama", "not given", 6.5), ("no genre", "90 min", 5.0),
        ("no genre", "not given", 5.5),
    ]  # fmt: skip


def test_the_description_names_the_best_and_the_worst_cell() -> None:
    assert heat_map_description(HEAT, "genres", "runtimes", NOBODY) == (
        "Heat map of genres by runtimes: best Drama with 120 min, 7.00; worst no genre with 90 min, 5.00"
    )

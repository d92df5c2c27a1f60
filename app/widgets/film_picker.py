"""A widget that finds released films by title."""

from collections.abc import Callable
from functools import partial

from app.widgets.live_search import SHOWN, Match, live_search
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm, ReleasedFilms


def pick_film(films: ReleasedFilms, *, key: str, choose: Callable[[ReleasedFilm], None]) -> None:
    """Show a search for films. `choose` is called with the selected film before the page reruns."""
    live_search(
        "Find a released film", key=key, placeholder="Title or IMDb id",
        help_text="Add the year to narrow the search: Inception 2010.",
        find=partial(_find, films), pick=partial(_choose, films, choose),
    )  # fmt: skip


def _find(films: ReleasedFilms, text: str) -> tuple[list[Match], str]:
    found = films.find(text, limit=SHOWN + 1)
    if not found:
        return [], f"None of {len(films):,} released films has a title like {markdown(text[:80])}."
    matches = [
        Match(film.tconst, f"{markdown(film.label)} · {film.n_votes:,} votes", ":material/movie:")
        for film in found[:SHOWN]
    ]
    return matches, "More films match. Type more of the title, or add the year." if len(found) > SHOWN else ""


def _choose(films: ReleasedFilms, choose: Callable[[ReleasedFilm], None], tconst: str) -> None:
    if film := films.film(tconst):
        choose(film)

"""Released films that are similar to a draft, by the same people and of the same kind, with links to IMDb."""

from collections.abc import Sequence

import streamlit as st

from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import SimilarFilm, similar_films
from imdb_assets.vocabulary.imdb_ids import title_id

_SHOWN = 8


def show_similar(model: RatingModel, draft: MovieDraft, *, excluded: str | None = None) -> None:
    """Show the most similar released films, without the film with the id `excluded`."""
    st.subheader("Similar released films", anchor=False)
    if not len(model.films):
        st.caption("This version has no released films. Train a new version.")
        return
    films = similar_films(model, draft, k=_SHOWN, exclude=excluded)
    if not films:
        st.caption("Add genres, a plot or people with earlier films to see similar films.")
        return
    st.markdown(
        "Similar as film people use the word: the same people, then genre, years, plot and language. What moves the "
        "rating is another question, which the reasons answer. Ratings are IMDb's current ones."
    )
    by_people = [film for film in films if film.shares_people]
    of_kind = [film for film in films if not film.shares_people]
    lists = {"By the same people": by_people, "Of the same kind": of_kind}
    shown = {heading: listed for heading, listed in lists.items() if listed}
    for column, (heading, listed) in zip(st.columns(len(shown), gap="large"), shown.items(), strict=True):
        column.markdown(f"**{heading}**  \n{film_list(listed)}")


def film_list(films: Sequence[SimilarFilm]) -> str:
    """Return films as a Markdown list: title, year, rating, votes and what they have in common."""
    return "\n".join(
        f"* {_link(film)} ({film.release_year}) · **{film.average_rating:.1f}** from {film.n_votes:,} votes  \n"
        f"  :gray[{markdown(film.why)}]"
        for film in films
    )


def _link(film: SimilarFilm) -> str:
    text, tconst = markdown(film.title), title_id(film.tconst)
    return f"[{text}](https://www.imdb.com/title/{tconst}/)" if tconst else text

"""A table of released films that are similar to a draft."""

import pandas as pd
import streamlit as st

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import SimilarFilm, similar_films

_SHOWN = 8
# Two lines of text.
_ROW_HEIGHT = 56


def show_similar(model: RatingModel, draft: MovieDraft, *, excluded: str | None = None) -> None:
    """Show the most similar released films, without the film with the id `excluded`."""
    st.subheader("Similar released films", anchor=False)
    films = similar_films(model, draft, k=_SHOWN, exclude=excluded)
    if not films:
        st.caption("This version has no released films. Train a new version.")
        return
    st.markdown("Similar in the facts that the model uses, such as people, genres and plot. Ratings are current.")
    st.dataframe(
        similar_rows(films), hide_index=True, width="stretch", row_height=_ROW_HEIGHT, height="content",
        alt="Similar released films",
        column_config={
            "Film": st.column_config.TextColumn(width=170),
            "Year": st.column_config.NumberColumn(format="%d", width=60),
            "Rating": st.column_config.NumberColumn(format="%.1f", width=70),
            "Votes": st.column_config.NumberColumn(format="localized", width=90),
            "Why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip


def similar_rows(films: list[SimilarFilm]) -> pd.DataFrame:
    """Return a row per film, most similar first, with the column headings of the page."""
    return pd.DataFrame(
        [
            {
                "Film": film.title,
                "Year": film.release_year,
                "Rating": film.average_rating,
                "Votes": film.n_votes,
                "Why": film.why,
            }
            for film in films
        ]
    )

"""Released films like a draft, as a table."""

import pandas as pd
import streamlit as st

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import SimilarFilm, similar_films

_SHOWN = 8
# Two lines of text.
_ROW_HEIGHT = 56


def show_similar(model: RatingModel, draft: MovieDraft, *, but: str | None = None) -> None:
    """Show the released films that are nearest in what the model sees, but for the one of an id."""
    st.subheader("Released films like it", anchor=False)
    found = similar_films(model, draft, k=_SHOWN, exclude=but)
    if not found:
        st.caption("This version knows no released films: it was registered before they were kept. Train a new one.")
        return
    st.markdown("Nearest in what the model sees of a film. Their ratings are today's.")
    st.dataframe(
        similar_rows(found), hide_index=True, width="stretch", row_height=_ROW_HEIGHT, height="content",
        alt="Released films like the draft",
        column_config={
            "Film": st.column_config.TextColumn(width=170),
            "Year": st.column_config.NumberColumn(format="%d", width=60),
            "Rating": st.column_config.NumberColumn(format="%.1f", width=70),
            "Votes": st.column_config.NumberColumn(format="localized", width=90),
            "Why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip


def similar_rows(found: list[SimilarFilm]) -> pd.DataFrame:
    """A row per film, the nearest first, in the words of the page."""
    return pd.DataFrame(
        [
            {
                "Film": one.title,
                "Year": one.release_year,
                "Rating": one.average_rating,
                "Votes": one.n_votes,
                "Why": one.why,
            }
            for one in found
        ]
    )

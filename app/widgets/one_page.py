"""A button that downloads the result of a draft as one page."""

from functools import partial

import streamlit as st

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.vocabulary.audiences import AUDIENCE_WORDS

_SIMILAR = 6


def offer_one_page(champion: Champion, draft: MovieDraft, prediction: Prediction, footer: tuple[str, ...]) -> None:
    """Show the button. The page is drawn when it is clicked."""
    st.download_button(
        "One page (PDF)", data=partial(_pdf, champion.model, draft, prediction, footer), on_click="ignore",
        file_name=f"{_file_stem(draft)}.pdf", mime="application/pdf", icon=":material/picture_as_pdf:",
        help="The result as one page to print or send.", key="one_page",
    )  # fmt: skip


def _pdf(model: RatingModel, draft: MovieDraft, prediction: Prediction, footer: tuple[str, ...]) -> bytes:
    # Drawing takes a second to import, which no other part of the app needs.
    from app.charts.one_page import Page, one_page_pdf  # noqa: PLC0415

    try:
        [explanation] = explain(model, [draft])
        average, reasons = explanation.average, explanation.reasons
    except NotExplainableError:
        average, reasons = prediction.rating, ()
    similar = [
        f"{film.title} ({film.release_year}), rated {film.average_rating:.1f}. {film.why}"
        for film in similar_films(model, draft, k=_SIMILAR)
    ]
    title = draft.title or "A film without a title"
    return one_page_pdf(Page(title, _facts(model, draft), prediction, average, reasons, similar, footer))


def _facts(model: RatingModel, draft: MovieDraft) -> list[tuple[str, str]]:
    def names(ids: tuple[str, ...]) -> str:
        return ", ".join(model.people.name(nconst) for nconst in ids)

    facts = {
        "Year": str(draft.release_year),
        "Genres": ", ".join(draft.genres),
        "Runtime": f"{draft.runtime_minutes:,.0f} minutes" if draft.runtime_minutes else "",
        "Language": draft.language or "",
        "Country": draft.country or "",
        "Certificate": draft.certificate or "",
        "Directors": names(draft.directors),
        "Writers": names(draft.writers),
        "Cast": names(draft.cast),
        "Plot": draft.plot or "",
        "Audience": AUDIENCE_WORDS[draft.audience],
    }
    return [(label, text) for label, text in facts.items() if text]


def _file_stem(draft: MovieDraft) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in draft.title or "draft").split()
    return "_".join(words)[:60] or "draft"

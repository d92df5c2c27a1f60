"""How widely a film will be seen: its chances of reaching an audience, and its rating for each."""

import streamlit as st

from app.champion import answers_or_stop
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.rating_model import Prediction
from imdb_assets.vocabulary.audiences import DISTRIBUTION_QUESTION, LEAST_VOTES

_LIKELY = 0.5


def show_audiences(champion: Champion, draft: MovieDraft, prediction: Prediction) -> None:
    """Show the likely number of votes, the audience that it suggests, and the rating for each audience."""
    drafts = [draft.model_copy(update={"audience": audience}) for audience in LEAST_VOTES]
    ratings = dict(zip(LEAST_VOTES, answers_or_stop(champion, drafts).predictions, strict=True))
    likely = suggested_audience(prediction)
    chosen = "any film with a rating" if draft.audience == "any" else f"films with {_votes(draft.audience)}"
    others = "; ".join(
        f"{'any audience' if audience == 'any' else _votes(audience)}: **{answer.rating:.1f}**"
        for audience, answer in ratings.items()
        if audience != draft.audience
    )
    st.markdown(
        f"**{DISTRIBUTION_QUESTION}** About {_rounded(prediction.votes)} IMDb votes are likely (4 out of 5 such films "
        f"get {_rounded(prediction.votes_low_80)} to {_rounded(prediction.votes_high_80)}). The chance of 1,000 votes "
        f"is {prediction.probability_1000:.0%}, of 100 votes {prediction.probability_100:.0%}. The rating above is for "
        f"{chosen}. For other audiences: {others}."
    )
    if draft.audience not in (likely, "any"):
        st.caption(
            f"It will more likely reach {'fewer than 100 votes' if likely == 'any' else _votes(likely)}. Choose that "
            f"under {DISTRIBUTION_QUESTION}"
        )


def suggested_audience(prediction: Prediction) -> str:
    """Return the widest audience that the film reaches with a probability of at least one half."""
    for audience, probability in (("1000", prediction.probability_1000), ("100", prediction.probability_100)):
        if probability >= _LIKELY:
            return audience
    return "any"


def _votes(audience: str) -> str:
    return f"{LEAST_VOTES[audience]:,} votes or more"


def _rounded(votes: float) -> str:
    """Return a number of votes with two significant digits."""
    return f"{float(f'{votes:.2g}'):,.0f}"

"""How widely a film will be seen: its chances of reaching an audience, and its rating for each."""

import pandas as pd
import streamlit as st

from app.champion import answers_or_stop, rows_if_logged
from app.vote_words import about
from imdb_assets.rating_model.evaluation.candidate_evaluation import VOTES_LEADERBOARD
from imdb_assets.rating_model.evaluation.votes_evaluation import VOTES_MODEL
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.run_artifacts import statistics_file
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.vocabulary.audiences import DISTRIBUTION_QUESTION, LEAST_VOTES

_LIKELY = 0.5
_LEAST_USEFUL_R2 = 0.1


def show_audiences(champion: Champion, draft: MovieDraft, prediction: Prediction) -> None:
    """Show the likely number of votes, the audience that it suggests, and the rating for each audience."""
    others = [audience for audience in LEAST_VOTES if audience != draft.audience]
    drafts = [draft.model_copy(update={"audience": audience}) for audience in others]
    predicted = {draft.audience: prediction} | dict(
        zip(others, answers_or_stop(champion, drafts).predictions, strict=True)
    )
    answers = {audience: predicted[audience] for audience in LEAST_VOTES}
    st.markdown(
        f"**{DISTRIBUTION_QUESTION}** About {about(prediction.votes)} IMDb votes are likely. 4 out of 5 such films "
        f"get {about(prediction.votes_low_80)} to {about(prediction.votes_high_80)}. The rating depends on who "
        "sees it:"
    )
    chances = {"1000": f"{prediction.probability_1000:.0%} likely", "100": f"{prediction.probability_100:.0%} likely"}
    with st.container(horizontal=True, key="audiences"):
        for audience, answer in answers.items():
            st.metric(
                f"{_votes(audience)}{' (above)' if audience == draft.audience else ''}", f"{answer.rating:.1f}",
                chances.get(audience), delta_color="off", delta_arrow="off", width=190,
            )  # fmt: skip
    leaderboard = rows_if_logged(champion, statistics_file(VOTES_LEADERBOARD))
    if leaderboard is not None and (caveat := votes_caveat(leaderboard)):
        st.caption(caveat)
    likely = suggested_audience(prediction)
    if draft.audience not in (likely, "any"):
        st.caption(f"{_suggestion(draft.audience, likely)} under _{DISTRIBUTION_QUESTION}_")


def votes_caveat(leaderboard: pd.DataFrame) -> str:
    """Return a sentence if the number of votes was hardly better than a mean on test films; otherwise empty.

    Args:
        leaderboard: Rows of `gold_votes_leaderboard`.
    """
    r2 = leaderboard.loc[leaderboard["model"] == VOTES_MODEL, "r2"]
    if not len(r2) or r2.iloc[0] >= _LEAST_USEFUL_R2:
        return ""
    return (
        "On films that the model had not seen, its number of votes was hardly closer than the average of all films "
        f"(R² {r2.iloc[0]:.2f}). Take it and the chances as rough guesses."
    )


def suggested_audience(prediction: Prediction) -> str:
    """Return the widest audience that the film reaches with a probability of at least one half."""
    for audience, probability in (("1000", prediction.probability_1000), ("100", prediction.probability_100)):
        if probability >= _LIKELY:
            return audience
    return "any"


def _suggestion(chosen: str, likely: str) -> str:
    if LEAST_VOTES[likely] < LEAST_VOTES[chosen]:
        return (
            f"Fewer than half of such films get {_votes(chosen).lower()}. To rate it without that condition, choose "
            f"{_votes(likely).lower()}"
        )
    return f"More than half of such films get {_votes(likely).lower()}. To rate it as one of them, choose that"


def _votes(audience: str) -> str:
    return f"{LEAST_VOTES[audience]:,} votes or more" if LEAST_VOTES[audience] else "Any number of votes"

"""The answer to a draft: the rating that stays in view, its interval, and how often such intervals were right."""

import numpy as np
import pandas as pd
import streamlit as st

from app.champion import released_shares, rows_if_logged, show_warnings
from app.charts.interval import interval_chart
from app.charts.theme import show_chart
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.slices import crew_slices
from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.features.matrix import crew_experience
from imdb_assets.rating_model.registry import run_artifacts
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.audiences import LEAST_VOTES, POPULATION_OF

_FEWEST_FILMS = 100
"""Slices with fewer films say too little about how often intervals were right."""


def show_score(draft: MovieDraft, prediction: Prediction) -> None:
    """Show the rating and its interval in a bar that stays in view while the page scrolls."""
    with st.container(horizontal=True, vertical_alignment="center", key="score"):
        st.metric("Expected rating", f"{prediction.rating:.1f}", help="On IMDb's scale from 1 to 10.", width=120)
        least = LEAST_VOTES[draft.audience]
        seen = f"with {least:,} votes or more" if least else "with any number of votes"
        n_warnings = len(prediction.warnings)
        warned = f" · :material/warning: {n_warnings} warning{'s' * (n_warnings > 1)} below" if n_warnings else ""
        st.markdown(
            f"4 out of 5 such films end up **between {prediction.low_80:.1f} and {prediction.high_80:.1f}**  \n"
            f"As a film {seen}{warned}"
        )


def show_interval(champion: Champion, draft: MovieDraft, prediction: Prediction) -> None:
    """Show warnings, the interval on the scale of all released films, and how it was measured."""
    show_warnings(prediction.warnings)
    interval = f"between {prediction.low_80:.1f} and {prediction.high_80:.1f}"
    show_chart(
        interval_chart({"The draft": prediction}, released_shares(champion)),
        alt=f"Expected rating {prediction.rating:.1f}, 80% interval {interval}, on the scale of all released films",
    )
    st.caption(f"The shaded area shows released films' ratings. {_measured(champion, draft)}")


def _measured(champion: Champion, draft: MovieDraft) -> str:
    """Return how often the intervals of test films like the draft were right, as far as the version's run logged it."""
    slices = rows_if_logged(champion, run_artifacts.SLICES_FILE)
    return "" if slices is None else measured_coverage(slices, draft, slices_of(champion.model, draft))


def measured_coverage(slices: pd.DataFrame, draft: MovieDraft, of_draft: dict[str, list[str]]) -> str:
    """Describe the coverage of the 80% interval on the smallest slice of test films that a draft belongs to.

    Args:
        slices: Rows of `gold_model_slices`.
        draft: The draft, which names the audience.
        of_draft: Names of the draft's slices by kind of slice, as returned by `slices_of`.

    Returns:
        A sentence; empty without a slice of enough films.
    """
    rows = slices[
        (slices["model"] == CANDIDATE_NAME)
        & (slices["population"] == POPULATION_OF[draft.audience])
        & (slices["n"] >= _FEWEST_FILMS)
        & slices["coverage_80"].notna()
    ]
    is_like = np.zeros(len(rows), bool)
    for kind, names in of_draft.items():
        is_like |= ((rows["slice_by"] == kind) & rows["slice"].isin(names)).to_numpy()
    if not is_like.any():
        return ""
    row = rows[is_like].sort_values(["n", "slice"]).iloc[0]
    films = {
        "language": f"films in {row['slice']}",
        "genre": f"films of the genre {row['slice']}",
        "crew": f"films whose directors and writers had {_experience(row['slice'])}",
    }[row["slice_by"]]
    return (
        f"Measured on films that the model had not seen: {row['coverage_80']:.0%} of {row['n']:,} {markdown(films)} "
        "ended up inside their interval."
    )


def _experience(crew: str) -> str:
    return "made no film before" if crew == "debut" else f"made {crew} before"


def slices_of(model: RatingModel, draft: MovieDraft) -> dict[str, list[str]]:
    """Return the names of the slices that a draft belongs to, by kind of slice; facts that are not given have none."""
    slices = {"genre": list(draft.genres), "language": [draft.language] if draft.language else []}
    if draft.directors or draft.writers:
        slices["crew"] = [str(name) for name in crew_slices(crew_experience(drafts_frame([draft]), model.history))]
    return slices

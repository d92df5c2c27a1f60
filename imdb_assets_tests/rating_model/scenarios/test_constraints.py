"""Each kind of constraint, by the teams that it allows."""

import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    ScenarioError,
)
from imdb_assets.rating_model.scenarios.scorer import Scorer, ignore_progress, never_cancelled
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets_tests.support.random_history_model import DRAFT, KNOWN, NEWCOMERS

ANN, BEN, CLEO = KNOWN[0], KNOWN[2], KNOWN[3]
NEW = NEWCOMERS[0]
NO_PEOPLE = DRAFT.model_copy(update={"directors": (), "writers": (), "cast": ()})


@pytest.mark.parametrize(
    ("constraint", "allowed"),
    [
        (MustHave((BEN,)), {(ANN, BEN), (BEN, BEN), (BEN, CLEO), (BEN, NEW)}),
        (MustHave((BEN, NEW)), {(ANN, BEN), (ANN, NEW), (BEN, BEN), (BEN, CLEO), (BEN, NEW)}),
        (Excludes((BEN, NEW)), {(ANN, CLEO)}),
        (NotTogether((ANN, BEN, CLEO)), {(ANN, NEW), (BEN, NEW), (BEN, BEN)}),
        (AtMost(0, (ANN,)), {(BEN, BEN), (BEN, CLEO), (BEN, NEW)}),
        (AtMost(1, (BEN, NEW)), {(ANN, BEN), (ANN, CLEO), (ANN, NEW), (BEN, BEN), (BEN, CLEO)}),
        (AtMostNewcomers(0), {(ANN, BEN), (ANN, CLEO), (BEN, BEN), (BEN, CLEO)}),
    ],
    # The text of a set differs from process to process.
    ids=lambda value: None if isinstance(value, set) else repr(value),
)
def test_a_constraint_counts_each_person_once_whatever_the_role(model, constraint, allowed):
    variations = Variations(directors=Pick((ANN, BEN)), cast=Pick((BEN, CLEO, NEW)), constraints=(constraint,))
    space = build_space(model, NO_PEOPLE, variations)
    ratings = Scorer(model, space).rate_all(on_progress=ignore_progress, is_cancelled=never_cancelled)
    drafts = [space.draft_at(int(number)) for number in np.flatnonzero(ratings > -np.inf)]
    assert {(*draft.directors, *draft.cast) for draft in drafts} == allowed


@pytest.mark.parametrize("constraint", [MustHave(()), Excludes(()), NotTogether(()), AtMost(1, ())])
def test_a_constraint_without_people_is_refused(model, constraint):
    variations = Variations(cast=Pick(KNOWN[:4]), constraints=(constraint,))
    with pytest.raises(ScenarioError, match=f"The constraint {type(constraint).__name__} has no people"):
        build_space(model, DRAFT, variations)

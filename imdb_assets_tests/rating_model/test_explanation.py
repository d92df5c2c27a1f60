"""Reasons on invented films: they add up, they follow what the draft says, and they say only what is known."""

import numpy as np
import pytest

from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.explanation import LABELS, NotExplainableError, explain, explain_difference
from imdb_assets.rating_model.model import RatingModel
from imdb_assets.rating_model.seed_recipe import SeedModel
from imdb_assets.rating_model.training import GROUPS, Calibration, FittedModel
from imdb_assets_tests.champion import DULL_DIRECTOR, DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME, invented_model

BARE = MovieDraft(release_year=2027)
GIFTED = MovieDraft(
    release_year=2027, genres=("Drama", "Romance"), plot="quiet tender memory", runtime_minutes=110,
    language="French", directors=(GIFTED_DIRECTOR,), writers=("nm0000033",), cast=("nm0000044", "nm0000055"),
)  # fmt: skip
DULL = GIFTED.model_copy(update={"directors": (DULL_DIRECTOR,), "genres": ("Horror",)})


@pytest.fixture(scope="module")
def model() -> RatingModel:
    return invented_model()


def test_the_points_add_up_to_the_rating(model: RatingModel) -> None:
    predicted = model.predict([BARE, GIFTED, DULL])
    for explanation, prediction in zip(explain(model, [BARE, GIFTED, DULL]), predicted, strict=True):
        total = explanation.average + sum(reason.points for reason in explanation.reasons)
        assert total == pytest.approx(prediction.rating, abs=1e-6)
        assert explanation.rating == prediction.rating
        weights = [abs(reason.points) for reason in explanation.reasons]
        assert weights == sorted(weights, reverse=True)


def test_they_add_up_at_the_end_of_the_scale_and_say_so(model: RatingModel) -> None:
    assert isinstance(model.predictor, FittedModel)
    stretched = FittedModel(model.predictor.booster, model.predictor.texts, Calibration(-20.0, 5.0))
    [explanation] = explain(RatingModel(stretched, model.history, model.people, model.intervals, model.films), [GIFTED])
    assert explanation.rating == 10.0
    assert explanation.average + sum(reason.points for reason in explanation.reasons) == pytest.approx(10.0, abs=1e-6)
    [cut] = [reason for reason in explanation.reasons if reason.group == "scale"]
    assert cut.points < 0


def test_a_gifted_director_is_a_reason_for_a_higher_rating(model: RatingModel) -> None:
    gifted, dull = ({reason.group: reason for reason in one.reasons} for one in explain(model, [GIFTED, DULL]))
    assert gifted["director"].points > 0.1 > -0.1 > dull["director"].points
    assert gifted["director"].sentence.startswith(f"{GIFTED_NAME}: ")
    assert dull["director"].sentence.startswith(f"{DULL_NAME}: ")
    assert "110 minutes." in gifted["length"].sentence


def test_what_is_told_of_a_director_is_what_the_history_holds(model: RatingModel) -> None:
    states = model.history.people.as_of(np.array([1 * 64 + 3]), np.array([2027]))
    [films], [rating] = states.take("n_films"), states.take("mean_rating")
    [explanation] = explain(model, [GIFTED])
    [told] = [reason.sentence for reason in explanation.reasons if reason.group == "director"]
    assert f"{films:.0f} earlier films, rated {rating:.1f} on average" in told


def test_nobody_and_newcomers_are_told_as_such(model: RatingModel) -> None:
    newcomer = BARE.model_copy(update={"directors": ("Nobody Yet",)})
    bare, debut = (
        {reason.group: reason.sentence for reason in one.reasons} for one in explain(model, [BARE, newcomer])
    )
    assert bare["director"] == "No director is named."
    assert debut["director"] == "Nobody Yet has no earlier rated film."
    assert explain(model, []) == []


def test_a_difference_is_explained_by_what_differs(model: RatingModel) -> None:
    reasons = explain_difference(model, GIFTED, DULL)
    first, second = model.predict([GIFTED, DULL])
    assert sum(reason.points for reason in reasons) == pytest.approx(second.rating - first.rating, abs=1e-6)
    [director] = [reason for reason in reasons if reason.group == "director"]
    assert director.points < 0
    assert GIFTED_NAME in director.sentence.split(" → ")[0]
    assert DULL_NAME in director.sentence.split(" → ")[1]
    assert explain_difference(model, GIFTED, GIFTED) == ()


def test_every_group_has_a_name(model: RatingModel) -> None:
    assert set(GROUPS.values()) < set(LABELS)


def test_a_forest_gives_no_reasons_and_says_so(model: RatingModel) -> None:
    forest = RatingModel(SeedModel(None), model.history, model.people, model.intervals, model.films)  # type: ignore[arg-type]
    with pytest.raises(NotExplainableError, match="Only a LightGBM model gives reasons"):
        explain(forest, [GIFTED])

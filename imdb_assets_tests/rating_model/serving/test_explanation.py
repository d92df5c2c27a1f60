"""Reasons on invented films: they add up, they follow what the draft says, and they say only what is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.history_table import STATISTIC_NAMES, by_person_and_role
from imdb_assets.rating_model.serving.explanation import LABELS, NotExplainableError, explain, explain_difference
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import Calibration, FittedModel
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets_tests.support.champion import DULL_DIRECTOR, DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME, invented_model

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
    assert gifted["director"].sentence.startswith(f"{GIFTED_NAME}'s ")
    assert dull["director"].sentence.startswith(f"{DULL_NAME}'s ")
    assert "110 minutes." in gifted["length"].sentence


# Films of one director by year: two in 2001, one each in 2005 and 2010, with rating and votes.
CAREER = [(2001, 5.0, 100), (2001, 6.0, 300), (2005, 8.0, 1_000), (2010, 7.0, 20_000)]


@pytest.mark.parametrize(
    ("year", "told"),
    [
        (2001, "has no earlier rated film."),
        (2003, "'s 2 earlier films averaged 5.5 over 400 votes."),
        (2006, "'s 3 earlier films averaged 6.3 over 1,400 votes."),
        # The year that holds the third latest film comes in with all of its films, here with all there are.
        (2012, "'s 4 earlier films averaged 6.5 over 21,400 votes."),
    ],
)
def test_what_is_told_of_a_director_is_what_was_known_in_the_year(model: RatingModel, year: int, told: str) -> None:
    assert _told_of_director(model, CAREER, year).endswith(told)


def test_of_a_long_career_the_last_three_films_are_told_apart(model: RatingModel) -> None:
    career = [*CAREER, (2011, 9.0, 5_000)]
    assert _told_of_director(model, career, 2020) == (
        f"{GIFTED_NAME}'s last 3 films averaged 8.0 over 26,000 votes, all 5 of them 7.0."
    )
    assert _told_of_director(model, career[:1], 2020) == f"{GIFTED_NAME}'s one earlier film got 5.0 over 100 votes."


def _told_of_director(model: RatingModel, career: list[tuple[int, float, int]], year: int) -> str:
    rows = []
    for until in sorted({film[0] for film in career}):
        known = np.array([film[1:] for film in career if film[0] <= until])
        facts = {"nconst": GIFTED_DIRECTOR, "role": "all", "from_year": until + 1, "n_films": len(known)}
        rows.append(facts | dict(zip(("mean_rating", "mean_votes"), known.mean(axis=0), strict=True)))
    neutral = dict.fromkeys(STATISTIC_NAMES, 0.0)
    people = by_person_and_role(pd.DataFrame([neutral | row for row in rows]))
    dated = replace(model, history=replace(model.history, people=people))
    [explanation] = explain(dated, [GIFTED.model_copy(update={"release_year": year})])
    [told] = [reason.sentence for reason in explanation.reasons if reason.group == "director"]
    return told


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
    forest = RatingModel(TfidfForest(None), model.history, model.people, model.intervals, model.films)  # type: ignore[arg-type]
    with pytest.raises(NotExplainableError, match="Only a LightGBM model gives reasons"):
        explain(forest, [GIFTED])

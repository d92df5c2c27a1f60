import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.history_table import STATISTIC_NAMES, by_pair, by_person_and_role
from imdb_assets.rating_model.serving.explanation import (
    LABELS,
    Difference,
    NotExplainableError,
    explain,
    explain_difference,
)
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import AudienceRating, Calibration, FittedModel
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets.rating_model.training.weightings import BY_VOTES
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets_tests.support.champion import DULL_DIRECTOR, DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME

BARE = MovieDraft(release_year=2027)
GIFTED = MovieDraft(
    release_year=2027, genres=("Drama", "Romance"), plot="quiet tender memory", runtime_minutes=110,
    language="French", directors=(GIFTED_DIRECTOR,), writers=("nm0000033",), cast=("nm0000044", "nm0000055"),
)  # fmt: skip
DULL = GIFTED.model_copy(update={"directors": (DULL_DIRECTOR,), "genres": ("Horror",)})


def test_the_points_add_up_to_the_rating(model: RatingModel) -> None:
    predicted = model.predict([BARE, GIFTED, DULL])
    for explanation, prediction in zip(explain(model, [BARE, GIFTED, DULL]), predicted, strict=True):
        total = explanation.average + sum(reason.points for reason in explanation.reasons)
        assert total == pytest.approx(prediction.rating, abs=1e-6)
        assert explanation.rating == prediction.rating
        weights = [abs(reason.points) for reason in explanation.reasons]
        assert weights == sorted(weights, reverse=True)


VARIED = [
    BARE,
    GIFTED,
    DULL,
    BARE.model_copy(update={"title": "Film 12", "country": "France", "certificate": "PG-13"}),
    BARE.model_copy(update={"plot": "quiet tender memory"}),
    BARE.model_copy(update={"release_year": 1995, "audience": "any", "genres": ("Horror",), "runtime_minutes": 80}),
    BARE.model_copy(update={"writers": ("Nobody Yet",), "cast": (GIFTED_NAME, "nm0000044", "nm0000055")}),
]


def test_the_factors_multiply_up_to_the_predicted_votes(model: RatingModel) -> None:
    bare = [MovieDraft(release_year=draft.release_year) for draft in VARIED]
    answers = zip(explain(model, VARIED), model.predict(VARIED), model.predict(bare), strict=True)
    for explanation, prediction, only_year in answers:
        assert explanation.votes == prediction.votes
        assert explanation.average_votes == only_year.votes
        product = explanation.average_votes * math.prod(reason.factor for reason in explanation.vote_reasons)
        assert product == pytest.approx(prediction.votes, rel=1e-9)
        sizes = [abs(math.log(reason.factor)) for reason in explanation.vote_reasons]
        assert sizes == sorted(sizes, reverse=True)


def test_votes_beyond_their_range_are_cut_off_by_a_separate_reason(model: RatingModel) -> None:
    [before] = explain(model, [GIFTED])
    least, most = sorted((before.average_votes, before.votes))
    narrow = replace(model.votes.intervals, least=math.log1p(least * 1.01), most=math.log1p(most * 0.99))
    limited = replace(model, votes=replace(model.votes, intervals=narrow))
    [explanation] = explain(limited, [GIFTED])
    assert explanation.votes == limited.predict([GIFTED])[0].votes != before.votes
    product = explanation.average_votes * math.prod(reason.factor for reason in explanation.vote_reasons)
    assert product == pytest.approx(explanation.votes, rel=1e-9)
    [cut] = [reason for reason in explanation.vote_reasons if reason.group == "scale"]
    assert (cut.factor - 1) * (before.votes - before.average_votes) < 0
    assert cut.sentence == "Rated films have 5 votes or more, and fewer than ten million."


def test_two_films_with_equal_votes_have_factors_that_cancel_out(model: RatingModel) -> None:
    fixed = math.log1p(100)
    constant = replace(model.votes.intervals, least=fixed, most=fixed)
    [explanation] = explain(replace(model, votes=replace(model.votes, intervals=constant)), [GIFTED])
    assert explanation.votes == explanation.average_votes == pytest.approx(100)
    assert math.prod(reason.factor for reason in explanation.vote_reasons) == pytest.approx(1, rel=1e-9)


def test_points_beyond_the_end_of_the_scale_are_a_separate_reason(model: RatingModel) -> None:
    assert isinstance(model.predictor, FittedModel)
    steep = AudienceRating(BY_VOTES, Calibration(-20.0, 5.0))
    stretched = replace(model.predictor, audiences=dict.fromkeys(LEAST_VOTES, steep))
    [explanation] = explain(replace(model, predictor=stretched), [GIFTED])
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


def test_the_votes_of_earlier_films_are_reasons_for_votes(model: RatingModel) -> None:
    draft = GIFTED.model_copy(update={"title": "Film 12", "runtime_minutes": None, "language": None})
    by_group = {reason.group: reason.sentence for reason in explain(model, [draft])[0].vote_reasons}
    assert re.fullmatch(rf"{GIFTED_NAME}'s \d+ earlier films average [\d,]+ votes\.", by_group["director"])
    assert re.fullmatch(
        r"Half of \d+ released films with these genres have [\d,]+ votes or more\.", by_group["expectation"]
    )
    assert by_group["title"] == "No earlier film has this title."


# Films of one director by year: two in 2001, one each in 2005 and 2010, with rating and votes.
CAREER = [(2001, 5.0, 100), (2001, 6.0, 300), (2005, 8.0, 1_000), (2010, 7.0, 20_000)]


@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        (2001, "has no earlier rated films."),
        (2003, "'s 2 earlier films average 5.5 from 400 votes."),
        (2006, "'s 3 earlier films average 6.3 from 1,400 votes."),
        # The year of the third latest film counts with all of its films, here the first two.
        (2012, "'s 4 earlier films average 6.5 from 21,400 votes."),
    ],
)
def test_a_director_is_described_by_the_films_before_the_year(model: RatingModel, year: int, sentence: str) -> None:
    assert director_sentence(model, CAREER, year).endswith(sentence)


def test_the_last_three_films_of_a_long_career_are_listed_separately(model: RatingModel) -> None:
    career = [*CAREER, (2011, 9.0, 5_000)]
    assert director_sentence(model, career, 2020) == (
        f"{GIFTED_NAME}'s last 3 films average 8.0 from 26,000 votes, all 5 average 7.0."
    )
    assert director_sentence(model, career, 2020, of="vote_reasons") == (
        f"{GIFTED_NAME}'s last 3 films average 8,667 votes, all 5 average 5,280."
    )
    only = career[:1]
    assert director_sentence(model, only, 2020) == f"{GIFTED_NAME}'s only earlier film is rated 5.0 from 100 votes."
    assert (
        director_sentence(model, only, 2020, of="vote_reasons") == f"{GIFTED_NAME}'s only earlier film has 100 votes."
    )


def director_sentence(
    model: RatingModel, career: list[tuple[int, float, int]], year: int, *, of: str = "reasons"
) -> str:
    rows = []
    for until in sorted({film[0] for film in career}):
        known = np.array([film[1:] for film in career if film[0] <= until])
        facts = {"nconst": GIFTED_DIRECTOR, "role": "all", "from_year": until + 1, "n_films": len(known)}
        rows.append(facts | dict(zip(("mean_rating", "mean_votes"), known.mean(axis=0), strict=True)))
    neutral = dict.fromkeys(STATISTIC_NAMES, 0.0)
    people = by_person_and_role(pd.DataFrame([neutral | row for row in rows]))
    dated = replace(model, history=replace(model.history, people=people))
    [explanation] = explain(dated, [GIFTED.model_copy(update={"release_year": year})])
    [sentence] = [reason.sentence for reason in getattr(explanation, of) if reason.group == "director"]
    return sentence


def test_only_facts_that_were_given_are_reasons(model: RatingModel) -> None:
    newcomer = BARE.model_copy(update={"directors": ("Nobody Yet",)})
    bare, debut = explain(model, [BARE, newcomer])
    assert bare.reasons == ()
    assert bare.average == bare.rating == debut.average
    assert bare.vote_reasons == ()
    assert bare.average_votes == bare.votes == debut.average_votes
    assert {reason.group for reason in debut.vote_reasons} == {"director", "team"}
    assert {reason.group for reason in debut.reasons} == {"director", "team"}
    [director] = [reason for reason in debut.reasons if reason.group == "director"]
    assert director.sentence == "Nobody Yet has no earlier rated films."
    assert explain(model, []) == []


@pytest.mark.parametrize("field", ["genres", "plot", "runtime_minutes", "language", "directors", "writers", "cast"])
def test_a_blanked_field_is_no_reason_and_the_sum_still_adds_up(model: RatingModel, field: str) -> None:
    given = {name: value for name, value in GIFTED.model_dump().items() if name != field}
    groups = {"plot": "story", "runtime_minutes": "length", "directors": "director", "writers": "writer"}
    [explanation] = explain(model, [MovieDraft(**given)])
    assert groups.get(field, field) not in {reason.group for reason in explanation.reasons}
    assert groups.get(field, field) not in {reason.group for reason in explanation.vote_reasons}
    total = explanation.average + sum(reason.points for reason in explanation.reasons)
    assert total == pytest.approx(explanation.rating, abs=1e-6)
    product = explanation.average_votes * math.prod(reason.factor for reason in explanation.vote_reasons)
    assert product == pytest.approx(explanation.votes, rel=1e-9)


def test_a_plot_is_no_reason_for_votes_because_their_model_reads_no_texts(model: RatingModel) -> None:
    [explanation] = explain(model, [BARE.model_copy(update={"plot": "quiet tender memory"})])
    assert [reason.group for reason in explanation.reasons] == ["story"]
    assert explanation.vote_reasons == ()


def test_reasons_belong_to_the_audience_of_the_draft(model: RatingModel) -> None:
    drafts = [GIFTED.model_copy(update={"audience": audience}) for audience in LEAST_VOTES]
    for draft, explanation, prediction in zip(drafts, explain(model, drafts), model.predict(drafts), strict=True):
        assert explanation.rating == prediction.rating
        assert explanation == explain(model, [draft])[0]
        assert explanation.vote_reasons == explain(model, drafts)[0].vote_reasons


def test_another_year_or_audience_is_a_reason_for_a_difference(model: RatingModel) -> None:
    other = GIFTED.model_copy(update={"release_year": 2005, "audience": "any", "plot": None})
    difference = explain_difference(model, GIFTED, other)
    reasons = {reason.group: reason for reason in difference.reasons}
    first, second = model.predict([GIFTED, other])
    assert "audience" not in {reason.group for reason in difference.vote_reasons}
    factors = math.prod(reason.factor for reason in difference.vote_reasons)
    assert factors == pytest.approx(second.votes / first.votes, rel=1e-9)
    assert sum(reason.points for reason in reasons.values()) == pytest.approx(second.rating - first.rating, abs=1e-6)
    assert reasons["era"].sentence == "Released in 2027. → Released in 2005."
    assert reasons["audience"].sentence.endswith("Unknown: any film with a rating.")
    assert reasons["story"].sentence.endswith(" → Not given.")


def test_a_difference_is_explained_by_what_differs(model: RatingModel) -> None:
    difference = explain_difference(model, GIFTED, DULL)
    reasons = difference.reasons
    first, second = model.predict([GIFTED, DULL])
    assert sum(reason.points for reason in reasons) == pytest.approx(second.rating - first.rating, abs=1e-6)
    [director] = [reason for reason in reasons if reason.group == "director"]
    assert director.points < 0
    assert GIFTED_NAME in director.sentence.split(" → ")[0]
    assert DULL_NAME in director.sentence.split(" → ")[1]
    factors = {reason.group: reason.factor for reason in difference.vote_reasons}
    assert math.prod(factors.values()) == pytest.approx(second.votes / first.votes, rel=1e-9)
    assert "director" in factors
    assert explain_difference(model, GIFTED, GIFTED) == Difference((), ())


def test_every_group_has_a_label() -> None:
    assert set(GROUPS.values()) < set(LABELS)


def test_a_forest_refuses_to_explain(model: RatingModel) -> None:
    forest = replace(model, predictor=TfidfForest(None))  # type: ignore[arg-type]
    with pytest.raises(
        NotExplainableError, match="Only LightGBM models can explain their ratings: use imdb_rating@champion"
    ):
        explain(forest, [GIFTED])


def test_a_list_of_more_than_two_people_ends_with_the_number_who_have_films(model: RatingModel) -> None:
    many = BARE.model_copy(update={"cast": ("nm0000044", "nm0000055", "Nobody Yet", "nm0000066")})
    [sentence] = [reason.sentence for reason in explain(model, [many])[0].reasons if reason.group == "cast"]
    assert sentence.endswith("; in all, 3 of 4 have earlier rated films.")
    assert "Nobody Yet" not in sentence


def test_earlier_films_together_are_counted_by_partner(model: RatingModel) -> None:
    neutral = dict.fromkeys(STATISTIC_NAMES, 0.0) | {"nconst": GIFTED_DIRECTOR, "from_year": 2020}
    pairs = by_pair(
        pd.DataFrame(
            [
                neutral | {"partner_nconst": GIFTED.writers[0], "partner_role": "writer", "n_films": 1},
                neutral | {"partner_nconst": GIFTED.cast[1], "partner_role": "cast", "n_films": 3},
            ]
        )
    )
    with_pairs = replace(model, history=replace(model.history, pairs=pairs))
    assert team_sentence(with_pairs, GIFTED).endswith(
        "films of the same kinds. A director and a writer made 1 earlier film together and a director and a cast "
        "member made 3 earlier films together."
    )


def test_the_earlier_films_of_a_team_are_compared_with_films_of_their_kinds(model: RatingModel) -> None:
    assert team_sentence(model, GIFTED).startswith("Their earlier films, as a whole, are rated ")
    alone = GIFTED.model_copy(update={"writers": (), "cast": ()})
    assert team_sentence(model, alone).startswith("The person's earlier films, as a whole, are rated ")
    assert team_sentence(model, alone).endswith(" points above films of the same kinds.")
    newcomer = alone.model_copy(update={"directors": ("nm9999999",)})
    assert team_sentence(model, newcomer) == "Nobody has earlier rated films."


def team_sentence(model: RatingModel, draft: MovieDraft) -> str:
    [sentence] = [reason.sentence for reason in explain(model, [draft])[0].reasons if reason.group == "team"]
    return sentence


def test_thousands_of_drafts_have_the_reasons_of_single_drafts(model: RatingModel) -> None:
    drafts = [GIFTED, DULL, BARE.model_copy(update={"genres": ("Horror",), "audience": "any"})] * 400
    explanations = explain(model, drafts)
    for draft, explanation in zip(drafts[:3], explanations[-3:], strict=True):
        [alone] = explain(model, [draft])
        assert (explanation.average, explanation.rating) == (alone.average, alone.rating)
        assert [reason.sentence for reason in explanation.reasons] == [reason.sentence for reason in alone.reasons]
        points = [reason.points for reason in alone.reasons]
        assert [reason.points for reason in explanation.reasons] == pytest.approx(points, abs=1e-9)
        assert (explanation.average_votes, explanation.votes) == (alone.average_votes, alone.votes)
        assert [reason.sentence for reason in explanation.vote_reasons] == [
            reason.sentence for reason in alone.vote_reasons
        ]
        factors = [reason.factor for reason in alone.vote_reasons]
        assert [reason.factor for reason in explanation.vote_reasons] == pytest.approx(factors, rel=1e-9)

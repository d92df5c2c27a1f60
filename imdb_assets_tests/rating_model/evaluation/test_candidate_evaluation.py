import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    CHAMPION_NAME,
    LEAK_TAX,
    STATISTICS,
    VOTES_LEADERBOARD,
    CandidateEvaluation,
    evaluate_candidate,
)
from imdb_assets.rating_model.evaluation.leaderboard import leak_taxes
from imdb_assets.rating_model.evaluation.predictions import ROLLING_ORIGIN, TEST
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.rating_model.training.training_set import training_set
from imdb_assets.tables.evaluation import MODEL_LEADERBOARD, MODEL_SLICES
from imdb_assets.tables.evaluation_statistics import STATISTICS as TABLES
from imdb_assets.vocabulary.audiences import LEAST_VOTES, POPULATION_OF
from imdb_assets_tests.support.evaluation_films import FILMS, HISTORY, RECIPE, ROWS, TEST_YEARS


def rmse_on_all_test_films(leaderboard: pd.DataFrame) -> pd.Series:
    test = leaderboard[(leaderboard["split"] == TEST) & (leaderboard["population"] == "all")]
    return test.set_index("model")["rmse"]


def of_all_films(predictions: pd.DataFrame, split: str) -> pd.DataFrame:
    """Predictions for the audience any, which has all films, and of models without audiences."""
    return predictions[(predictions["split"] == split) & (predictions["audience"].fillna("any") == "any")]


def test_every_audience_is_predicted_on_its_films(evaluation: CandidateEvaluation) -> None:
    test = evaluation.predictions[(evaluation.predictions["split"] == TEST)]
    own = test[test["model"] == CANDIDATE_NAME]
    for audience, least in LEAST_VOTES.items():
        films = own[own["audience"] == audience]
        assert films["n_votes"].min() >= least
        assert len(films) == (own[own["audience"] == "any"]["n_votes"] >= least).sum()
    populations = evaluation.leaderboard[evaluation.leaderboard["model"] == CANDIDATE_NAME]["population"]
    assert set(populations) == set(POPULATION_OF.values())
    assert set(evaluation.intervals) == set(evaluation.model.audiences) == set(LEAST_VOTES)


def test_every_declared_statistic_is_computed_with_its_columns_and_unique_keys(
    evaluation: CandidateEvaluation,
) -> None:
    assert set(evaluation.statistics) == set(STATISTICS) == {table.name for table in TABLES}
    for table in TABLES:
        rows = evaluation.statistics[table.name]
        assert set(rows) == set(table.column_names), table.name
        assert not rows.duplicated(list(table.primary_key)).any(), table.name
        assert rows[list(table.required_columns)].notna().all(axis=None), table.name


def test_votes_and_their_baselines_are_measured_on_the_same_test_films(evaluation: CandidateEvaluation) -> None:
    rows = evaluation.statistics[VOTES_LEADERBOARD].set_index("model")
    n_films = len(of_all_films(evaluation.predictions, TEST)["tconst"].unique())
    assert set(rows["n"]) == {n_films}
    assert list(rows.index) == ["mean", "genre_mean", "decade_mean", "linear", CANDIDATE_NAME]


def test_the_leak_tax_by_year_adds_up_to_that_of_the_leaderboard(evaluation: CandidateEvaluation) -> None:
    rows = evaluation.statistics[LEAK_TAX]
    assert set(rows["test_year"]) == set(range(TEST_YEARS[0], TEST_YEARS[1] + 1))
    assert ((rows["leak_tax_low"] <= rows["leak_tax"]) & (rows["leak_tax"] <= rows["leak_tax_high"])).all()
    by_year = rows[rows["population"] == "all"].set_index("test_year")
    tax = leak_taxes(evaluation.leaderboard)["all"]
    assert by_year["leak_tax"].min() < tax < by_year["leak_tax"].max()


def test_every_model_is_evaluated_on_the_same_test_films(evaluation: CandidateEvaluation) -> None:
    assert set(evaluation.leaderboard) == set(MODEL_LEADERBOARD.column_names)
    assert set(evaluation.slices) == set(MODEL_SLICES.column_names)
    test = of_all_films(evaluation.predictions, TEST)
    counts = test.groupby("model")["tconst"].agg(["size", "nunique"])
    assert counts.nunique().tolist() == [1, 1]
    assert {CANDIDATE_NAME, CHAMPION_NAME, "mean", "linear", "random_forest", "tfidf_forest_leaky"} <= set(counts.index)
    assert test["release_year"].between(*TEST_YEARS).all()


def test_predictions_for_the_three_years_before_the_test_are_out_of_sample(evaluation: CandidateEvaluation) -> None:
    origin = of_all_films(evaluation.predictions, ROLLING_ORIGIN)
    assert set(origin["model"]) == {CANDIDATE_NAME}
    assert set(origin["release_year"]) == {2018, 2019, 2020}
    years = FILMS.set_index("tconst")["release_year"]
    assert sorted(origin["tconst"]) == sorted(years.index[years.between(2018, 2020) & years.index.isin(ROWS["tconst"])])
    assert origin["predicted_rating"].between(origin["low_80"], origin["high_80"]).all()
    # A model that was fitted on a film would have a much smaller error.
    unseen = (origin["predicted_rating"] - origin["target_rating"]).abs().mean()
    test = of_all_films(evaluation.predictions, TEST)
    test = test[test["model"] == CANDIDATE_NAME]
    assert unseen == pytest.approx((test["predicted_rating"] - test["target_rating"]).abs().mean(), rel=0.2)


def test_the_recipe_beats_the_as_of_ridge_where_directors_have_skill(evaluation: CandidateEvaluation) -> None:
    rmse = rmse_on_all_test_films(evaluation.leaderboard)
    assert rmse[CANDIDATE_NAME] < rmse["as_of_ridge"] - 0.05


def test_the_same_data_in_another_order_give_the_same_predictions(evaluation: CandidateEvaluation) -> None:
    again = evaluate_candidate(ROWS.sample(frac=1, random_state=1), FILMS, HISTORY, RECIPE, lambda _: None)
    first, second = (
        predictions[predictions["model"] == CANDIDATE_NAME]["predicted_rating"].to_numpy()
        for predictions in (evaluation.predictions, again.predictions)
    )
    assert (first == second).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"is_mature": False}, "None of the .* rated films is mature: .* Load older films"),
        ({"release_year": 2020}, "rated films are from 2020: .* Load more years"),
        ({"target_rating": 6.0}, "have the rating 6.0: the training data is insufficient"),
        ({"split": "training"}, "Too few rated films to train a rating model: 0 in the validation years"),
    ],
)
def test_insufficient_training_data_are_refused_with_the_reason(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(TooFewRatingsError, match=message) as refused:
        evaluate_candidate(ROWS.assign(**wrong), FILMS, HISTORY, RECIPE, lambda _: None)
    assert str(refused.value).endswith("the champion is unchanged.")


def test_films_without_any_people_still_give_a_model_that_beats_the_mean() -> None:
    without_people = FILMS.assign(
        **{name: [[] for _ in range(len(FILMS))] for name in ("directors", "writers", "cast")}
    )
    rows = training_set(without_people, HISTORY, test_years=TEST_YEARS)
    evaluation = evaluate_candidate(rows, without_people, HISTORY, RECIPE, lambda _: None)
    rmse = rmse_on_all_test_films(evaluation.leaderboard)
    assert rmse[CANDIDATE_NAME] < rmse["mean"]

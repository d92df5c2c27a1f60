from imdb_assets.rating_model.evaluation.candidate_evaluation import LEARNING_CURVE, CandidateEvaluation
from imdb_assets.rating_model.evaluation.learning_curve import learning_curve
from imdb_assets.rating_model.evaluation.rolling_origin import predict_rolling_origin
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets_tests.support.evaluation_films import RECIPE


def test_more_films_lower_the_error_and_the_last_size_is_all_of_them(
    evaluation: CandidateEvaluation, films: RatedMovies
) -> None:
    rows = evaluation.statistics[LEARNING_CURVE]
    sizes = rows[rows["population"] == "all"].set_index("n_training_films")["rmse"]
    n_films = int((films.years < 2020).sum())
    assert list(sizes.index) == [n_films // 8, n_films // 4, n_films // 2, n_films]
    assert sizes.iloc[-1] < sizes.iloc[0] - 0.02


def test_samples_too_small_to_train_on_are_left_out(films: RatedMovies) -> None:
    few = films.where((films.years >= 2010) & (films.years <= 2019))
    stopped = predict_rolling_origin(few.where(few.years < 2019), RECIPE, lambda _: None).stopped
    rows = learning_curve(few, (2019, 2019), RECIPE, stopped, lambda _: None)
    n_films = int((few.years < 2018).sum())
    assert n_films // 4 < 200 <= n_films // 2
    assert set(rows["n_training_films"]) == {n_films // 2, n_films}

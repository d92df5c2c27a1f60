import numpy as np

from imdb_assets.rating_model.evaluation.candidate_evaluation import PARTIAL_DEPENDENCE, CandidateEvaluation
from imdb_assets.rating_model.evaluation.partial_dependence import STEPS, partial_dependence
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.weightings import WEIGHTINGS
from imdb_assets_tests.support.evaluation_films import FILMS, HISTORY, RECIPE


def test_every_value_has_the_films_behind_it_and_a_rating_for_each_population(
    evaluation: CandidateEvaluation, films: RatedMovies
) -> None:
    rows = evaluation.statistics[PARTIAL_DEPENDENCE]
    assert rows["mean_rating"].between(1, 10).all()
    for fact, step in STEPS.items():
        values = rows[(rows["fact"] == fact) & (rows["population"] == "all")].set_index("value")
        assert (np.diff(values.index) == step).all()
        assert values["n"].min() > 0
    before = films.matrix[films.years < 2021]
    known = before["runtime_minutes"][films.present["runtime"][films.years < 2021].to_numpy()]
    [n] = rows.loc[(rows["fact"] == "runtime_minutes") & (rows["value"] == 100) & (rows["population"] == "all"), "n"]
    assert n == known.between(95, 105).sum()


def test_a_rating_that_follows_the_runtime_depends_on_it_and_not_on_the_year(films: RatedMovies) -> None:
    longer = films.matrix["runtime_minutes"].to_numpy() / 60
    before, test = films.where(films.years < 2021), films.where(films.years >= 2021)
    taught = RatedMovies(**{**vars(before), "target_rating": 4 + longer[films.years < 2021]})
    model = fit(taught, RECIPE, n_rounds=dict.fromkeys(WEIGHTINGS, 60))
    rows = partial_dependence(model, test, taught, FILMS, HISTORY, seed=0)
    by_fact = rows[rows["population"] == "all"].groupby("fact")["mean_rating"].agg(["first", "last"])
    change = by_fact["last"] - by_fact["first"]
    assert change["runtime_minutes"] > 1.0
    assert abs(change["release_year"]) < 0.2

"""The model assets: a candidate trained and registered, and what its run found, as tables, pictures and a card."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import cast

import dagster as dg
import mlflow
import pandas as pd
import pyarrow as pa
from mlflow import MlflowClient

from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.plots import as_markdown, calibration, coverage, importance
from imdb_assets.materialization.table_asset import is_forced, table_asset
from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    CandidateEvaluation,
    evaluate_candidate,
)
from imdb_assets.rating_model.evaluation.hyperparameter_search import best_recipe
from imdb_assets.rating_model.evaluation.missingness import MOST_GAIN
from imdb_assets.rating_model.evaluation.predictions import TEST
from imdb_assets.rating_model.features.history import HISTORY_TABLES, History
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import ReleasedFilms
from imdb_assets.rating_model.registry import register, run_artifacts, versions
from imdb_assets.rating_model.registry.model_card import model_card
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import gain_by_feature, gain_by_group
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.resources.delta import DeltaLake, table_path
from imdb_assets.resources.landing import Landing
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.tables.evaluation import MODEL_LEADERBOARD, MODEL_SLICES, RECIPE_TRIALS
from imdb_assets.vocabulary.features import MODEL_COLUMNS

TRAINED_ON = ("gold_training_set", "gold_movie_features", *HISTORY_TABLES, "gold_people_index")
FINGERPRINT = "fingerprint"
ABSENCE = "absence_tells_nothing"


@dg.asset(
    group_name="model",
    kinds={"lightgbm", "mlflow"},
    deps=list(TRAINED_ON),
    check_specs=[
        dg.AssetCheckSpec(
            ABSENCE,
            asset="rating_model_candidate",
            blocking=True,
            description="A model that sees only which facts of a film are absent beats the as-of ridge by no more than "
            f"{MOST_GAIN} RMSE: films with many votes have more complete data.",
        )
    ],
)
def rating_model_candidate(
    context: dg.AssetExecutionContext,
    delta: dg.ResourceParam[DeltaLake],
    landing: Landing,
    mlflow_tracking: MlflowTracking,
) -> dg.MaterializeResult:
    """A rating model trained on this snapshot, registered as `imdb_rating` with the alias `candidate`.

    The seed recipe's forest is registered beside it, with the alias `random_forest`.
    """
    uri = mlflow_tracking.tracking_uri
    recipe = _recipe(delta)
    table_versions = {name: delta.data_version(name) for name in TRAINED_ON}
    made_from = fingerprint(_trained, recipe, table_versions)
    kept = versions.version_of(uri, versions.CANDIDATE)
    is_unchanged = kept is not None and kept.tags.get(FINGERPRINT) == made_from and not is_forced(context.run)
    if not is_unchanged:
        tables = {name: cast("pa.Table", delta.load(name, pa.Table)) for name in TRAINED_ON}
        with mlflow_tracking.run(context) as tracking:
            origin = _origin(delta, landing, context.run.run_id)
            try:
                study = _trained(
                    tables,
                    recipe,
                    context.log.info,
                    champion=champion_recipe(uri),
                    tags={FINGERPRINT: made_from, **origin},
                )
            except TooFewRatingsError as error:
                raise dg.Failure(str(error), allow_retries=False) from None
            tracking.log_params(vars(recipe) | {"n_trees": study.n_rounds, "dagster_run_id": context.run.run_id})
            mlflow.log_dict({"columns": list(MODEL_COLUMNS)}, "features.json")
            mlflow.log_dict(origin, run_artifacts.ORIGIN_FILE)
    found = run_artifacts.logged_rows(uri, run_artifacts.LEADERBOARD_FILE, alias=versions.CANDIDATE)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(made_from),
        metadata={
            "version": str(versions.version_or_error(uri, versions.CANDIDATE).version),
            "mlflow_run_id": versions.run_of(uri, versions.CANDIDATE),
            "recipe": "found by the search" if recipe != Recipe() else "default",
            "leaderboard": dg.MetadataValue.md(_leaderboard_page(found)),
            **_pictures(uri),
            "is_unchanged": is_unchanged,
        },
        check_results=[_absence_result(uri)],
    )


def _trained(
    tables: Mapping[str, pa.Table],
    recipe: Recipe,
    report: Callable[[str], object],
    *,
    champion: Recipe | None,
    tags: Mapping[str, str],
) -> CandidateEvaluation:
    history = History.from_frames(tables)
    people = People.from_frame(tables["gold_people_index"].to_pandas())
    training_set, movie_features = (tables[name].to_pandas() for name in ("gold_training_set", "gold_movie_features"))
    study = evaluate_candidate(training_set, movie_features, history, recipe, report, champion=champion)
    _log_study(study)
    tags = {"snapshot_date": str(movie_features["snapshot_date"].dropna().max()), **tags}
    films = ReleasedFilms.from_frames(movie_features, training_set, weights=gain_by_feature(study.model))
    tfidf_forest = RatingModel(study.tfidf_forest, history, people, study.tfidf_forest_intervals, films)
    register.register(tfidf_forest, alias=versions.RANDOM_FOREST, tags=tags)
    model = RatingModel(study.model, history, people, study.intervals, films)
    register.register(model, alias=versions.CANDIDATE, tags=tags)
    return study


def champion_recipe(tracking_uri: str) -> Recipe | None:
    """The recipe of the model that answers now, from its run's parameters; None where there is none to compare."""
    champion = versions.version_of(tracking_uri, versions.CHAMPION)
    if champion is None:
        return None
    given = MlflowClient(tracking_uri).get_run(str(champion.run_id)).data.params
    known = {name: default for name, default in vars(Recipe()).items() if name in given}
    if len(known) < len(vars(Recipe())):
        # A recipe of an earlier kind, with other settings: it cannot be fitted any more.
        return None
    return Recipe(
        **{
            name: given[name] == "True" if isinstance(default, bool) else type(default)(given[name])
            for name, default in known.items()
        }
    )


def _recipe(delta: DeltaLake) -> Recipe:
    # The search is run on demand, so its table may be missing, and is no dependency that a run would wait for.
    if not delta.exists(RECIPE_TRIALS.path):
        return Recipe()
    return best_recipe(cast("pd.DataFrame", delta.load(RECIPE_TRIALS.asset_name, pd.DataFrame)), Recipe())


def _origin(delta: DeltaLake, landing: Landing, run_id: str) -> dict[str, str]:
    """What the model was made from and by: tables, datasets and packages, by which a run can be made again."""
    tables = {f"delta_version.{name}": str(delta.commits(table_path(name))[-1]) for name in TRAINED_ON}
    landed = {name: landing.current(name) for name in landing.datasets}
    datasets = {f"dataset_sha256.{name}": one.manifest.sha256 for name, one in landed.items() if one}
    packages = {f"package.{name}": version(name) for name in register.REQUIREMENTS}
    return {"code_version": version("imdb-rating-platform"), "dagster_run_id": run_id, **tables, **datasets, **packages}


def _candidate(mlflow_tracking: MlflowTracking) -> object:
    return versions.run_of(mlflow_tracking.tracking_uri, versions.CANDIDATE)


@table_asset(MODEL_LEADERBOARD, deps=[rating_model_candidate], state=_candidate)
def gold_model_leaderboard(mlflow_tracking: MlflowTracking) -> pd.DataFrame:
    return run_artifacts.leaderboard(mlflow_tracking.tracking_uri, alias=versions.CANDIDATE)


@table_asset(MODEL_SLICES, deps=[rating_model_candidate], state=_candidate)
def gold_model_slices(mlflow_tracking: MlflowTracking) -> pd.DataFrame:
    return run_artifacts.logged_rows(mlflow_tracking.tracking_uri, run_artifacts.SLICES_FILE, alias=versions.CANDIDATE)


@dg.asset(group_name="model", kinds={"mlflow"}, deps=["rating_model_champion"])
def rating_model_card(mlflow_tracking: MlflowTracking) -> dg.MaterializeResult:
    """What the champion is for, what it was made from, how it was measured, how well it does, and where it fails."""
    uri = mlflow_tracking.tracking_uri
    champion = versions.version_of(uri, versions.CHAMPION)
    if champion is None:
        return dg.MaterializeResult(metadata={"card": "There is no champion yet, so there is nothing to describe."})
    text = model_card(
        version=str(champion.version),
        tags=champion.tags,
        parameters=MlflowClient(uri).get_run(str(champion.run_id)).data.params,
        leaderboard=run_artifacts.leaderboard(uri),
        slices=run_artifacts.logged_rows(uri, run_artifacts.SLICES_FILE),
    )
    MlflowClient(uri).log_text(str(champion.run_id), text, run_artifacts.CARD_FILE)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(str(champion.version)),
        metadata={"card": dg.MetadataValue.md(text), "version": str(champion.version)},
    )


def _log_study(study: CandidateEvaluation) -> None:
    run_artifacts.log_rows(study.leaderboard, run_artifacts.LEADERBOARD_FILE)
    run_artifacts.log_rows(study.slices, run_artifacts.SLICES_FILE)
    run_artifacts.log_rows(study.predictions, run_artifacts.PREDICTIONS_FILE)
    gains = gain_by_group(study.model)
    run_artifacts.log_rows(gains, run_artifacts.IMPORTANCE_FILE)
    mlflow.log_dict(vars(study.missingness) | {"gain": study.missingness.gain}, run_artifacts.MISSINGNESS_FILE)
    for name, figure in _figures(study.predictions, study.slices, gains).items():
        mlflow.log_figure(figure, f"{name}.png")
    rows = study.leaderboard[study.leaderboard["model"] == CANDIDATE_NAME]
    for row in rows.to_dict("records"):
        names = ("rmse", "mae", "r2", "spearman", "slope", "bias", "coverage_80", "width_80")
        numbers = {name: row[name] for name in names if row[name] == row[name] and row[name] is not None}
        mlflow.log_metrics({f"{row['split']}_{row['population']}_{name}": value for name, value in numbers.items()})


def _figures(predictions: pd.DataFrame, slices: pd.DataFrame, gains: pd.DataFrame) -> dict:
    candidate = predictions[(predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == TEST)]
    return {
        "calibration": calibration(candidate),
        "coverage_by_slice": coverage(slices[slices["population"] == slices["population"].iloc[0]]),
        "importance": importance(gains["group"].tolist(), gains["share"].tolist()),
    }


def _pictures(tracking_uri: str) -> dict[str, dg.MetadataValue]:
    files = (run_artifacts.PREDICTIONS_FILE, run_artifacts.SLICES_FILE, run_artifacts.IMPORTANCE_FILE)
    rows = [run_artifacts.logged_rows(tracking_uri, file, alias=versions.CANDIDATE) for file in files]
    return {name: as_markdown(figure, alt=name.replace("_", " ")) for name, figure in _figures(*rows).items()}


def _absence_result(tracking_uri: str) -> dg.AssetCheckResult:
    found = run_artifacts.logged_dict(tracking_uri, run_artifacts.MISSINGNESS_FILE, alias=versions.CANDIDATE)
    return dg.AssetCheckResult(
        check_name=ABSENCE,
        passed=found["gain"] <= MOST_GAIN,
        description=f"Missingness alone brings {found['gain']:+.4f} RMSE over the as-of ridge's "
        f"{found['ridge_rmse']:.3f} on {found['n_films']:,} test films",
        metadata=found,
    )


def _leaderboard_page(leaderboard: pd.DataFrame) -> str:
    # The sort is stable: within a population the models stay in their order, from the mean to the candidate.
    test = leaderboard[leaderboard["split"] == "test"].sort_values("n", kind="stable")
    lines = [
        "| population | films | model | RMSE | 95% interval | MAE | R2 | slope | 80% covers |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in test.to_dict("records"):
        interval = f"{row['rmse_low']:.3f}-{row['rmse_high']:.3f}"
        others = " | ".join(
            "-" if row[name] is None or row[name] != row[name] else f"{row[name]:.3f}"
            for name in ("mae", "r2", "slope", "coverage_80")
        )
        lines.append(
            f"| {row['population']} | {row['n']:,} | {row['model']} | {row['rmse']:.3f} | {interval} | {others} |"
        )
    taxes = [_leak_tax(test[test["population"] == population]) for population in test["population"].unique()]
    return "\n".join([*lines, "", *(tax for tax in taxes if tax)])


def _leak_tax(rows: pd.DataFrame) -> str | None:
    rmse = dict(zip(rows["model"], rows["rmse"], strict=True))
    if not {"tfidf_forest", "tfidf_forest_leaky"} <= set(rmse):
        return None
    tax = rmse["tfidf_forest"] - rmse["tfidf_forest_leaky"]
    return (
        f"**Leak tax** ({rows['population'].iloc[0]}): {tax:.3f} RMSE that the leaky twin gains by seeing the future.\n"
    )

"""The model assets: a candidate trained and registered, and the leaderboard; `champion.py` lets it answer."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import dagster as dg
import mlflow
import pandas as pd

from imdb_assets.assets.fingerprint import fingerprint
from imdb_assets.assets.table_asset import is_forced, table_asset
from imdb_assets.rating_model import registry
from imdb_assets.rating_model.evaluation import TooFewRatingsError
from imdb_assets.rating_model.features import HISTORY_TABLES, History
from imdb_assets.rating_model.people import People
from imdb_assets.rating_model.served_model import RatingModel
from imdb_assets.rating_model.study import Study, run_study
from imdb_assets.rating_model.training import Recipe
from imdb_assets.resources.delta import DeltaIOManager
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.tables.evaluation import MODEL_LEADERBOARD

TRAINED_ON = ("gold_training_set", "gold_movie_features", *HISTORY_TABLES, "gold_people_index")
FINGERPRINT = "fingerprint"


@dg.asset(group_name="model", kinds={"lightgbm", "mlflow"}, deps=list(TRAINED_ON))
def rating_model_candidate(
    context: dg.AssetExecutionContext, delta: dg.ResourceParam[DeltaIOManager], mlflow_tracking: MlflowTracking
) -> dg.MaterializeResult:
    """A rating model trained on this snapshot, registered as `imdb_rating` with the alias `candidate`.

    The seed recipe's forest is registered beside it, with the alias `random_forest`.
    """
    uri = mlflow_tracking.tracking_uri
    recipe = Recipe()
    made_from = fingerprint(_trained, recipe, {name: delta.data_version(name) for name in TRAINED_ON})
    kept = registry.version_of(uri, registry.CANDIDATE)
    is_unchanged = kept is not None and kept.tags.get(FINGERPRINT) == made_from and not is_forced(context.run)
    if not is_unchanged:
        tables = {name: cast("pd.DataFrame", delta.load(name, pd.DataFrame)) for name in TRAINED_ON}
        with mlflow_tracking.run(context) as tracking:
            try:
                n_trees = _trained(tables, recipe, context.log.info, tags={FINGERPRINT: made_from})
            except TooFewRatingsError as error:
                raise dg.Failure(str(error), allow_retries=False) from None
            tracking.log_params(vars(recipe) | {"n_trees": n_trees, "dagster_run_id": context.run.run_id})
        kept = registry.version_of(uri, registry.CANDIDATE)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(made_from),
        metadata={
            "version": str(kept.version) if kept else "none",
            "mlflow_run_id": registry.run_of(uri, registry.CANDIDATE),
            "leaderboard": dg.MetadataValue.md(_leaderboard_page(registry.leaderboard(uri, alias=registry.CANDIDATE))),
            "is_unchanged": is_unchanged,
        },
    )


def _trained(
    tables: Mapping[str, pd.DataFrame], recipe: Recipe, report: Callable[[str], object], *, tags: Mapping[str, str]
) -> int:
    history = History.from_frames(tables)
    people = People.from_frame(tables["gold_people_index"])
    movie_features = tables["gold_movie_features"]
    study = run_study(tables["gold_training_set"], movie_features, history, recipe, report)
    _log_leaderboard(study)
    tags = {"snapshot_date": str(movie_features["snapshot_date"].dropna().max()), **tags}
    seed_model = RatingModel(study.seed_model, history, people, study.seed_intervals)
    registry.register(seed_model, alias=registry.RANDOM_FOREST, tags=tags)
    registry.register(RatingModel(study.model, history, people, study.intervals), alias=registry.CANDIDATE, tags=tags)
    return study.n_rounds


def _candidate(mlflow_tracking: MlflowTracking) -> object:
    return registry.run_of(mlflow_tracking.tracking_uri, registry.CANDIDATE)


@table_asset(MODEL_LEADERBOARD, deps=[rating_model_candidate], state=_candidate)
def gold_model_leaderboard(mlflow_tracking: MlflowTracking) -> pd.DataFrame:
    return registry.leaderboard(mlflow_tracking.tracking_uri, alias=registry.CANDIDATE)


def _log_leaderboard(study: Study) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / registry.LEADERBOARD_FILE
        study.leaderboard.to_parquet(file)
        mlflow.log_artifact(str(file))
    rows = study.leaderboard[study.leaderboard["model"] == "lightgbm"]
    for row in rows.to_dict("records"):
        numbers = {name: row[name] for name in ("rmse", "mae", "r2", "spearman", "slope") if row[name] == row[name]}
        mlflow.log_metrics({f"{row['split']}_{row['population']}_{name}": value for name, value in numbers.items()})


def _leaderboard_page(leaderboard: pd.DataFrame) -> str:
    # The sort is stable: within a population the models stay in their order, from the mean to the leaky twin.
    test = leaderboard[leaderboard["split"] == "test"].sort_values("n", kind="stable")
    lines = ["| population | films | model | RMSE | 95% interval | R2 |", "|---|---|---|---|---|---|"]
    for row in test.to_dict("records"):
        r2 = "-" if row["r2"] is None or row["r2"] != row["r2"] else f"{row['r2']:.3f}"
        interval = f"{row['rmse_low']:.3f}-{row['rmse_high']:.3f}"
        lines.append(f"| {row['population']} | {row['n']:,} | {row['model']} | {row['rmse']:.3f} | {interval} | {r2} |")
    return "\n".join(lines)

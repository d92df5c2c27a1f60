"""The model assets: the trained and registered candidate, the champion, and the champion's model card."""

from collections.abc import Mapping

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
from matplotlib.figure import Figure

from imdb_assets.materialization.check_result import check_result, failing_without_retry
from imdb_assets.materialization.model_asset import ModelReport, Training, model_asset
from imdb_assets.materialization.model_charts import candidate_figures, figures_as_metadata
from imdb_assets.materialization.optional_tables import optional_table
from imdb_assets.materialization.table_plots import table_figures
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.hyperparameter_search import best_recipe
from imdb_assets.rating_model.evaluation.leaderboard import (
    figures_on_test,
    leaderboard_markdown,
    leaderboard_records,
    leak_taxes,
)
from imdb_assets.rating_model.evaluation.missingness import MAXIMUM_GAIN
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, TEST, rows_of_population
from imdb_assets.rating_model.evaluation.promotion_gate import RULES
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.registry.candidate import TrainingData, train_candidate
from imdb_assets.rating_model.registry.evaluated_version import (
    FINGERPRINT,
    EvaluatedVersion,
    Evaluation,
    evaluated_version,
    registered_candidate,
)
from imdb_assets.rating_model.registry.lock import RegistryBusyError
from imdb_assets.rating_model.registry.model_card import log_champion_card
from imdb_assets.rating_model.registry.promotion import judge_and_promote
from imdb_assets.rating_model.registry.run_artifacts import ABLATION_FILE, BACKTEST_FILE, log_rows_of_champion
from imdb_assets.rating_model.registry.versions import MODEL_NAME, NoChampionError, RegistryUnreachableError
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, RECIPE_TRIALS

ABSENCE = "absence_tells_nothing"
GOOD_ENOUGH = "candidate_is_good_enough"


def _recipe(delta: DeltaLake) -> Recipe:
    return best_recipe(optional_table(delta, RECIPE_TRIALS), Recipe())


def _links(mlflow_tracking: MlflowTracking, version: EvaluatedVersion) -> dict[str, dg.MetadataValue]:
    return mlflow_tracking.links(run_id=version.run_id, model=MODEL_NAME, version=version.version)


def _figures(evaluation: Evaluation | EvaluatedVersion) -> Mapping[str, Figure]:
    predictions = evaluation.predictions
    tested = predictions[(predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == TEST)]
    films = {population: rows_of_population(tested, population) for population in POPULATIONS}
    figures = candidate_figures(films, evaluation.slices, evaluation.importance)
    return {**figures, **table_figures(evaluation.statistics)}


def _report(candidate: EvaluatedVersion, recipe: Recipe, mlflow_tracking: MlflowTracking) -> ModelReport:
    metadata = {
        "version": candidate.version,
        **_links(mlflow_tracking, candidate),
        "recipe": "found by the search" if recipe != Recipe() else "default",
        "leaderboard": dg.MetadataValue.md(leaderboard_markdown(candidate.leaderboard)),
        "leaderboard_rows": dg.MetadataValue.json(leaderboard_records(candidate.leaderboard)),
        **figures_on_test(candidate.leaderboard, CANDIDATE_NAME),
        **{f"leak_tax_{name}": round(tax, 3) for name, tax in leak_taxes(candidate.leaderboard).items()},
        **figures_as_metadata(_figures(candidate)),
    }
    return ModelReport(metadata, checks=[check_result(ABSENCE, candidate.missingness)])


@model_asset(
    kinds={"lightgbm", "mlflow"},
    check_specs=[
        dg.AssetCheckSpec(
            ABSENCE,
            asset="rating_model_candidate",
            blocking=True,
            description="A model that sees only which facts of a film are absent improves on the as-of ridge by at "
            f"most {MAXIMUM_GAIN} RMSE. Films with many votes have more complete data.",
        )
    ],
    settings=_recipe,
    registered=registered_candidate,
    report=_report,
    expected_errors=(TooFewRatingsError, RegistryUnreachableError),
)
def rating_model_candidate(
    gold_training_set: pd.DataFrame,
    gold_movie_features: pd.DataFrame,
    gold_person_history: pads.Dataset,
    gold_person_genre_history: pads.Dataset,
    gold_pair_history: pads.Dataset,
    gold_franchise_history: pads.Dataset,
    gold_outside_history: pads.Dataset,
    gold_baseline_coefficients: pd.DataFrame,
    gold_people_index: pa.Table,
    training: Training,
) -> EvaluatedVersion:
    """A rating model trained on this snapshot, registered as `imdb_rating` with the alias `candidate`.

    The TF-IDF forest is registered with the alias `random_forest`.
    """
    history = History.from_tables(
        gold_person_history, gold_person_genre_history, gold_pair_history, gold_franchise_history,
        gold_outside_history, gold_baseline_coefficients,
    )  # fmt: skip
    people = People.from_frame(gold_people_index.to_pandas())
    return train_candidate(
        TrainingData(gold_training_set, gold_movie_features, history, people),
        training.settings,
        tracking_uri=training.tracking_uri,
        origin={FINGERPRINT: training.fingerprint, **training.origin},
        draw_figures=_figures,
        log_step=training.log_step,
    )


@dg.asset(
    group_name="model",
    kinds={"mlflow"},
    deps=[rating_model_candidate, "gold_model_leaderboard"],
    check_specs=[dg.AssetCheckSpec(name=GOOD_ENOUGH, asset="rating_model_champion", blocking=True, description=RULES)],
)
def rating_model_champion(mlflow_tracking: MlflowTracking) -> dg.MaterializeResult:
    """The version of `imdb_rating` with the alias `champion`: the candidate, if it passes the promotion gate."""
    uri = mlflow_tracking.tracking_uri
    with failing_without_retry(NoChampionError, RegistryBusyError, RegistryUnreachableError):
        decision = judge_and_promote(uri)
        links = _links(mlflow_tracking, evaluated_version(uri)) if decision.champion else {}
    champion, verdict = decision.champion or "none", decision.verdict
    return dg.MaterializeResult(
        data_version=dg.DataVersion(champion),
        metadata={"version": champion, "verdict": verdict.reason, **links},
        # A rollback is a decision: the champion stays, and what follows runs for it.
        check_results=[
            check_result(
                GOOD_ENOUGH, verdict, is_warning=decision.is_rolled_back, metadata={"candidate": decision.candidate}
            )
        ],
    )


@dg.asset(group_name="model", kinds={"mlflow"}, deps=[rating_model_champion])
def rating_model_card(mlflow_tracking: MlflowTracking, delta: dg.ResourceParam[DeltaLake]) -> dg.MaterializeResult:
    """The champion's model card, and the latest backtest and ablation, logged to its run for the app."""
    logged = log_champion_card(mlflow_tracking.tracking_uri)
    if logged is None:
        return dg.MaterializeResult(metadata={"card": "There is no champion yet, so there is nothing to describe."})
    for table, file in ((BACKTEST, BACKTEST_FILE), (MODEL_ABLATION, ABLATION_FILE)):
        rows = optional_table(delta, table)
        if rows is not None:
            log_rows_of_champion(mlflow_tracking.tracking_uri, rows, file)
    version, card = logged
    return dg.MaterializeResult(
        data_version=dg.DataVersion(version), metadata={"card": dg.MetadataValue.md(card), "version": version}
    )

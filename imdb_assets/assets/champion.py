"""The champion: the candidate's version, once the gate has let it pass."""

from dataclasses import asdict

import dagster as dg
import pandas as pd

from imdb_assets.rating_model.evaluation.predictions import Predictions, scored_of
from imdb_assets.rating_model.evaluation.promotion_gate import (
    COVERAGE_80_BAND,
    MAXIMUM_RMSE_DIFFERENCE,
    MUST_NOT_LOSE_TO,
    SLOPE_BAND,
    Verdict,
    may_be_champion,
)
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.promotion import promote, record_verdict, reject_if_rolled_back
from imdb_assets.resources.mlflow_tracking import MlflowTracking

GOOD_ENOUGH = "candidate_is_good_enough"
LIGHTGBM = "lightgbm"
_RULES = (
    "On the test films the candidate is not inferior to the champion (upper end of the 95% interval of the difference "
    f"of RMSE at most {MAXIMUM_RMSE_DIFFERENCE:+}), loses to none of {', '.join(MUST_NOT_LOSE_TO)}, and neither its "
    f"slope nor the coverage of its 80% interval is surely outside {SLOPE_BAND} or {COVERAGE_80_BAND}."
)


@dg.asset(
    group_name="model",
    kinds={"mlflow"},
    deps=["gold_model_leaderboard"],
    check_specs=[dg.AssetCheckSpec(name=GOOD_ENOUGH, asset="rating_model_champion", blocking=True, description=_RULES)],
)
def rating_model_champion(mlflow_tracking: MlflowTracking) -> dg.MaterializeResult:
    """The version of `imdb_rating` that answers: the candidate, if it is good enough, gets the alias `champion`."""
    uri = mlflow_tracking.tracking_uri
    try:
        predictions = run_artifacts.logged_rows(uri, run_artifacts.PREDICTIONS_FILE, alias=versions.CANDIDATE)
    except (run_artifacts.NotLoggedError, versions.NoChampionError) as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    verdict = reject_if_rolled_back(uri, _judged(predictions))
    record_verdict(uri, verdict)
    if verdict.passed:
        promote(uri)
    champion = versions.version_of(uri, versions.CHAMPION)
    version = str(champion.version) if champion else "none"
    return dg.MaterializeResult(
        data_version=dg.DataVersion(version),
        metadata={"version": version, "verdict": verdict.reason},
        check_results=[
            dg.AssetCheckResult(
                check_name=GOOD_ENOUGH,
                passed=verdict.passed,
                description=verdict.reason,
                metadata=_numbers(uri, verdict),
            )
        ],
    )


def _judged(predictions: pd.DataFrame) -> Verdict:
    baselines = {name: films for name in MUST_NOT_LOSE_TO if (films := _on_test(predictions, name))}
    candidate = _on_test(predictions, LIGHTGBM)
    if candidate is None:
        raise dg.Failure(f"The candidate's run predicted no test film by {LIGHTGBM}.", allow_retries=False)
    return may_be_champion(candidate, _on_test(predictions, versions.CHAMPION), baselines)


def _on_test(predictions: pd.DataFrame, model: str) -> Predictions | None:
    return scored_of(predictions, model, "test")


def _numbers(tracking_uri: str, verdict: Verdict) -> dict[str, float | int | str]:
    # Which version was judged: a refused one is not the champion that the asset tells of.
    judged = {"candidate": str(versions.version_or_error(tracking_uri, versions.CANDIDATE).version)}
    metrics = asdict(verdict.metrics) if verdict.metrics else {}
    difference = verdict.to_champion
    against = {"rmse_difference": difference.rmse, "rmse_difference_low": difference.low,
               "rmse_difference_high": difference.high} if difference else {}  # fmt: skip
    known = {name: number for name, number in (metrics | against).items() if number is not None}
    return judged | ({"population": verdict.population} if verdict.population else {}) | known

"""Moves the alias `champion` to the candidate and back, and records the gate's verdict with the candidate.

A tag of each champion names the champion that it replaced, so rollbacks can be repeated, one champion further back each
time. A second alias could remember only one, and after a rollback it would point at the version just left.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict, judge_candidate
from imdb_assets.rating_model.registry.evaluated_version import evaluated_version
from imdb_assets.rating_model.registry.versions import (
    CANDIDATE,
    CHAMPION,
    MODEL_NAME,
    version_numbered,
    version_of,
    version_or_error,
)

CHAMPION_BEFORE, ROLLED_BACK = "champion_before", "rolled_back"
VERDICT, REASON = "verdict", "reason"
PASSED, REFUSED = "passed", "refused"


class NoPreviousChampionError(LookupError):
    """There is no earlier champion; the message contains the reason."""


class RolledBackError(ValueError):
    """The candidate was champion and was rolled back; the message contains the date."""


@dataclass(frozen=True)
class Decision:
    """The gate's verdict on the candidate and the champion that results.

    Attributes:
        candidate: Version that was judged.
        champion: The current champion's version; None if there is none.
        verdict: The verdict.
    """

    candidate: str
    champion: str | None
    verdict: Verdict


def judge_and_promote(tracking_uri: str) -> Decision:
    """Judge the candidate, record the verdict with it, and promote it if it passed and was not rolled back.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The verdict and the champion that results.

    Raises:
        NoChampionError: There is no candidate.
        NotLoggedError: The candidate's run logged no predictions.
        NoCandidatePredictionsError: The run has no predictions by the candidate for test films.
    """
    candidate = evaluated_version(tracking_uri, CANDIDATE)
    verdict = reject_if_rolled_back(tracking_uri, judge_candidate(candidate.predictions))
    record_verdict(tracking_uri, verdict)
    if verdict.passed:
        promote(tracking_uri)
    champion = version_of(tracking_uri, CHAMPION)
    return Decision(candidate.version, str(champion.version) if champion else None, verdict)


def promote(tracking_uri: str) -> str:
    """Move the alias `champion` to the candidate and return its version.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The version of the candidate.

    Raises:
        NoChampionError: There is no candidate.
        RolledBackError: The candidate was rolled back.
    """
    candidate, champion = version_or_error(tracking_uri, CANDIDATE), version_of(tracking_uri, CHAMPION)
    if refusal := _refusal(candidate):
        raise RolledBackError(refusal)
    if champion is None or champion.version != candidate.version:
        client = MlflowClient(tracking_uri)
        if champion is not None:
            client.set_model_version_tag(MODEL_NAME, candidate.version, CHAMPION_BEFORE, str(champion.version))
        client.set_registered_model_alias(MODEL_NAME, CHAMPION, candidate.version)
    return str(candidate.version)


def rollback(tracking_uri: str) -> tuple[str, str]:
    """Move the alias `champion` back to the champion that the current one replaced.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The versions of the previous and the new champion.

    Raises:
        NoChampionError: There is no champion.
        NoPreviousChampionError: The champion replaced none, or one that has been deleted.
    """
    champion = version_or_error(tracking_uri, CHAMPION)
    before = champion.tags.get(CHAMPION_BEFORE)
    if before is None:
        raise NoPreviousChampionError(
            f"{MODEL_NAME} version {champion.version} did not replace a champion, so there is none to restore."
        )
    if version_numbered(tracking_uri, before) is None:
        raise NoPreviousChampionError(
            f"{MODEL_NAME} version {before}, the champion before version {champion.version}, has been deleted, "
            "so it cannot be restored."
        )
    client = MlflowClient(tracking_uri)
    rolled_back = f"{datetime.now(tz=UTC).date().isoformat()}, to version {before}"
    # The tag comes first. If the process ends between the two calls, the rollback can be repeated.
    client.set_model_version_tag(MODEL_NAME, champion.version, ROLLED_BACK, rolled_back)
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, before)
    return str(champion.version), before


def reject_if_rolled_back(tracking_uri: str, verdict: Verdict) -> Verdict:
    """Turn the verdict into a refusal if the candidate was rolled back."""
    refusal = _refusal(version_or_error(tracking_uri, CANDIDATE))
    return replace(verdict, passed=False, reason=f"{refusal} {verdict.reason}") if refusal else verdict


def record_verdict(tracking_uri: str, verdict: Verdict) -> None:
    """Record the verdict as tags of the candidate's version."""
    candidate, client = version_or_error(tracking_uri, CANDIDATE), MlflowClient(tracking_uri)
    client.set_model_version_tag(MODEL_NAME, candidate.version, VERDICT, PASSED if verdict.passed else REFUSED)
    client.set_model_version_tag(MODEL_NAME, candidate.version, REASON, verdict.reason)


def _refusal(candidate: ModelVersion) -> str | None:
    rolled_back = candidate.tags.get(ROLLED_BACK)
    if rolled_back is None:
        return None
    return (
        f"Version {candidate.version} of {MODEL_NAME} was rolled back ({rolled_back}) and is not promoted until a new "
        "candidate is trained."
    )

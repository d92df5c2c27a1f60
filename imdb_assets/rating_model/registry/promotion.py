"""Moving the alias `champion`: to the candidate, and back; and what the gate said, kept with the version it judged.

Each version keeps in a tag which champion it replaced. So a rollback can be repeated, one champion further back each
time; a second alias would remember one only, and after a rollback it would point at the version just left.
"""

from dataclasses import replace
from datetime import UTC, datetime

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict
from imdb_assets.rating_model.registry.versions import (
    CANDIDATE,
    CHAMPION,
    MODEL_NAME,
    version_named,
    version_of,
    version_or_error,
)

CHAMPION_BEFORE, ROLLED_BACK = "champion_before", "rolled_back"
VERDICT, REASON = "verdict", "reason"
PASSED, REFUSED = "passed", "refused"


class NoPreviousChampionError(LookupError):
    """There is no champion to go back to; the text says why."""


class RolledBackError(ValueError):
    """The candidate was champion and was rolled back; the text says when, and what lets it answer again."""


def promote(tracking_uri: str) -> str:
    """Let the candidate answer: move the alias `champion` to its version, and return that.

    :raises NoChampionError: when there is no candidate.
    :raises RolledBackError: when it has been rolled back.
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
    """Let the champion before this one answer again; return the version that answered and the one that does now.

    :raises NoChampionError: when nothing answers.
    :raises NoPreviousChampionError: when the champion replaced none, or one that has been deleted.
    """
    champion = version_or_error(tracking_uri, CHAMPION)
    before = champion.tags.get(CHAMPION_BEFORE)
    if before is None:
        raise NoPreviousChampionError(
            f"{MODEL_NAME} version {champion.version} replaced no champion: there is none to go back to."
        )
    if version_named(tracking_uri, before) is None:
        raise NoPreviousChampionError(
            f"{MODEL_NAME} version {before}, the champion before version {champion.version}, has been deleted: "
            "there is none to go back to."
        )
    client = MlflowClient(tracking_uri)
    said = f"{datetime.now(tz=UTC).date().isoformat()}, to version {before}"
    # The tag first: cut short between the two, the version answers on and the rollback can be asked for again.
    client.set_model_version_tag(MODEL_NAME, champion.version, ROLLED_BACK, said)
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, before)
    return str(champion.version), before


def reject_if_rolled_back(tracking_uri: str, verdict: Verdict) -> Verdict:
    """Refuse a candidate that has been rolled back, whatever the gate said of it."""
    refusal = _refusal(version_or_error(tracking_uri, CANDIDATE))
    return replace(verdict, passed=False, reason=f"{refusal} {verdict.reason}") if refusal else verdict


def record_verdict(tracking_uri: str, verdict: Verdict) -> None:
    """Keep what the gate said of the candidate as tags of its version."""
    candidate, client = version_or_error(tracking_uri, CANDIDATE), MlflowClient(tracking_uri)
    client.set_model_version_tag(MODEL_NAME, candidate.version, VERDICT, PASSED if verdict.passed else REFUSED)
    client.set_model_version_tag(MODEL_NAME, candidate.version, REASON, verdict.reason)


def _refusal(candidate: ModelVersion) -> str | None:
    rolled_back = candidate.tags.get(ROLLED_BACK)
    if rolled_back is None:
        return None
    return (
        f"Version {candidate.version} of {MODEL_NAME} was rolled back ({rolled_back}) and stays out until a new "
        "candidate is trained."
    )

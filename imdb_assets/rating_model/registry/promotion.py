"""Moves the alias `champion` to the candidate and back, and records the gate's verdict with the candidate.

A tag of each champion names the champion that it replaced, so rollbacks can be repeated, one champion further back each
time. A second alias could remember only one, and after a rollback it would point at the version just left.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict, judge_candidate
from imdb_assets.rating_model.registry.connection import reaching
from imdb_assets.rating_model.registry.evaluated_version import FINGERPRINT, EvaluatedVersion, evaluated_version
from imdb_assets.rating_model.registry.lock import HeldLock, registry_lock
from imdb_assets.rating_model.registry.logged_recipe import (
    COMPARED_WITH,
    NO_CHAMPION,
    UNKNOWN_RECIPE,
    UnknownRecipeError,
    recipe_of,
    recipe_text,
)
from imdb_assets.rating_model.registry.run_artifacts import NotLoggedError
from imdb_assets.rating_model.registry.versions import (
    CANDIDATE,
    CHAMPION,
    CHAMPION_BEFORE,
    MODEL_NAME,
    ROLLED_BACK,
    version_numbered,
    version_of,
    version_or_error,
)

VERDICT, REASON = "verdict", "reason"
PASSED, REFUSED = "passed", "refused"


class NoPreviousChampionError(LookupError):
    """There is no earlier champion; the message contains the reason."""


class NotPromotableError(ValueError):
    """The version did not pass the gate, or was rolled back; the message contains the version and the reason."""


@dataclass(frozen=True)
class Decision:
    """The gate's verdict on the candidate and the champion that results.

    Attributes:
        candidate: Version that was judged.
        champion: The current champion's version; None if there is none.
        verdict: The verdict.
        is_rolled_back: Whether the candidate passed the gate and is refused only because a person rolled it back.
    """

    candidate: str
    champion: str | None
    verdict: Verdict
    is_rolled_back: bool = False


def judge_and_promote(tracking_uri: str) -> Decision:
    """Judge the candidate, record the verdict with it, and promote it if it passed.

    The alias `candidate` is looked up once, and everything is about that version. No other process promotes or rolls
    back a version in the meantime.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The verdict and the champion that results.

    Raises:
        NoChampionError: There is no candidate.
        RegistryBusyError: Another process holds the registry's lock.
        RegistryUnreachableError: The registry does not answer.
    """
    with reaching(tracking_uri), registry_lock(tracking_uri) as lock:
        candidate, champion = evaluated_version(tracking_uri, CANDIDATE), version_of(tracking_uri, CHAMPION)
        verdict = _judge(candidate, champion)
        refusal = _rolled_back(tracking_uri, candidate.registered)
        is_rolled_back = bool(refusal) and verdict.passed
        if refusal:
            verdict = replace(verdict, passed=False, reason=f"{refusal} {verdict.reason}")
        record_verdict(tracking_uri, candidate.version, verdict)
        if verdict.passed:
            lock.confirm()
            promote(tracking_uri, candidate.version)
        resulting = candidate.version if verdict.passed else champion and str(champion.version)
        return Decision(candidate.version, resulting, verdict, is_rolled_back)


def _judge(candidate: EvaluatedVersion, champion: ModelVersion | None) -> Verdict:
    if candidate.fingerprint is None:
        return Verdict.refusal(f"The training of version {candidate.version} did not finish. Run it again.")
    is_champion = champion is not None and str(champion.version) == candidate.version
    other = None if is_champion else champion
    compared_with = candidate.tags.get(COMPARED_WITH)
    if other is not None and (reason := _comparison_error(candidate, other)):
        return Verdict.refusal(reason)
    has_champion = other is not None or (is_champion and compared_with not in (None, NO_CHAMPION, UNKNOWN_RECIPE))
    try:
        return judge_candidate(candidate.predictions, candidate.missingness, has_champion=has_champion)
    except NotLoggedError as error:
        return Verdict.refusal(str(error))
    except (KeyError, TypeError, ValueError) as error:
        return Verdict.refusal(f"The evaluation of version {candidate.version} cannot be read: {error!r}.")


def _comparison_error(candidate: EvaluatedVersion, champion: ModelVersion) -> str | None:
    """Return why the candidate's evaluation contains no comparison with this champion; None if it does."""
    try:
        recipe = recipe_of(candidate.tracking_uri, champion)
    except UnknownRecipeError as error:
        return (
            f"The candidate cannot be compared with the champion. {error} To accept the candidate without "
            f"a comparison, delete the alias {CHAMPION} of {MODEL_NAME} in MLflow, and run this again."
        )
    if candidate.tags.get(COMPARED_WITH) == recipe_text(recipe):
        return None
    return (
        f"The candidate, version {candidate.version}, was not compared with the champion, version {champion.version}, "
        "which was promoted after the training began. Run this again to train and compare a new candidate."
    )


def promote(tracking_uri: str, version: str) -> None:
    """Move the alias `champion` to a version that passed the gate.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        version: Number of the version.

    Raises:
        NotPromotableError: The version did not pass the gate, or was rolled back.
    """
    registered, champion = version_numbered(tracking_uri, version), version_of(tracking_uri, CHAMPION)
    if registered is None or registered.tags.get(VERDICT) != PASSED:
        raise NotPromotableError(f"Version {version} of {MODEL_NAME} has not passed the promotion gate.")
    if refusal := _rolled_back(tracking_uri, registered):
        raise NotPromotableError(refusal)
    if champion is None or str(champion.version) != version:
        client = MlflowClient(tracking_uri)
        if champion is not None:
            client.set_model_version_tag(MODEL_NAME, version, CHAMPION_BEFORE, str(champion.version))
        client.set_registered_model_alias(MODEL_NAME, CHAMPION, version)


def rollback(tracking_uri: str) -> tuple[str, str]:
    """Move the alias `champion` back to the champion that the current one replaced.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The versions of the previous and the new champion.

    Raises:
        NoChampionError: There is no champion.
        NoPreviousChampionError: The champion replaced none, or one that has been deleted.
        RegistryBusyError: Another process holds the registry's lock.
    """
    version_or_error(tracking_uri, CHAMPION)  # An empty registry gets no lock.
    with reaching(tracking_uri), registry_lock(tracking_uri) as lock:
        return _rollback(tracking_uri, lock)


def _rollback(tracking_uri: str, lock: HeldLock) -> tuple[str, str]:
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
    lock.confirm()
    # The tag comes first. If the process ends between the two calls, the rollback can be repeated.
    client.set_model_version_tag(MODEL_NAME, champion.version, ROLLED_BACK, rolled_back)
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, before)
    return str(champion.version), before


def record_verdict(tracking_uri: str, version: str, verdict: Verdict) -> None:
    """Record the verdict as tags of the version: first the reason, so that a version that passed has one."""
    client = MlflowClient(tracking_uri)
    client.set_model_version_tag(MODEL_NAME, version, REASON, verdict.reason)
    client.set_model_version_tag(MODEL_NAME, version, VERDICT, PASSED if verdict.passed else REFUSED)


def _rolled_back(tracking_uri: str, version: ModelVersion) -> str | None:
    """Return why a version is not promoted if it, or another one of the same code, recipe and data, was rolled back."""
    fingerprint = version.tags.get(FINGERPRINT)
    for other in [version, *_versions_with(tracking_uri, fingerprint)]:
        if rolled_back := other.tags.get(ROLLED_BACK):
            again = "" if other.version == version.version else f" again, as version {version.version},"
            return (
                f"Version {other.version} of {MODEL_NAME} was rolled back ({rolled_back}) and is not promoted{again} "
                f"until a candidate of other code, data or recipe is trained. To allow it, delete tag {ROLLED_BACK} of "
                f"version {other.version} in MLflow."
            )
    return None


def _versions_with(tracking_uri: str, fingerprint: str | None) -> list[ModelVersion]:
    if fingerprint is None:
        return []
    found = f"name = '{MODEL_NAME}' AND tags.{FINGERPRINT} = '{fingerprint}'"
    return list(MlflowClient(tracking_uri).search_model_versions(found))

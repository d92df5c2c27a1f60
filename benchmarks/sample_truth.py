"""Compare the model of a sample world with the hidden truth: its error, and its estimates of people's skills."""

import argparse

import numpy as np
import pandas as pd
from deltalake import DeltaTable

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.features.history_table import shrunken
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.sample_world.world import Truth, truth
from imdb_assets.settings import settings
from imdb_assets.tables.history import PERSON_HISTORY
from imdb_assets.vocabulary.audiences import LEAST_VOTES

MINIMUM_ROLE_FILMS = 5
"""Skills are compared for people with at least this many rated films in the role."""


def main() -> None:
    """Compare the results of the last run in the sample environment with the truth."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    chosen = settings()
    if chosen.imdb_env != "sample":
        raise SystemExit("The truth is known for the sample world only. Set IMDB_ENV=sample and run `make demo` first.")
    hidden = truth(chosen.sample_movies, chosen.sample_seed)
    predictions = run_artifacts.logged_rows(
        chosen.mlflow_tracking_uri, run_artifacts.PREDICTIONS_FILE, alias=versions.CANDIDATE
    )
    _print_errors(predictions, hidden)
    _print_skills(DeltaTable(f"{chosen.lake_uri}/{PERSON_HISTORY.path}").to_pandas(), hidden)


def _print_errors(predictions: pd.DataFrame, hidden: Truth) -> None:
    quality = pd.Series(hidden.quality, index=hidden.tconst, name="quality")
    test = predictions[(predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == "test")]
    for audience, least in LEAST_VOTES.items():
        films = test[test["audience"] == audience].join(quality, on="tconst", how="inner")
        print(f"{len(films):,} test films of the audience {audience} ({least:,} votes or more), rating points")
        print(f"  model              RMSE {_rms(films['predicted_rating'] - films['target_rating']):.3f}")
        print(f"  perfect knowledge  RMSE {_rms(films['quality'] - films['target_rating']):.3f} (irreducible)")
        print(f"  model vs. truth    RMSE {_rms(films['predicted_rating'] - films['quality']):.3f}")


def _print_skills(history: pd.DataFrame, hidden: Truth) -> None:
    latest = history.sort_values("from_year").drop_duplicates(["nconst", "role"], keep="last")
    for role in ("director", "writer", "cast"):
        skill = pd.Series(getattr(hidden, f"{role}_skill"), index=hidden.nconst, name="skill")
        experienced = latest[(latest["role"] == role) & (latest["n_films"] >= MINIMUM_ROLE_FILMS)]
        known = experienced.join(skill, on="nconst", how="inner")
        effect = shrunken(known["sum_weighted_effect"].to_numpy(), known["sum_weight"].to_numpy())
        if len(known) < MINIMUM_ROLE_FILMS:
            print(f"{role}: {len(known)} people have {MINIMUM_ROLE_FILMS} films or more, too few to compare")
            continue
        correlation = np.corrcoef(effect, known["skill"])[0, 1]
        print(f"{role}: correlation of effect and true skill {correlation:.2f} ({len(known):,} people)")


def _rms(errors: pd.Series) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


if __name__ == "__main__":
    main()

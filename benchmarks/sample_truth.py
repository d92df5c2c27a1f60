"""How near a sample world's model comes to the hidden truth: its error, and the skills that it finds in people."""

import argparse

import numpy as np
import pandas as pd
from deltalake import DeltaTable

from imdb_assets.environments import settings
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.features.history_table import shrunken
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.sample_world.world import MATURE_VOTES, Truth, truth
from imdb_assets.tables.history import PERSON_HISTORY

FILMS = 5
"""Skill is asked of people with so many rated films in the role."""


def main() -> None:
    """Read what the last run of the sample environment left, and print it beside the truth."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    chosen = settings()
    if chosen.imdb_env != "sample":
        raise SystemExit("Only the sample world's truth is known: set IMDB_ENV=sample, and run make demo before.")
    hidden = truth(chosen.sample_movies, chosen.sample_seed)
    predictions = run_artifacts.logged_rows(
        chosen.mlflow_tracking_uri, run_artifacts.PREDICTIONS_FILE, alias=versions.CANDIDATE
    )
    _print_errors(predictions, hidden)
    _print_skills(DeltaTable(f"{chosen.lake_uri}/{PERSON_HISTORY.path}").to_pandas(), hidden)


def _print_errors(predictions: pd.DataFrame, hidden: Truth) -> None:
    quality = pd.Series(hidden.quality, index=hidden.tconst, name="quality")
    test = predictions[(predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == "test")]
    films = test[test["n_votes"] >= MATURE_VOTES].join(quality, on="tconst", how="inner")
    print(f"{len(films):,} test films with {MATURE_VOTES:,} votes or more, rating points")
    print(f"  model              RMSE {_rms(films['predicted_rating'] - films['target_rating']):.3f}")
    print(f"  who knows all      RMSE {_rms(films['quality'] - films['target_rating']):.3f} (irreducible)")
    print(f"  model to the truth RMSE {_rms(films['predicted_rating'] - films['quality']):.3f}")


def _print_skills(history: pd.DataFrame, hidden: Truth) -> None:
    latest = history.sort_values("from_year").drop_duplicates(["nconst", "role"], keep="last")
    for role in ("director", "writer", "cast"):
        skill = pd.Series(getattr(hidden, f"{role}_skill"), index=hidden.nconst, name="skill")
        known = latest[(latest["role"] == role) & (latest["n_films"] >= FILMS)].join(skill, on="nconst", how="inner")
        effect = shrunken(known["sum_weighted_effect"].to_numpy(), known["sum_weight"].to_numpy())
        if len(known) < FILMS:
            print(f"{role}: {len(known)} people have {FILMS} films or more, too few to say")
            continue
        found = np.corrcoef(effect, known["skill"])[0, 1]
        print(f"{role}: effect and true skill of {len(known):,} people correlate by {found:.2f}")


def _rms(errors: pd.Series) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


if __name__ == "__main__":
    main()

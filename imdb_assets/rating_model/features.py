"""The featurizer: drafts and history in, the matrix out; called alike in training and in serving."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.baseline import (
    Baseline,
    cut_runtime,
    genre_indicators,
    language_indicators,
    original_title_differs,
)
from imdb_assets.rating_model.history import PersonHistory, person_numbers
from imdb_assets.tables.features import (
    EFFECT_DECAY_YEARS,
    EFFECT_SHRINKAGE,
    FEATURE_NAMES,
    FEATURES,
    ROLE_LISTS,
    ROLES,
)

BILLED_CAST = 10
"""Only so many of the cast are looked at, in billing order: what IMDb's principals hold."""
_RATING_PRIOR_FILMS, _RATING_PRIOR = 2.0, 6.2
_NEUTRAL = {feature.name: feature.neutral for feature in FEATURES}


@dataclass(frozen=True)
class History:
    """What the featurizer looks things up in: people's past films and the as-of baseline."""

    people: PersonHistory
    baseline: Baseline


@dataclass(frozen=True)
class _Credits:
    """The credits of one role over all drafts: row of the draft, person, release year; rows ascending."""

    rows: np.ndarray
    persons: np.ndarray
    years: np.ndarray
    n_drafts: int

    def mean(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Mean of the known values per draft; `absent` where a draft has none."""
        count = np.bincount(self.rows[known], minlength=self.n_drafts)
        total = np.bincount(self.rows[known], weights=values[known], minlength=self.n_drafts)
        return np.where(count > 0, total / np.maximum(count, 1), absent)

    def highest(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Highest of the known values per draft; `absent` where a draft has none."""
        best = np.full(self.n_drafts, -np.inf)
        np.maximum.at(best, self.rows[known], values[known])
        return np.where(np.isfinite(best), best, absent)

    def lowest(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Lowest of the known values per draft; `absent` where a draft has none."""
        return -self.highest(-values, known, -absent)


def features(drafts: pd.DataFrame, history: History) -> pd.DataFrame:
    """Build the matrix without text.

    :param drafts: rows with `DRAFT_COLUMNS`; people as nconst ids.
    :return: float64, a row per draft in the same order, the columns `FEATURE_NAMES`; absent facts are neutral.
    """
    drafts = drafts.reset_index(drop=True)
    columns: dict[str, np.ndarray | pd.Series] = {
        "baseline_rating": history.baseline.rate(drafts, "without_language"),
        "baseline_rating_with_language": history.baseline.rate(drafts, "with_language"),
        "release_year": drafts["release_year"].astype("float64"),
        "runtime_minutes": cut_runtime(drafts),
        "original_title_differs": original_title_differs(drafts),
    }
    columns |= dict(genre_indicators(drafts)) | dict(language_indicators(drafts))
    credits = {role: _explode(drafts, role) for role in ROLES}
    for role in ROLES:
        columns |= _role_features(role, credits[role], history.people)
    columns |= _team_features(credits, history.people)
    matrix = pd.DataFrame(columns, columns=list(FEATURE_NAMES))
    return matrix.fillna(_NEUTRAL).astype("float64")


def present_blocks(drafts: pd.DataFrame) -> pd.DataFrame:
    """Which blocks of facts each draft has: one boolean column per block that can be absent.

    Never a feature: films with many votes have more complete data.
    """
    return pd.DataFrame(
        {
            "runtime": drafts["runtime_minutes"].notna(),
            "genres": drafts["genres"].map(len) > 0,
            "language": drafts["language"].map(lambda text: isinstance(text, str) and text != ""),
            "plot": drafts["plot"].map(lambda text: isinstance(text, str) and text.strip() != ""),
            "original_title": drafts["title"].notna() & drafts["original_title"].notna(),
            **{role: drafts[ROLE_LISTS[role]].map(len) > 0 for role in ROLES},
        }
    ).assign(team=lambda blocks: blocks[list(ROLES)].any(axis=1))


def _explode(drafts: pd.DataFrame, role: str) -> _Credits:
    lists = [list(people)[:BILLED_CAST] for people in drafts[ROLE_LISTS[role]]]
    rows = np.repeat(np.arange(len(lists)), [len(people) for people in lists])
    nconsts = pd.Series([person for people in lists for person in people], dtype="object")
    years = drafts["release_year"].to_numpy("int64")[rows]
    return _Credits(rows=rows, persons=person_numbers(nconsts), years=years, n_drafts=len(lists))


def _shrunken(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return total / (weight + EFFECT_SHRINKAGE)


def _effect(people: PersonHistory, at: np.ndarray, prefix: str = "") -> np.ndarray:
    return _shrunken(
        people.take(f"{prefix}sum_weighted_effect", at, absent=0.0), people.take(f"{prefix}sum_weight", at, absent=0.0)
    )


def _role_features(role: str, credits: _Credits, people: PersonHistory) -> dict[str, np.ndarray]:
    at = people.as_of(credits.persons, role, credits.years)
    anywhere = people.as_of(credits.persons, "all", credits.years)
    everyone, known, seen = np.ones(len(at), bool), at >= 0, anywhere >= 0
    neutral = {name.removeprefix(f"{role}_"): value for name, value in _NEUTRAL.items() if name.startswith(f"{role}_")}

    effect = _effect(people, at)
    fading = np.exp(-(credits.years - people.take("from_year", at, absent=0.0)) / EFFECT_DECAY_YEARS)
    decayed = _shrunken(
        fading * people.take("decayed_sum_weighted_effect", at, absent=0.0),
        fading * people.take("decayed_sum_weight", at, absent=0.0),
    )
    films = people.take("n_films", at, absent=0.0)
    rating = (films * people.take("mean_rating", at, absent=0.0) + _RATING_PRIOR_FILMS * _RATING_PRIOR) / (
        films + _RATING_PRIOR_FILMS
    )
    means = {
        "effect_mean": (effect, everyone),
        "decayed_effect_mean": (decayed, everyone),
        "all_effect_mean": (_effect(people, anywhere), everyone),
        "last_effect_mean": (_effect(people, at, "last_"), everyone),
        "rating_mean": (rating, everyone),
        "log_films_mean": (np.log1p(films), everyone),
        "log_votes_mean": (np.log1p(people.take("mean_votes", at, absent=0.0)), known),
        "debut_share": (1.0 - seen, everyone),
        "career_years_mean": (credits.years - people.take("debut_year", anywhere, absent=0.0), seen),
        "gap_years_mean": (credits.years - people.take("last_film_year", anywhere, absent=0.0), seen),
        "spread_mean": (people.take("rating_spread", at, absent=0.0), films > 1),
    }
    columns = {name: credits.mean(values, which, neutral[name]) for name, (values, which) in means.items()}
    columns["effect_max"] = credits.highest(effect, everyone, neutral["effect_max"])
    columns["effect_min"] = credits.lowest(effect, everyone, neutral["effect_min"])
    best = people.take("best_rating", at, absent=0.0)
    columns["best_rating_max"] = credits.highest(best, known, neutral["best_rating_max"])
    worst = people.take("worst_rating", at, absent=0.0)
    columns["worst_rating_min"] = credits.lowest(worst, known, neutral["worst_rating_min"])
    return {f"{role}_{name}": values for name, values in columns.items()}


def _team_features(credits: dict[str, _Credits], people: PersonHistory) -> dict[str, np.ndarray]:
    n_drafts = credits["cast"].n_drafts
    total, weight, effects, count = (np.zeros(n_drafts) for _ in range(4))
    for role, group in credits.items():
        at = people.as_of(group.persons, role, group.years)
        sums = people.take("sum_weighted_effect", at, absent=0.0)
        weights = people.take("sum_weight", at, absent=0.0)
        total += np.bincount(group.rows, weights=sums, minlength=n_drafts)
        weight += np.bincount(group.rows, weights=weights, minlength=n_drafts)
        effects += np.bincount(group.rows, weights=_shrunken(sums, weights), minlength=n_drafts)
        count += np.bincount(group.rows, minlength=n_drafts)
    return {
        "team_effect_mean": np.where(count > 0, effects / np.maximum(count, 1), _NEUTRAL["team_effect_mean"]),
        "team_effect_pooled": _shrunken(total, weight),
    }

"""The as-of baseline: per year, one ridge on the ten years before, and its coefficients as a table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from imdb_assets.tables.features import GENRES, LANGUAGES, VOTE_NOISE, feature_slug

WINDOW_YEARS = 10
MINIMUM_FILMS = 500
DECLARED_RATING = 6.2
"""What is said where fewer than `MINIMUM_FILMS` earlier films are rated: about IMDb's mean over all films."""
RIDGE_PENALTY = 5.0
BASELINES = ("without_language", "with_language")
SHORT_MINUTES, LONG_MINUTES = 70, 140
RUNTIME_LIMITS = (1.0, 400.0)
"""IMDb holds runtimes of up to 51,420 minutes; they are cut to these."""


def genre_indicators(drafts: pd.DataFrame) -> pd.DataFrame:
    """A column per IMDb genre, 0 or 1; NaN in the rows without a genre."""
    return _indicators(drafts["genres"].map(set), {f"genre_{feature_slug(name)}": name for name in GENRES})


def language_indicators(drafts: pd.DataFrame) -> pd.DataFrame:
    """A column per declared language, 0 or 1; NaN in the rows without one."""
    languages = drafts["language"].map(lambda name: {name} if isinstance(name, str) and name else set())
    return _indicators(languages, {f"language_{feature_slug(name)}": name for name in LANGUAGES})


def _indicators(sets: pd.Series, names: dict[str, str]) -> pd.DataFrame:
    known = sets.map(bool).to_numpy(bool)
    found = np.array([[name in values for name in names.values()] for values in sets], dtype="float64")
    found = np.where(known[:, np.newaxis], found.reshape(len(sets), len(names)), np.nan)
    return pd.DataFrame(found, columns=list(names), index=sets.index)


def original_title_differs(drafts: pd.DataFrame) -> pd.Series:
    """1 where the original title is another than the title, else 0; NaN where either is absent."""
    known = drafts["title"].notna() & drafts["original_title"].notna()
    return (drafts["title"] != drafts["original_title"]).astype("float64").where(known)


def cut_runtime(drafts: pd.DataFrame) -> pd.Series:
    """Running time in minutes, within `RUNTIME_LIMITS`; NaN where absent."""
    return drafts["runtime_minutes"].astype("float64").clip(*RUNTIME_LIMITS)


def baseline_terms(drafts: pd.DataFrame) -> pd.DataFrame:
    """What the ridge multiplies, a row per draft; NaN where the fact is absent."""
    runtime = cut_runtime(drafts)
    shape = pd.DataFrame(
        {
            "log_runtime": np.log(runtime),
            "is_short": (runtime < SHORT_MINUTES).astype("float64").where(runtime.notna()),
            "is_long": (runtime > LONG_MINUTES).astype("float64").where(runtime.notna()),
            "original_title_differs": original_title_differs(drafts),
        },
        index=drafts.index,
    )
    return pd.concat([shape, genre_indicators(drafts), language_indicators(drafts)], axis=1)


def baseline_coefficients(movie_features: pd.DataFrame) -> pd.DataFrame:
    """Fit the ridges of all years, from the first film's to the year after the last rated film.

    :param movie_features: rows of `gold_movie_features`.
    :return: rows of `gold_baseline_coefficients`.
    """
    films = movie_features.sort_values("tconst", ignore_index=True)
    terms = baseline_terms(films)
    years = films["release_year"].to_numpy()
    rated = films["target_rating"].notna().to_numpy()
    if not rated.any():
        return pd.DataFrame(_declared_constant(int(years.min()) if len(years) else 1900))
    rows: list[dict[str, object]] = []
    for year in range(int(years.min()), int(years[rated].max()) + 2):
        window = rated & (years >= year - WINDOW_YEARS) & (years < year)
        rows.extend(
            _fit_year(year, terms[window], films[window]) if window.sum() >= MINIMUM_FILMS else _declared_constant(year)
        )
    return pd.DataFrame(rows)


def _declared_constant(year: int) -> list[dict[str, object]]:
    return [_coefficient(baseline, year, "intercept", DECLARED_RATING, 1.0, 0) for baseline in BASELINES]


def _fit_year(year: int, terms: pd.DataFrame, films: pd.DataFrame) -> Iterator[dict[str, object]]:
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / films["target_n_votes"].clip(lower=1).to_numpy())
    for baseline in BASELINES:
        names = [name for name in map(str, terms) if baseline == "with_language" or not name.startswith("language_")]
        neutral = terms[names].mean().fillna(0.0)
        ridge = Ridge(alpha=RIDGE_PENALTY).fit(terms[names].fillna(neutral), films["target_rating"], weight)
        yield _coefficient(baseline, year, "intercept", float(ridge.intercept_), 1.0, len(films))
        for name, value in zip(names, ridge.coef_, strict=True):
            yield _coefficient(baseline, year, name, float(value), float(neutral[name]), len(films))


def _coefficient(
    baseline: str, year: int, term: str, coefficient: float, neutral_value: float, n_films: int
) -> dict[str, object]:
    return {
        "baseline": baseline,
        "year": year,
        "term": term,
        "coefficient": round(coefficient, 9),
        "neutral_value": round(neutral_value, 9),
        "n_films": n_films,
    }


class Baseline:
    """The coefficients as a look-up: the rating that year, genres and length alone let expect."""

    def __init__(self, coefficients: pd.DataFrame) -> None:
        """Take rows of `gold_baseline_coefficients`."""
        self.coefficients = coefficients.sort_values(["baseline", "year", "term"], ignore_index=True)
        self._by_baseline = {str(name): _years_of(rows) for name, rows in self.coefficients.groupby("baseline")}

    def rate(self, drafts: pd.DataFrame, baseline: str, *, terms: pd.DataFrame | None = None) -> np.ndarray:
        """Rating points per draft; a year outside the table takes the nearest year's coefficients.

        :param terms: `baseline_terms` of the drafts, where the caller has them.
        """
        known = self._by_baseline[baseline]
        years = drafts["release_year"].clip(int(known.years.min()), int(known.years.max()))
        rows = known.years.get_indexer(pd.Index(years))
        given = baseline_terms(drafts) if terms is None else terms
        values = given.reindex(columns=known.terms).to_numpy("float64")
        values = np.where(np.isnan(values), known.neutral[rows], values)
        return np.clip(known.intercept[rows] + (values * known.coefficients[rows]).sum(axis=1), 1.0, 10.0)


@dataclass(frozen=True)
class _Years:
    """The coefficients of one baseline: a row per year, a column per term."""

    years: pd.Index
    terms: list[str]
    intercept: np.ndarray
    coefficients: np.ndarray
    neutral: np.ndarray


def _years_of(rows: pd.DataFrame) -> _Years:
    coefficients = rows.pivot_table(index="year", columns="term", values="coefficient").fillna(0.0)
    neutral = rows.pivot_table(index="year", columns="term", values="neutral_value").fillna(0.0)
    terms = [name for name in coefficients.columns if name != "intercept"]
    return _Years(
        years=coefficients.index,
        terms=terms,
        intercept=coefficients["intercept"].to_numpy(),
        coefficients=coefficients[terms].to_numpy(),
        neutral=neutral[terms].to_numpy(),
    )


def baseline_ratings(movie_features: pd.DataFrame, coefficients: pd.DataFrame) -> pd.DataFrame:
    """The as-of ridge's rating of each movie: rows of `gold_baseline_ratings`."""
    baseline = Baseline(coefficients)
    return pd.DataFrame(
        {
            "tconst": movie_features["tconst"],
            "baseline_rating": baseline.rate(movie_features, "without_language"),
            "baseline_rating_with_language": baseline.rate(movie_features, "with_language"),
        }
    )

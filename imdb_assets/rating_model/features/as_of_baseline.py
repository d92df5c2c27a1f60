"""The as-of baseline: per year, one ridge on the ten years before, and its coefficients as a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from imdb_assets.vocabulary.effect_estimation import VOTE_NOISE
from imdb_assets.vocabulary.features import feature_slug
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.languages import LANGUAGES

WINDOW_YEARS = 10
MINIMUM_BASELINE_FILMS = 500
DECLARED_RATING = 6.2
"""What is said where fewer than `MINIMUM_BASELINE_FILMS` earlier films are rated: about IMDb's mean over all films."""
RIDGE_PENALTY = 5.0
BASELINES = ("without_language", "with_language")
SHORT_MINUTES, LONG_MINUTES = 70, 140
RUNTIME_LIMITS = (1.0, 400.0)
"""IMDb holds runtimes of up to 51,420 minutes; they are cut to these."""


_GENRE_TERMS = {name: f"genre_{feature_slug(name)}" for name in GENRES}
_LANGUAGE_TERMS = {name: f"language_{feature_slug(name)}" for name in LANGUAGES}
_SHAPE_TERMS = ("log_runtime", "is_short", "is_long", "original_title_differs")
_TERMS = (*_SHAPE_TERMS, *_GENRE_TERMS.values(), *_LANGUAGE_TERMS.values())


def _indicators(sets: Iterable[Sequence[str]], names: Mapping[str, str]) -> np.ndarray:
    """A column per name, 0 or 1; NaN in the rows without any."""
    places = {name: place for place, name in enumerate(names)}
    given = [list(values) for values in sets]
    found = np.zeros((len(given), len(places)))
    for row, values in enumerate(given):
        if not values:
            found[row] = np.nan
        for value in values:
            if value in places:
                found[row, places[value]] = 1.0
    return found


def original_title_differs(drafts: pd.DataFrame) -> np.ndarray:
    """1 where the original title is another than the title, else 0; NaN where either is absent."""
    titles, originals = drafts["title"].to_numpy(object), drafts["original_title"].to_numpy(object)
    return np.where(pd.isna(titles) | pd.isna(originals), np.nan, titles != originals)


def cut_runtime(drafts: pd.DataFrame) -> np.ndarray:
    """Running time in minutes, within `RUNTIME_LIMITS`; NaN where absent."""
    return np.clip(drafts["runtime_minutes"].to_numpy("float64", na_value=np.nan), *RUNTIME_LIMITS)


def baseline_terms(drafts: pd.DataFrame) -> pd.DataFrame:
    """What the ridge multiplies, a row per draft; NaN where the fact is absent."""
    # One array, put together without pandas, which costs more than all else where one draft is asked for.
    runtime = cut_runtime(drafts)
    known = ~np.isnan(runtime)
    shape = [
        np.log(runtime),
        np.where(known, runtime < SHORT_MINUTES, np.nan),
        np.where(known, runtime > LONG_MINUTES, np.nan),
        original_title_differs(drafts),
    ]
    languages = [[name] if isinstance(name, str) and name else [] for name in drafts["language"].to_numpy(object)]
    genres = _indicators(drafts["genres"], _GENRE_TERMS)
    values = np.column_stack([*shape, genres, _indicators(languages, _LANGUAGE_TERMS)])
    return pd.DataFrame(values, columns=list(_TERMS), index=drafts.index)


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
            _fit_year(year, terms[window], films[window])
            if window.sum() >= MINIMUM_BASELINE_FILMS
            else _declared_constant(year)
        )
    return pd.DataFrame(rows)


def _declared_constant(year: int) -> list[dict[str, object]]:
    return [_coefficient(baseline, year, "intercept", DECLARED_RATING, 1.0, 0) for baseline in BASELINES]


def _fit_year(year: int, terms: pd.DataFrame, films: pd.DataFrame) -> Iterator[dict[str, object]]:
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / films["n_votes"].clip(lower=1).to_numpy())
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
        years = np.clip(drafts["release_year"].to_numpy("int64"), known.years[0], known.years[-1])
        rows = np.searchsorted(known.years, years)
        given = baseline_terms(drafts) if terms is None else terms
        values = given.to_numpy("float64")[:, known.places]
        values = np.where(np.isnan(values), known.neutral[rows], values)
        return np.clip(known.intercept[rows] + (values * known.coefficients[rows]).sum(axis=1), 1.0, 10.0)


@dataclass(frozen=True)
class _Years:
    """The coefficients of one baseline: a row per year, a column per term; `places` are those of `baseline_terms`."""

    years: np.ndarray
    places: np.ndarray
    intercept: np.ndarray
    coefficients: np.ndarray
    neutral: np.ndarray


def _years_of(rows: pd.DataFrame) -> _Years:
    coefficients = rows.pivot_table(index="year", columns="term", values="coefficient").fillna(0.0)
    neutral = rows.pivot_table(index="year", columns="term", values="neutral_value").fillna(0.0)
    terms = [name for name in coefficients.columns if name != "intercept"]
    return _Years(
        years=coefficients.index.to_numpy("int64"),
        places=np.array([_TERMS.index(name) for name in terms], dtype="int64"),
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

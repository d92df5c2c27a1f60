"""The as-of baseline: for each year, a ridge on the films of the ten years before, and its table of coefficients."""

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
"""The baseline where fewer than `MINIMUM_BASELINE_FILMS` earlier films are rated: about IMDb's mean over all films."""
BASELINE_RIDGE_PENALTY = 5.0
BASELINES = ("without_language", "with_language")
SHORT_MINUTES, LONG_MINUTES = 70, 140
RUNTIME_LIMITS = (1.0, 400.0)
"""IMDb lists runtimes of up to 51,420 minutes; they are clipped to this range, minutes."""
BASELINE_COLUMNS = ("tconst", "release_year", "title", "original_title", "runtime_minutes", "genres", "language")
"""Columns of `gold_movie_features` that baseline ratings depend on."""
FITTED_COLUMNS = (*BASELINE_COLUMNS, "target_rating", "n_votes")
"""Columns of `gold_movie_features` that coefficients depend on."""
_FILMS_AT_ONCE = 100_000

_GENRE_TERMS = {name: f"genre_{feature_slug(name)}" for name in GENRES}
_LANGUAGE_TERMS = {name: f"language_{feature_slug(name)}" for name in LANGUAGES}
_SHAPE_TERMS = ("log_runtime", "is_short", "is_long", "original_title_differs")
_TERMS = (*_SHAPE_TERMS, *_GENRE_TERMS.values(), *_LANGUAGE_TERMS.values())


def _indicators(value_lists: Iterable[Sequence[str]], names: Mapping[str, str]) -> np.ndarray:
    """Return one 0/1 column per name; rows without any value are NaN."""
    columns = {name: column for column, name in enumerate(names)}
    rows = [list(values) for values in value_lists]
    indicators = np.zeros((len(rows), len(columns)))
    for row, values in enumerate(rows):
        if not values:
            indicators[row] = np.nan
        for value in values:
            if value in columns:
                indicators[row, columns[value]] = 1.0
    return indicators


def original_title_differs(drafts: pd.DataFrame) -> np.ndarray:
    """Return 1 where the original title differs from the title, else 0; NaN where either is absent."""
    titles, originals = drafts["title"].to_numpy(object), drafts["original_title"].to_numpy(object)
    return np.where(pd.isna(titles) | pd.isna(originals), np.nan, titles != originals)


def clip_runtime(drafts: pd.DataFrame) -> np.ndarray:
    """Return the running time in minutes, float64, clipped to `RUNTIME_LIMITS`; NaN where absent."""
    return np.clip(drafts["runtime_minutes"].to_numpy("float64", na_value=np.nan), *RUNTIME_LIMITS)


def baseline_terms(drafts: pd.DataFrame) -> pd.DataFrame:
    """Compute the regressors of the ridge.

    Args:
        drafts: Rows with `FACT_COLUMNS`, or rows of `gold_movie_features`.

    Returns:
        float64, one row per draft with its index, one column per term (`log_runtime`, `is_short`, `is_long`,
        `original_title_differs`, `genre_*`, `language_*`); NaN where the fact is absent.
    """
    # Built as one array: pandas would take longer than everything else for a single draft.
    runtime = clip_runtime(drafts)
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
    """Fit the ridges of all years, from the year of the first film to the year after the last rated film.

    Args:
        movie_features: Rows of `gold_movie_features`, at least its `FITTED_COLUMNS`.

    Returns:
        Rows of `gold_baseline_coefficients`: `baseline`, `year`, `term`, `coefficient` (rating points per unit of the
        term), `neutral_value` (the term's mean, used where the fact is absent), `n_films`.
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
        ridge = Ridge(alpha=BASELINE_RIDGE_PENALTY).fit(terms[names].fillna(neutral), films["target_rating"], weight)
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
    """Predicts from genres, length, year and language alone, with the coefficients of each film's year."""

    def __init__(self, coefficients: pd.DataFrame) -> None:
        """Index rows of `gold_baseline_coefficients`."""
        self.coefficients = coefficients.sort_values(["baseline", "year", "term"], ignore_index=True)
        self._by_baseline = {
            str(name): _coefficients_by_year(rows) for name, rows in self.coefficients.groupby("baseline")
        }

    def rate(self, drafts: pd.DataFrame, baseline: str, *, terms: pd.DataFrame | None = None) -> np.ndarray:
        """Predict the rating of each draft; a year outside the table uses the nearest year's coefficients.

        Args:
            drafts: Rows with `FACT_COLUMNS`.
            baseline: One of `BASELINES`.
            terms: The drafts' `baseline_terms`, if already computed.

        Returns:
            float64 ratings, 1 to 10, one per draft.

        Raises:
            KeyError: If the baseline is not in the table.
        """
        table = self._by_baseline[baseline]
        years = np.clip(drafts["release_year"].to_numpy("int64"), table.years[0], table.years[-1])
        rows = np.searchsorted(table.years, years)
        all_terms = baseline_terms(drafts) if terms is None else terms
        values = all_terms.to_numpy("float64")[:, table.term_columns]
        values = np.where(np.isnan(values), table.neutral[rows], values)
        return np.clip(table.intercept[rows] + (values * table.coefficients[rows]).sum(axis=1), 1.0, 10.0)


@dataclass(frozen=True)
class _CoefficientsByYear:
    """One baseline: one row per year, one column per term; `term_columns` are the terms' columns in `_TERMS`."""

    years: np.ndarray
    term_columns: np.ndarray
    intercept: np.ndarray
    coefficients: np.ndarray
    neutral: np.ndarray


def _coefficients_by_year(rows: pd.DataFrame) -> _CoefficientsByYear:
    coefficients = rows.pivot_table(index="year", columns="term", values="coefficient").fillna(0.0)
    neutral = rows.pivot_table(index="year", columns="term", values="neutral_value").fillna(0.0)
    terms = [name for name in coefficients.columns if name != "intercept"]
    return _CoefficientsByYear(
        years=coefficients.index.to_numpy("int64"),
        term_columns=np.array([_TERMS.index(name) for name in terms], dtype="int64"),
        intercept=coefficients["intercept"].to_numpy(),
        coefficients=coefficients[terms].to_numpy(),
        neutral=neutral[terms].to_numpy(),
    )


def baseline_ratings(movie_features: pd.DataFrame, coefficients: pd.DataFrame) -> pd.DataFrame:
    """Predict the baseline rating of each movie.

    Args:
        movie_features: Rows of `gold_movie_features`, rated or not, at least its `BASELINE_COLUMNS`.
        coefficients: Rows of `gold_baseline_coefficients`.

    Returns:
        Rows of `gold_baseline_ratings`: `tconst`, `baseline_rating`, `baseline_rating_with_language`.
    """
    baseline = Baseline(coefficients)
    starts = range(0, max(len(movie_features), 1), _FILMS_AT_ONCE)
    parts = [_rated(baseline, movie_features[start : start + _FILMS_AT_ONCE]) for start in starts]
    return pd.concat(parts)


def _rated(baseline: Baseline, films: pd.DataFrame) -> pd.DataFrame:
    terms = baseline_terms(films)
    return pd.DataFrame(
        {
            "tconst": films["tconst"],
            "baseline_rating": baseline.rate(films, "without_language", terms=terms),
            "baseline_rating_with_language": baseline.rate(films, "with_language", terms=terms),
        }
    )

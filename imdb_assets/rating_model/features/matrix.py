"""The featurizer: drafts and history in, the feature matrix out. Training and serving call the same function."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.as_of_baseline import baseline_terms, clip_runtime
from imdb_assets.rating_model.features.credit_arrays import (
    BILLED_CAST,
    Credits,
    credits_by_genre,
    director_pairs,
    merged_credits,
    role_credits,
)
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.history_table import (
    ROLE_CODES,
    HistoryTable,
    person_subjects,
    shrunken,
    text_subjects,
)
from imdb_assets.rating_model.features.person_features import franchise_states, pair_states, role_features
from imdb_assets.tables.history import ANYBODY
from imdb_assets.vocabulary.certificates import CERTIFICATES
from imdb_assets.vocabulary.countries import COUNTRIES
from imdb_assets.vocabulary.features import FEATURE_NAMES, NEUTRAL_VALUES, feature_slug
from imdb_assets.vocabulary.roles import PAIRED_CAST, ROLE_LISTS, ROLES
from imdb_assets.vocabulary.title_stems import title_stem

_NEUTRAL_ROW = np.array([NEUTRAL_VALUES[name] for name in FEATURE_NAMES])
_Columns = dict[str, np.ndarray]
FACTS = {
    "runtime": ("runtime_minutes",),
    "genres": ("genres",),
    "language": ("language",),
    "country": ("country",),
    "certificate": ("certificate",),
    "plot": ("plot",),
    "title": ("title", "original_title"),
    **{role: (column,) for role, column in ROLE_LISTS.items()},
}
"""The facts that a draft may leave out, with their columns. All other blocks of features depend on these."""


def features(drafts: pd.DataFrame, history: History) -> pd.DataFrame:
    """Compute all features except the text scores.

    Args:
        drafts: Rows with `FACT_COLUMNS`; people as nconst ids.
        history: The histories and the as-of baseline.

    Returns:
        float64, one row per draft in the same order, columns `FEATURE_NAMES`; absent facts have their neutral value,
        so there is no NaN.
    """
    drafts = drafts.reset_index(drop=True)
    terms = baseline_terms(drafts)
    baseline = history.baseline.rate(drafts, "without_language", terms=terms)
    with_language = history.baseline.rate(drafts, "with_language", terms=terms)
    columns: _Columns = {
        "baseline_rating": baseline,
        "baseline_rating_with_language": with_language,
        "language_effect": np.where(_is_text(drafts["language"]), with_language - baseline, np.nan),
        "release_year": drafts["release_year"].to_numpy("float64"),
        "runtime_minutes": clip_runtime(drafts),
    }
    # Genres, languages and `original_title_differs` are among the terms of the baseline.
    columns |= {str(name): values for name, values in zip(terms, terms.to_numpy().T, strict=True)}
    columns |= _country_indicators(drafts) | _certificate_indicators(drafts)
    credits = {role: role_credits(drafts, role) for role in ROLES}
    for role in ROLES:
        group = credits[role]
        per_person = role_features(role, group.persons, group.years, people=history.people, outside=history.outside)
        columns |= {feature.feature: feature.aggregate(group) for feature in per_person}
    team = merged_credits(credits)
    columns |= _team_features(credits, team, history.people)
    columns |= _genre_features(drafts, team, history.genres)
    columns |= _pair_features(credits, history.pairs)
    columns |= _title_features(drafts, credits, history.franchises)
    # Built as one array: assembling a data frame by column would take longer than everything else for a single draft.
    matrix = np.column_stack([columns[name] for name in FEATURE_NAMES]).astype("float64", copy=False)
    return pd.DataFrame(np.where(np.isnan(matrix), _NEUTRAL_ROW, matrix), columns=list(FEATURE_NAMES))


def present_blocks(drafts: pd.DataFrame) -> pd.DataFrame:
    """Determine which blocks of facts each draft has.

    This is never a feature: films with many votes have more complete data.

    Args:
        drafts: Rows with `FACT_COLUMNS`.

    Returns:
        bool, one row per draft with its index, one column per block that can be absent.
    """
    facts = present_facts(drafts)
    has_genres, has_title = facts["genres"], facts["title"]
    has_team = facts["director"] | facts["writer"] | facts["cast"]
    return pd.DataFrame(
        {
            **facts,
            "original_title": drafts["title"].notna().to_numpy() & drafts["original_title"].notna().to_numpy(),
            "team": has_team,
            "team_genres": has_team & has_genres,
            "director_writer": facts["director"] & facts["writer"],
            "director_cast": facts["director"] & facts["cast"],
            "franchise": has_team & has_title,
        },
        index=drafts.index,
    )


def present_facts(drafts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Determine which facts each draft has.

    Args:
        drafts: Rows with `FACT_COLUMNS`.

    Returns:
        bool (n_drafts,) by fact, each named like its block of features; `FACTS` has their columns.
    """
    facts = {}
    for fact, (column, *_) in FACTS.items():
        values = drafts[column]
        match column:
            case "runtime_minutes":
                facts[fact] = values.notna().to_numpy()
            case "genres" | "directors" | "writers" | "cast":
                facts[fact] = np.array([len(names) > 0 for names in values.to_numpy(object)], bool)
            case _:
                facts[fact] = _is_text(values)
    return facts


def crew_experience(drafts: pd.DataFrame, history: History) -> np.ndarray:
    """Count the earlier rated films of each draft's most experienced director or writer.

    Args:
        drafts: Rows with `FACT_COLUMNS`; people as nconst ids.
        history: The histories.

    Returns:
        float64 counts per draft; NaN where a draft has neither directors nor writers.
    """
    drafts = drafts.reset_index(drop=True)
    crew = merged_credits({role: role_credits(drafts, role) for role in ("director", "writer")})
    states = history.people.as_of(person_subjects(crew.persons, ROLE_CODES["all"]), crew.years)
    return crew.highest(states.take("n_films"), np.ones(len(crew.rows), bool), np.nan)


def _is_text(values: pd.Series) -> np.ndarray:
    return np.array([isinstance(value, str) and value.strip() != "" for value in values.to_numpy(object)], bool)


def _country_indicators(drafts: pd.DataFrame) -> _Columns:
    known, countries = _is_text(drafts["country"]), drafts["country"].to_numpy(object)
    return {f"country_{feature_slug(name)}": np.where(known, countries == name, np.nan) for name in COUNTRIES}


def _certificate_indicators(drafts: pd.DataFrame) -> _Columns:
    known, values = _is_text(drafts["certificate"]), drafts["certificate"].to_numpy(object)
    return {
        f"certificate_{name}": np.where(known, np.array([value in certificates for value in values], bool), np.nan)
        for name, certificates in CERTIFICATES.items()
    }


def _team_features(credits: Mapping[str, Credits], team: Credits, people: HistoryTable) -> _Columns:
    total, weight, effects, count = (np.zeros(team.n_drafts) for _ in range(4))
    for role, group in credits.items():
        states = people.as_of(person_subjects(group.persons, ROLE_CODES[role]), group.years)
        total += group.sum(states.take("sum_weighted_effect"))
        weight += group.sum(states.take("sum_weight"))
        effects += group.sum(states.effect())
        count += group.count()
    any_role = people.as_of(person_subjects(team.persons, ROLE_CODES["all"]), team.years)
    all_weight = team.sum(any_role.take("sum_weight"))
    return {
        "team_effect_mean": effects / np.maximum(count, 1),
        "team_effect_pooled": shrunken(total, weight),
        "team_all_effect_pooled": shrunken(team.sum(any_role.take("sum_weighted_effect")), all_weight),
        "team_log_weight": np.where(
            count > 0, np.log1p(all_weight / np.maximum(team.count(), 1)), NEUTRAL_VALUES["team_log_weight"]
        ),
    }


def _genre_features(drafts: pd.DataFrame, team: Credits, genres: HistoryTable) -> _Columns:
    by_genre, codes = credits_by_genre(drafts, team)
    states = genres.as_of(person_subjects(by_genre.persons, codes), by_genre.years)
    everyone = np.ones(len(by_genre.rows), bool)
    effect = states.effect()
    return {
        "team_genre_effect_mean": by_genre.mean(effect, everyone, NEUTRAL_VALUES["team_genre_effect_mean"]),
        "team_genre_effect_max": by_genre.highest(effect, everyone, NEUTRAL_VALUES["team_genre_effect_max"]),
        "team_genre_effect_pooled": shrunken(
            by_genre.sum(states.take("sum_weighted_effect")), by_genre.sum(states.take("sum_weight"))
        ),
        "team_genre_share": by_genre.mean(states.known.astype("float64"), everyone, NEUTRAL_VALUES["team_genre_share"]),
    }


def _pair_features(credits: Mapping[str, Credits], history: HistoryTable) -> _Columns:
    columns: _Columns = {}
    for role, max_partners in (("writer", BILLED_CAST), ("cast", PAIRED_CAST)):
        pairs = director_pairs(credits["director"], credits[role], max_partners=max_partners)
        states = pair_states(pairs.directors, pairs.partners, role, pairs.credits.years, history)
        others = ~pairs.is_self
        name = f"{role}_pair_effect_mean"
        columns[name] = pairs.credits.mean(states.effect(), others, NEUTRAL_VALUES[name])
        columns[f"{role}_pair_films_max"] = pairs.credits.highest(np.log1p(states.take("n_films")), others, 0.0)
        if role == "writer":
            # A director paired with several writers counts once.
            share = pairs.share_of_directors(pairs.is_self)
            columns["director_writes"] = np.where(np.isnan(share), NEUTRAL_VALUES["director_writes"], share)
    return columns


def _title_features(drafts: pd.DataFrame, credits: Mapping[str, Credits], franchises: HistoryTable) -> _Columns:
    stems = np.empty(len(drafts), object)
    stems[:] = [title_stem(title) if isinstance(title, str) else None for title in drafts["title"].to_numpy(object)]
    has_stem = np.array([stem is not None for stem in stems], bool)
    years = drafts["release_year"].to_numpy("int64")
    texts = np.where(has_stem, stems, "") + np.full(len(stems), f"|{ANYBODY}", object)
    title = franchises.as_of(np.where(has_stem, text_subjects(texts), -1), years)
    team = merged_credits(credits, max_cast=PAIRED_CAST)
    states = franchise_states(np.where(has_stem, stems, "")[team.rows], team.nconsts, team.years, franchises)
    # The state of the person with the most films of the franchise covers most of it.
    films = team.highest(states.take("n_films"), states.known, 0.0)
    has_most = states.known & (states.take("n_films") == films[team.rows])
    return {
        "title_effect": title.effect(),
        "title_last_rating": title.take("last_year_rating", absent=NEUTRAL_VALUES["title_last_rating"]),
        "title_log_votes": np.log1p(title.take("mean_votes")),
        "franchise_effect": team.mean(states.effect(), has_most, 0.0),
        "franchise_last_rating": team.mean(
            states.take("last_year_rating"), has_most, NEUTRAL_VALUES["franchise_last_rating"]
        ),
        "franchise_log_films": np.log1p(films),
    }

"""The features of the rating model: each one declared once, with its meaning and why it is known before release.

`rating_model/features/matrix.py` computes the values for both training and serving.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from imdb_assets.vocabulary.certificates import CERTIFICATES
from imdb_assets.vocabulary.countries import COUNTRIES
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.languages import LANGUAGES
from imdb_assets.vocabulary.roles import ROLES


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One input column of the model, a number in every row.

    Attributes:
        name: Column name in the model's matrix.
        comment: Meaning, shown in the documentation and in the catalog.
        unit: Unit of the value, such as `minutes` or `rating points`.
        block: Features of one block are absent together.
        group: Reasons and ablations combine the features of one group.
        neutral: Value used where the fact is absent.
    """

    name: str
    comment: str
    unit: str
    block: str
    group: str
    neutral: float = 0.0


_PRODUCTION_DECISION = "Decided when the film is made."
_EARLIER_FILMS = "Based on ratings of films from strictly earlier years, by people hired before the film is shot."
WHY_KNOWN = {
    "expectation": "Based on ratings of films from the ten years before, and on facts decided when the film is made.",
    "era": "The release year is planned.",
    "length": _PRODUCTION_DECISION,
    "genres": _PRODUCTION_DECISION,
    "language": _PRODUCTION_DECISION,
    "country": _PRODUCTION_DECISION,
    "certificate": "Issued before a film may be shown.",
    "title": "The title is announced. Earlier films with the title are from strictly earlier years.",
    "story": "The plot is written before the film is shot. The effect of its words is learned from earlier films.",
    "director": _EARLIER_FILMS,
    "writer": _EARLIER_FILMS,
    "cast": _EARLIER_FILMS,
    "team": _EARLIER_FILMS,
}
"""Why the features of each group are known before release."""

POINTS, RATING = "rating points over the as-of baseline", "rating points"


def feature_slug(text: str) -> str:
    """Return the name of a genre, language or country as it appears in column names."""
    return text.lower().replace("-", "_").replace(" ", "_")


def _people_features(role: str) -> tuple[Feature, ...]:
    who = {"director": "the directors", "writer": "the writers", "cast": "the billed cast"}[role]
    rows = (
        ("effect_mean", f"Mean shrunken effect of {who} in this role", POINTS, 0.0),
        ("effect_max", f"Highest shrunken effect of {who} in this role", POINTS, 0.0),
        ("effect_min", f"Lowest shrunken effect of {who} in this role", POINTS, 0.0),
        ("decayed_effect_mean", f"Mean effect of {who} in this role, with older films weighted less", POINTS, 0.0),
        ("all_effect_mean", f"Mean shrunken effect of {who} across all their roles", POINTS, 0.0),
        ("all_decayed_effect_max", f"Highest decayed effect of {who} across all their roles", POINTS, 0.0),
        ("last_effect_mean", f"Mean shrunken effect of {who} in the latest year with a film in this role", POINTS, 0.0),
        ("rating_mean", f"Mean over {who} of the shrunken mean rating of earlier films in this role", RATING, 6.2),
        ("last_rating_mean", f"Mean over {who} of the mean rating of their latest year, in any role", RATING, 6.2),
        ("baseline_mean", f"Mean over {who} of the mean as-of baseline of their earlier films", RATING, 6.2),
        ("best_rating_max", f"Best rating of any earlier film of {who} in this role", RATING, 6.2),
        ("worst_rating_min", f"Worst rating of any earlier film of {who} in this role", RATING, 6.2),
        ("log_films_mean", f"Mean over {who} of log(1 + earlier rated films in this role)", "log films", 1.0),
        ("log_votes_mean", f"Mean over {who} of log(1 + mean votes of earlier films in this role)", "log votes", 4.0),
        ("all_log_votes_max", f"Highest log(1 + mean votes of earlier films in any role) of {who}", "log votes", 4.0),
        ("debut_share", f"Share of {who} without an earlier rated film in any role", "share", 0.3),
        ("career_years_mean", f"Mean over {who} of the years since their first rated film", "years", 10.0),
        ("gap_years_mean", f"Mean over {who} of the years since their latest rated film", "years", 3.0),
        ("spread_mean", f"Mean over {who} of the standard deviation of earlier ratings in this role", RATING, 0.7),
        ("outside_effect_mean", f"Mean effect of {who} in series, shorts and TV movies", POINTS, 0.0),
        ("outside_share", f"Share of {who} with a rated series, short or TV movie from an earlier year", "share", 0.3),
    )
    if role == "cast":
        billed = ("billed_effect_mean", "Mean shrunken effect, with weight 1 / n for the n-th billed", POINTS, 0.0)
        rows = (*rows, billed)
    return tuple(
        Feature(name=f"{role}_{name}", comment=comment, unit=unit, block=role, group=role, neutral=neutral)
        for name, comment, unit, neutral in rows
    )


_TEAM_FEATURES = (
    ("team_effect_mean", "Mean shrunken effect of directors, writers and cast", POINTS, "team", 0.0),
    ("team_effect_pooled", "Shrunken effect of the whole team, over all earlier films in the same roles", POINTS, "team", 0.0),
    ("team_all_effect_pooled", "Shrunken effect of the whole team, over all earlier films in any role", POINTS, "team", 0.0),
    ("team_log_weight", "Log(1 + mean weight of the earlier films per person): how much evidence there is", "log weight", "team", 1.5),
    ("team_genre_effect_mean", "Mean effect over each pair of a team member and a genre of the film", POINTS, "team_genres", 0.0),
    ("team_genre_effect_max", "Highest effect of a team member in one of the film's genres", POINTS, "team_genres", 0.0),
    ("team_genre_effect_pooled", "Shrunken effect of the whole team in the film's genres", POINTS, "team_genres", 0.0),
    ("team_genre_share", "Share of pairs of a team member and a genre with an earlier film", "share", "team_genres", 0.4),
    ("writer_pair_effect_mean", "Mean effect over pairs of a director and a writer", POINTS, "director_writer", 0.0),
    ("writer_pair_films_max", "Log(1 + most films a director and a writer made together)", "log films", "director_writer", 0.0),
    ("director_writes", "Share of the directors who also wrote the film", "share", "director_writer", 0.5),
    ("cast_pair_effect_mean", "Mean effect over pairs of a director and a billed actor", POINTS, "director_cast", 0.0),
    ("cast_pair_films_max", "Log(1 + most films a director and a billed actor made together)", "log films", "director_cast", 0.0),
)  # fmt: skip
_TITLE_FEATURES = (
    ("title_effect", "Effect of earlier films with the same title stem", POINTS, "title", 0.0),
    ("title_last_rating", "Mean rating of the films with the same title stem in their latest year", RATING, "title", 6.2),
    ("title_log_votes", "Log(1 + mean votes of earlier films with the same title stem)", "log votes", "title", 0.0),
    ("franchise_effect", "Effect of earlier films with the same title stem by a member of the team", POINTS, "franchise", 0.0),
    ("franchise_last_rating", "Mean rating of these films in their latest year", RATING, "franchise", 6.2),
    ("franchise_log_films", "Log(1 + number of these films)", "log films", "franchise", 0.0),
)  # fmt: skip


def _indicators(block: str, values: Iterable[str], *, comment: str) -> tuple[Feature, ...]:
    prefix = {"genres": "genre"}.get(block, block)
    return tuple(
        Feature(
            name=f"{prefix}_{feature_slug(value)}", comment=comment.format(value), unit="0/1", block=block, group=block
        )
        for value in values
    )


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="baseline_rating",
        comment="As-of ridge on year, genres and runtime, fitted on the ten years before",
        unit=RATING,
        block="release_year",
        group="expectation",
        neutral=6.2,
    ),
    Feature(
        name="baseline_rating_with_language",
        comment="As-of ridge that also uses the language",
        unit=RATING,
        block="release_year",
        group="expectation",
        neutral=6.2,
    ),
    Feature(
        name="release_year", comment="Year of first release", unit="year", block="release_year", group="era",
        neutral=2000.0,
    ),
    Feature(
        name="runtime_minutes", comment="Running time, clipped to 1-400", unit="minutes", block="runtime", group="length",
        neutral=95.0,
    ),
    Feature(
        name="original_title_differs",
        comment="1 if the original title differs from the title, else 0",
        unit="0/1",
        block="original_title",
        group="title",
        neutral=0.3,
    ),
    *_indicators("genres", GENRES, comment="1 if {} is one of the genres, else 0"),
    Feature(
        name="language_effect", comment="Difference that the language makes to the as-of baseline", unit=RATING, block="language",
        group="language",
    ),
    *_indicators("language", LANGUAGES, comment="1 if {} is the main language, else 0"),
    *_indicators("country", COUNTRIES, comment="1 if {} is the main country, else 0"),
    *_indicators("certificate", CERTIFICATES, comment="1 if the certificate belongs to the group {}, else 0"),
    *(feature for role in ROLES for feature in _people_features(role)),
    *(
        Feature(name=name, comment=comment, unit=unit, block=block, group="team", neutral=neutral)
        for name, comment, unit, block, neutral in _TEAM_FEATURES
    ),
    *(
        Feature(name=name, comment=comment, unit=unit, block=block, group="title", neutral=neutral)
        for name, comment, unit, block, neutral in _TITLE_FEATURES
    ),
)  # fmt: skip
TEXT_FEATURES: tuple[Feature, ...] = (
    Feature(
        name="plot_score",
        comment="Effect of the words and characters of the plot; out of fold in training",
        unit=RATING,
        block="plot",
        group="story",
    ),
    Feature(
        name="title_score",
        comment="Effect of the characters of the title and the original title; out of fold in training",
        unit=RATING,
        block="title",
        group="title",
    ),
)
"""Features that the model learns from its training films, so they are not columns of the training set."""

FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
"""Feature columns of the training set, in order."""

_MODEL_FEATURES = (*FEATURES, *TEXT_FEATURES)

MODEL_COLUMNS: tuple[str, ...] = tuple(feature.name for feature in _MODEL_FEATURES)
"""Columns of the model's matrix, in order."""

BLOCKS = {feature.name: feature.block for feature in _MODEL_FEATURES}
"""Block of each feature."""

GROUPS = {feature.name: feature.group for feature in _MODEL_FEATURES}
"""Group of each feature."""

GENRE_FEATURES = tuple(name for name, block in BLOCKS.items() if block == "genres")
"""The features of the genres, in the order of `GENRES`."""

NEUTRAL_VALUES = {feature.name: feature.neutral for feature in _MODEL_FEATURES}
"""Value of each feature where the fact is absent."""

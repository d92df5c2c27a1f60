"""What the model is given: each feature once, with its meaning and why it is known before release.

The values are made in `rating_model/features.py`, for training and serving alike.
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
    """One plain fact the model is given.

    `neutral` stands in where the fact is absent; `block` names the facts that are absent together; `group` is what
    people would call them together: reasons are given, and ablations made, by group.
    """

    name: str
    comment: str
    unit: str
    block: str
    group: str
    neutral: float = 0.0


_MADE = "Decided when the film is made."
_PAST = "From ratings of films of strictly earlier years, by people who are hired before the film is shot."
WHY_KNOWN = {
    "expectation": "From ratings of films of the ten years before, and facts decided when the film is made.",
    "era": "The year of release is planned.",
    "length": _MADE,
    "genres": _MADE,
    "language": _MADE,
    "country": _MADE,
    "certificate": "Given before a film may be shown.",
    "title": "The title is announced; earlier films of the title are of strictly earlier years.",
    "story": "The plot is written before the film is shot; what its words tell was learned from earlier films.",
    "director": _PAST,
    "writer": _PAST,
    "cast": _PAST,
    "team": _PAST,
}
"""Why a feature of each group is known before release."""

POINTS, RATING = "rating points over the as-of baseline", "rating points"


def feature_slug(text: str) -> str:
    """A genre's or language's name as part of a column name."""
    return text.lower().replace("-", "_").replace(" ", "_")


def _people_features(role: str) -> tuple[Feature, ...]:
    who = {"director": "the directors", "writer": "the writers", "cast": "the billed cast"}[role]
    rows = (
        ("effect_mean", f"Mean over {who} of the shrunken effect in this role", POINTS, 0.0),
        ("effect_max", f"Highest among {who} of the shrunken effect in this role", POINTS, 0.0),
        ("effect_min", f"Lowest among {who} of the shrunken effect in this role", POINTS, 0.0),
        ("decayed_effect_mean", f"Mean over {who} of the effect in which older films fade", POINTS, 0.0),
        ("all_effect_mean", f"Mean over {who} of the shrunken effect over all their roles", POINTS, 0.0),
        ("all_decayed_effect_max", f"Highest among {who} of the fading effect over all their roles", POINTS, 0.0),
        ("last_effect_mean", f"Mean over {who} of the shrunken effect of their latest year", POINTS, 0.0),
        ("rating_mean", f"Mean over {who} of the shrunken mean rating of earlier films", RATING, 6.2),
        ("last_rating_mean", f"Mean over {who} of the mean rating of their latest year, in any role", RATING, 6.2),
        ("baseline_mean", f"Mean over {who} of the as-of baseline of their films: what kind they make", RATING, 6.2),
        ("best_rating_max", f"Best earlier film of any of {who}; a debutant's is neutral", RATING, 6.2),
        ("worst_rating_min", f"Worst earlier film of any of {who}; a debutant's is neutral", RATING, 6.2),
        ("log_films_mean", f"Mean over {who} of log(1 + earlier rated films in this role)", "log films", 1.0),
        ("log_votes_mean", f"Mean over {who} of log(1 + mean votes of earlier films)", "log votes", 4.0),
        ("all_log_votes_max", f"Highest among {who} of log(1 + mean votes of films in any role)", "log votes", 4.0),
        ("debut_share", f"Share of {who} without an earlier rated film in any role", "share", 0.3),
        ("career_years_mean", f"Mean over {who} of the years since their first rated film", "years", 10.0),
        ("gap_years_mean", f"Mean over {who} of the years since their latest rated film", "years", 3.0),
        ("spread_mean", f"Mean over {who} of the spread of earlier ratings", RATING, 0.7),
        ("outside_effect_mean", f"Mean over {who} of the effect of their series, shorts and TV movies", POINTS, 0.0),
        ("outside_share", f"Share of {who} with a rated series, short or TV movie of an earlier year", "share", 0.3),
    )
    if role == "cast":
        billed = ("billed_effect_mean", "Mean of the shrunken effects, the n-th billed weighing 1 / n", POINTS, 0.0)
        rows = (*rows, billed)
    return tuple(
        Feature(name=f"{role}_{name}", comment=comment, unit=unit, block=role, group=role, neutral=neutral)
        for name, comment, unit, neutral in rows
    )


_TOGETHER = (
    ("team_effect_mean", "Mean of the shrunken effects over directors, writers and cast", POINTS, "team", 0.0),
    ("team_effect_pooled", "Effect of the whole team, every earlier film in its role weighing alike", POINTS, "team", 0.0),
    ("team_all_effect_pooled", "The same over each person's films in any role", POINTS, "team", 0.0),
    ("team_log_weight", "Log(1 + mean weight of a person's films): how much is known of the team", "log weight", "team", 1.5),
    ("team_genre_effect_mean", "Mean over team and genres of the effect of a person in a genre", POINTS, "team_genres", 0.0),
    ("team_genre_effect_max", "Highest effect of a person of the team in one of the genres", POINTS, "team_genres", 0.0),
    ("team_genre_effect_pooled", "Effect of the whole team in these genres", POINTS, "team_genres", 0.0),
    ("team_genre_share", "Share of person-genre pairs with an earlier film", "share", "team_genres", 0.4),
    ("writer_pair_effect_mean", "Mean effect of directors and writers who made films together", POINTS, "director_writer", 0.0),
    ("writer_pair_films_max", "Log(1 + most films that a director and a writer made together)", "log films", "director_writer", 0.0),
    ("director_writes", "Share of the directors who are also writers of the film", "share", "director_writer", 0.5),
    ("cast_pair_effect_mean", "Mean effect of directors and actors who made films together", POINTS, "director_cast", 0.0),
    ("cast_pair_films_max", "Log(1 + most films that a director and an actor made together)", "log films", "director_cast", 0.0),
)  # fmt: skip
_OF_THE_TITLE = (
    ("title_effect", "Effect of earlier films of the same title stem", POINTS, "title", 0.0),
    ("title_last_rating", "Mean rating of the latest year's films of the same title stem", RATING, "title", 6.2),
    ("title_log_votes", "Log(1 + mean votes of earlier films of the same title stem)", "log votes", "title", 0.0),
    ("franchise_effect", "Effect of earlier films of the same title stem by somebody of the team", POINTS, "franchise", 0.0),
    ("franchise_last_rating", "Mean rating of the latest year's films of that franchise", RATING, "franchise", 6.2),
    ("franchise_log_films", "Log(1 + earlier films of that franchise)", "log films", "franchise", 0.0),
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
        comment="As-of ridge on year, genres, runtime; fitted on the ten years before",
        unit=RATING,
        block="release_year",
        group="expectation",
        neutral=6.2,
    ),
    Feature(
        name="baseline_rating_with_language",
        comment="The same with language",
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
        name="runtime_minutes", comment="Running time, cut to 1-400", unit="minutes", block="runtime", group="length",
        neutral=95.0,
    ),
    Feature(
        name="original_title_differs",
        comment="1 where the original title is another than the title, else 0",
        unit="0/1",
        block="original_title",
        group="title",
        neutral=0.3,
    ),
    *_indicators("genres", GENRES, comment="1 for {}, else 0"),
    Feature(
        name="language_effect", comment="What the language adds to the as-of baseline", unit=RATING, block="language",
        group="language",
    ),
    *_indicators("language", LANGUAGES, comment="1 where {} is the main language, else 0"),
    *_indicators("country", COUNTRIES, comment="1 where {} is the main country, else 0"),
    *_indicators("certificate", CERTIFICATES, comment="1 for a certificate for {}, else 0"),
    *(feature for role in ROLES for feature in _people_features(role)),
    *(
        Feature(name=name, comment=comment, unit=unit, block=block, group="team", neutral=neutral)
        for name, comment, unit, block, neutral in _TOGETHER
    ),
    *(
        Feature(name=name, comment=comment, unit=unit, block=block, group="title", neutral=neutral)
        for name, comment, unit, block, neutral in _OF_THE_TITLE
    ),
)  # fmt: skip
TEXT_FEATURES: tuple[Feature, ...] = (
    Feature(
        name="plot_score",
        comment="What the plot's words and characters add to the as-of baseline; out of fold in training",
        unit=RATING,
        block="plot",
        group="story",
    ),
    Feature(
        name="title_score",
        comment="What the characters of title and original title add to it; out of fold in training",
        unit=RATING,
        block="title",
        group="title",
    ),
)
"""Learned by the model itself from the films that it is fitted on, so no columns of the training set."""
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


_ALL = (*FEATURES, *TEXT_FEATURES)


MODEL_COLUMNS: tuple[str, ...] = tuple(feature.name for feature in _ALL)


GROUPS = {feature.name: feature.group for feature in _ALL}


BLOCKS = {feature.name: feature.block for feature in _ALL}


NEUTRAL_VALUES = {feature.name: feature.neutral for feature in _ALL}

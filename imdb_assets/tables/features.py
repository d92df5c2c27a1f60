"""What the model is given: each feature once, with its meaning and why it is known before release.

The values are made in `rating_model/features.py`, for training and serving alike.
"""

from dataclasses import dataclass
from typing import Literal

from imdb_assets.tables.table import Column

Block = Literal["release_year", "runtime", "genres", "language", "original_title", "director", "writer", "cast", "team"]

GENRES = (
    "Action", "Adult", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family",
    "Fantasy", "Film-Noir", "Game-Show", "History", "Horror", "Music", "Musical", "Mystery", "News", "Reality-TV",
    "Romance", "Sci-Fi", "Short", "Sport", "Talk-Show", "Thriller", "War", "Western",
)  # fmt: skip
LANGUAGES = (
    "English", "French", "Spanish", "German", "Italian", "Japanese", "Korean", "Mandarin", "Cantonese", "Hindi",
    "Tamil", "Telugu", "Malayalam", "Russian", "Portuguese", "Turkish", "Arabic", "Persian", "Polish", "Swedish",
    "Danish", "Bengali", "Norwegian", "Dutch", "Finnish", "Greek", "Hebrew", "Serbian", "Indonesian", "Tagalog",
    "Thai",
)  # fmt: skip
ROLES = ("director", "writer", "cast")
ROLE_LISTS = {"director": "directors", "writer": "writers", "cast": "cast"}
"""Column of a draft that lists the people of each role."""

VOTE_NOISE = (0.55, 4.5)
"""Variance of a film's rating about its people's effect: 0.55 + 4.5 / votes; its inverse is the film's weight.

This and the next two were fitted by empirical Bayes on 98,163 films; a choice of this project, not of a paper.
"""
EFFECT_SHRINKAGE = 1.57
"""Prior weight of a person's effect: sum(w r) / (sum(w) + 1.57)."""
EFFECT_DECAY_YEARS = 6.0
"""A film's weight in the decayed effect falls by e in this many years."""
PAIRED_CAST = 5
"""So many of the cast, in billing order, make pairs with the directors and belong to a franchise."""
OUTSIDE_RATING = 6.8
"""The mean rating of outside titles that is declared where fewer than `LEAST_OUTSIDE_TITLES` earlier ones are rated."""
LEAST_OUTSIDE_TITLES = 50


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One plain fact the model is given.

    `neutral` stands in where the fact is absent; `block` names the facts that are absent together.
    """

    name: str
    comment: str
    unit: str
    block: Block
    neutral: float = 0.0

    @property
    def column(self) -> Column:
        """The feature as a column of the training set."""
        return Column(name=self.name, type="double", comment=f"{self.comment} [{self.unit}]", nullable=False)


def feature_slug(text: str) -> str:
    """A genre's or language's name as part of a column name."""
    return text.lower().replace("-", "_")


def _people_features(role: Literal["director", "writer", "cast"]) -> tuple[Feature, ...]:
    # People's films of strictly earlier years are public knowledge when this film is made.
    who = {"director": "the directors", "writer": "the writers", "cast": "the billed cast"}[role]
    points = "rating points over the as-of baseline"
    rows = (
        ("effect_mean", f"Mean over {who} of the shrunken effect in this role", points, 0.0),
        ("effect_max", f"Highest among {who} of the shrunken effect in this role", points, 0.0),
        ("effect_min", f"Lowest among {who} of the shrunken effect in this role", points, 0.0),
        ("decayed_effect_mean", f"Mean over {who} of the effect in which older films fade", points, 0.0),
        ("all_effect_mean", f"Mean over {who} of the shrunken effect over all their roles", points, 0.0),
        ("last_effect_mean", f"Mean over {who} of the shrunken effect of their latest year", points, 0.0),
        ("rating_mean", f"Mean over {who} of the shrunken mean rating of earlier films", "rating points", 6.2),
        ("best_rating_max", f"Best earlier film of any of {who}; a debutant's is neutral", "rating points", 6.2),
        ("worst_rating_min", f"Worst earlier film of any of {who}; a debutant's is neutral", "rating points", 6.2),
        ("log_films_mean", f"Mean over {who} of log(1 + earlier rated films in this role)", "log films", 1.0),
        ("log_votes_mean", f"Mean over {who} of log(1 + mean votes of earlier films)", "log votes", 4.0),
        ("debut_share", f"Share of {who} without an earlier rated film in any role", "share", 0.3),
        ("career_years_mean", f"Mean over {who} of the years since their first rated film", "years", 10.0),
        ("gap_years_mean", f"Mean over {who} of the years since their latest rated film", "years", 3.0),
        ("spread_mean", f"Mean over {who} of the spread of earlier ratings", "rating points", 0.7),
    )
    return tuple(
        Feature(name=f"{role}_{name}", comment=comment, unit=unit, block=role, neutral=neutral)
        for name, comment, unit, neutral in rows
    )


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="baseline_rating",
        comment="As-of ridge on year, genres, runtime; fitted on the ten years before",
        unit="rating points",
        block="release_year",
        neutral=6.2,
    ),
    Feature(
        name="baseline_rating_with_language",
        comment="The same with language",
        unit="rating points",
        block="release_year",
        neutral=6.2,
    ),
    Feature(name="release_year", comment="Year of first release", unit="year", block="release_year", neutral=2000.0),
    Feature(name="runtime_minutes", comment="Running time, cut to 1-400", unit="minutes", block="runtime", neutral=95.0),
    Feature(
        name="original_title_differs",
        comment="1 where the original title is another than the title, else 0",
        unit="0/1",
        block="original_title",
        neutral=0.3,
    ),
    *(
        Feature(name=f"genre_{feature_slug(genre)}", comment=f"1 for {genre}, else 0", unit="0/1", block="genres")
        for genre in GENRES
    ),
    *(
        Feature(name=f"language_{feature_slug(name)}", comment=f"1 where {name} is the main language, else 0",
                unit="0/1", block="language")
        for name in LANGUAGES
    ),
    *(feature for role in ROLES for feature in _people_features(role)),
    Feature(
        name="team_effect_mean",
        comment="Mean of the shrunken effects over directors, writers and cast together",
        unit="rating points over the as-of baseline",
        block="team",
    ),
    Feature(
        name="team_effect_pooled",
        comment="Effect of the whole team, every earlier film weighing alike",
        unit="rating points over the as-of baseline",
        block="team",
    ),
)  # fmt: skip
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)

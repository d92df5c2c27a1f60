"""What is known of people before a film: one value each, made once for the featurizer and for scenario search.

How the values of a film's people become its features is declared beside them; the featurizer puts many different drafts
together at once (`Fact.of_drafts`), the search the combinations of few people (`kernel.py`).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from imdb_assets.rating_model.features.credit_arrays import Credits
from imdb_assets.rating_model.features.history_table import (
    KIND_CODES,
    ROLE_CODES,
    HistoryTable,
    States,
    coded,
    hashed,
    shrunken,
)
from imdb_assets.vocabulary.effect_estimation import EFFECT_DECAY_YEARS
from imdb_assets.vocabulary.features import FEATURES

_RATING_PRIOR_FILMS, _RATING_PRIOR = 2.0, 6.2
NEUTRAL = {feature.name: feature.neutral for feature in FEATURES}
"""What stands in for an absent fact, by feature."""


class Aggregation(IntEnum):
    """How the values of a film's people in a role become one feature."""

    MEAN = 0
    HIGHEST = 1
    LOWEST = 2
    BILLED = 3


@dataclass(frozen=True)
class Fact:
    """A feature of a role: each person's value, where it is known, and how a film's people are put together."""

    feature: str
    how: Aggregation
    numbers: np.ndarray
    known: np.ndarray

    @property
    def absent(self) -> float:
        """The feature of a film of whose people nothing is known."""
        return NEUTRAL[self.feature]

    def of_drafts(self, credits: Credits) -> np.ndarray:
        """The feature per draft; `credits` are those that the values belong to."""
        match self.how:
            case Aggregation.MEAN:
                return credits.mean(self.numbers, self.known, self.absent)
            case Aggregation.HIGHEST:
                return credits.highest(self.numbers, self.known, self.absent)
            case Aggregation.LOWEST:
                return credits.lowest(self.numbers, self.known, self.absent)
            case Aggregation.BILLED:
                total, weight = credits.sum(self.numbers / credits.billing), credits.sum(1.0 / credits.billing)
                return np.where(weight > 0, total / np.maximum(weight, 1.0), self.absent)


def role_facts(
    role: str, persons: np.ndarray, years: np.ndarray, *, people: HistoryTable, outside: HistoryTable
) -> list[Fact]:
    """What is known of people as the directors, writers or cast of films of a year.

    :param persons: numbers, as `person_numbers` gives them.
    :param years: release years, as long as `persons`.
    """
    in_role = people.as_of(coded(persons, ROLE_CODES[role]), years)
    anywhere = people.as_of(coded(persons, ROLE_CODES["all"]), years)
    everyone = np.ones(len(persons), bool)

    effect = in_role.effect()
    films = in_role.take("n_films")
    rating = (films * in_role.take("mean_rating") + _RATING_PRIOR_FILMS * _RATING_PRIOR) / (films + _RATING_PRIOR_FILMS)
    outside_effect, has_outside = _outside_effect(persons, years, outside)
    rows = [
        ("effect_mean", Aggregation.MEAN, effect, everyone),
        ("decayed_effect_mean", Aggregation.MEAN, in_role.effect("decayed_", fading=_fading(in_role, years)), everyone),
        ("all_effect_mean", Aggregation.MEAN, anywhere.effect(), everyone),
        ("last_effect_mean", Aggregation.MEAN, in_role.effect("last_"), everyone),
        ("rating_mean", Aggregation.MEAN, rating, everyone),
        ("last_rating_mean", Aggregation.MEAN, anywhere.take("last_year_rating"), anywhere.known),
        ("baseline_mean", Aggregation.MEAN, anywhere.take("mean_baseline"), anywhere.known),
        ("log_films_mean", Aggregation.MEAN, np.log1p(films), everyone),
        ("log_votes_mean", Aggregation.MEAN, np.log1p(in_role.take("mean_votes")), in_role.known),
        ("debut_share", Aggregation.MEAN, 1.0 - anywhere.known, everyone),
        ("career_years_mean", Aggregation.MEAN, years - anywhere.take("debut_year"), anywhere.known),
        ("gap_years_mean", Aggregation.MEAN, years - anywhere.take("last_film_year"), anywhere.known),
        ("spread_mean", Aggregation.MEAN, in_role.take("rating_spread"), films > 1),
        ("outside_effect_mean", Aggregation.MEAN, outside_effect, everyone),
        ("outside_share", Aggregation.MEAN, has_outside.astype("float64"), everyone),
        ("effect_max", Aggregation.HIGHEST, effect, everyone),
        (
            "all_decayed_effect_max",
            Aggregation.HIGHEST,
            anywhere.effect("decayed_", fading=_fading(anywhere, years)),
            everyone,
        ),
        ("best_rating_max", Aggregation.HIGHEST, in_role.take("best_rating"), in_role.known),
        ("all_log_votes_max", Aggregation.HIGHEST, np.log1p(anywhere.take("mean_votes")), anywhere.known),
        ("effect_min", Aggregation.LOWEST, effect, everyone),
        ("worst_rating_min", Aggregation.LOWEST, in_role.take("worst_rating"), in_role.known),
    ]
    if role == "cast":
        rows.append(("billed_effect_mean", Aggregation.BILLED, effect, everyone))
    return [Fact(f"{role}_{name}", how, values, known) for name, how, values, known in rows]


def _fading(states: States, years: np.ndarray) -> np.ndarray:
    return np.exp(-(years - states.take("from_year")) / EFFECT_DECAY_YEARS)


def _outside_effect(persons: np.ndarray, years: np.ndarray, outside: HistoryTable) -> tuple[np.ndarray, np.ndarray]:
    total, weight = np.zeros(len(persons)), np.zeros(len(persons))
    for kind in KIND_CODES.values():
        states = outside.as_of(coded(persons, kind), years)
        total += states.take("sum_weighted_effect")
        weight += states.take("sum_weight")
    return shrunken(total, weight), weight > 0


def pair_states(
    directors: np.ndarray, partners: np.ndarray, role: str, years: np.ndarray, pairs: HistoryTable
) -> States:
    """What directors and partners (nconsts) made together before a year; beside himself a person has no partner."""
    texts = directors + "|" + partners + f"|{role}"
    return pairs.as_of(np.where(directors == partners, -1, hashed(texts)), years)


def franchise_states(stems: np.ndarray, nconsts: np.ndarray, years: np.ndarray, franchises: HistoryTable) -> States:
    """What people made of a title stem before a year; of an empty stem nothing is known."""
    return franchises.as_of(np.where(stems != "", hashed(stems.astype(object) + "|" + nconsts), -1), years)

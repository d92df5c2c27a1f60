"""The features of a film's people: one value per person from the histories, and how the values are aggregated.

The featurizer aggregates over many different drafts at once (`RoleFeature.aggregate`), the scenario search over the
combinations of a few people (`scenarios/kernel_inputs.py` and `scenarios/kernel/`). Both use the values and
aggregations declared here.
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
    person_subjects,
    shrunken,
    text_subjects,
)
from imdb_assets.vocabulary.effect_estimation import EFFECT_DECAY_YEARS
from imdb_assets.vocabulary.features import NEUTRAL_VALUES

# The mean rating of a person with few films is shrunk towards 6.2, about IMDb's mean, with the weight of two films.
_RATING_PRIOR_FILMS, _RATING_PRIOR = 2.0, 6.2


class Aggregation(IntEnum):
    """How the values of a film's people in a role become one feature; `BILLED` is a mean weighted by 1 / billing."""

    MEAN = 0
    HIGHEST = 1
    LOWEST = 2
    BILLED = 3


@dataclass(frozen=True)
class RoleFeature:
    """A feature of a role before aggregation.

    Attributes:
        feature: Name of the feature.
        aggregation: How the values of a film's people become the feature.
        per_person: float64, one value per person.
        known: Where the value is known; other values do not count.
    """

    feature: str
    aggregation: Aggregation
    per_person: np.ndarray
    known: np.ndarray

    @property
    def absent(self) -> float:
        """The feature's value for a film without any known value."""
        return NEUTRAL_VALUES[self.feature]

    def aggregate(self, credits: Credits) -> np.ndarray:
        """Return the feature per draft, float64; `credits` has one credit per value."""
        match self.aggregation:
            case Aggregation.MEAN:
                return credits.mean(self.per_person, self.known, self.absent)
            case Aggregation.HIGHEST:
                return credits.highest(self.per_person, self.known, self.absent)
            case Aggregation.LOWEST:
                return credits.lowest(self.per_person, self.known, self.absent)
            case Aggregation.BILLED:
                total, weight = credits.sum(self.per_person / credits.billing), credits.sum(1.0 / credits.billing)
                return np.where(weight > 0, total / np.maximum(weight, 1.0), self.absent)


def role_features(
    role: str, persons: np.ndarray, years: np.ndarray, *, people: HistoryTable, outside: HistoryTable
) -> list[RoleFeature]:
    """Compute the values of people as the directors, writers or cast of films of given years.

    Args:
        role: One of `ROLES`.
        persons: int64 numbers as returned by `person_numbers`.
        years: int64 release years, as long as `persons`.
        people: The history by person and role.
        outside: The history of people's series, shorts and TV movies.

    Returns:
        The features with the role as prefix.
    """
    in_role = people.as_of(person_subjects(persons, ROLE_CODES[role]), years)
    any_role = people.as_of(person_subjects(persons, ROLE_CODES["all"]), years)
    everyone = np.ones(len(persons), bool)

    effect = in_role.effect()
    films = in_role.take("n_films")
    rating = (films * in_role.take("mean_rating") + _RATING_PRIOR_FILMS * _RATING_PRIOR) / (films + _RATING_PRIOR_FILMS)
    decayed_effect = in_role.effect("decayed_", decay=_decay(in_role, years))
    all_decayed_effect = any_role.effect("decayed_", decay=_decay(any_role, years))
    outside_effect, has_outside = _outside_effect(persons, years, outside)
    rows = [
        ("effect_mean", Aggregation.MEAN, effect, everyone),
        ("decayed_effect_mean", Aggregation.MEAN, decayed_effect, everyone),
        ("all_effect_mean", Aggregation.MEAN, any_role.effect(), everyone),
        ("last_effect_mean", Aggregation.MEAN, in_role.effect("last_"), everyone),
        ("rating_mean", Aggregation.MEAN, rating, everyone),
        ("last_rating_mean", Aggregation.MEAN, any_role.take("last_year_rating"), any_role.known),
        ("baseline_mean", Aggregation.MEAN, any_role.take("mean_baseline"), any_role.known),
        ("log_films_mean", Aggregation.MEAN, np.log1p(films), everyone),
        ("log_votes_mean", Aggregation.MEAN, np.log1p(in_role.take("mean_votes")), in_role.known),
        ("debut_share", Aggregation.MEAN, 1.0 - any_role.known, everyone),
        ("career_years_mean", Aggregation.MEAN, years - any_role.take("debut_year"), any_role.known),
        ("gap_years_mean", Aggregation.MEAN, years - any_role.take("last_film_year"), any_role.known),
        ("spread_mean", Aggregation.MEAN, in_role.take("rating_spread"), films > 1),
        ("outside_effect_mean", Aggregation.MEAN, outside_effect, everyone),
        ("outside_share", Aggregation.MEAN, has_outside.astype("float64"), everyone),
        ("effect_max", Aggregation.HIGHEST, effect, everyone),
        ("all_decayed_effect_max", Aggregation.HIGHEST, all_decayed_effect, everyone),
        ("best_rating_max", Aggregation.HIGHEST, in_role.take("best_rating"), in_role.known),
        ("all_log_votes_max", Aggregation.HIGHEST, np.log1p(any_role.take("mean_votes")), any_role.known),
        ("effect_min", Aggregation.LOWEST, effect, everyone),
        ("worst_rating_min", Aggregation.LOWEST, in_role.take("worst_rating"), in_role.known),
    ]
    if role == "cast":
        rows.append(("billed_effect_mean", Aggregation.BILLED, effect, everyone))
    return [RoleFeature(f"{role}_{name}", aggregation, values, known) for name, aggregation, values, known in rows]


def _decay(states: States, years: np.ndarray) -> np.ndarray:
    """Return the factor by which decayed sums, which refer to `from_year`, have decayed until the release year."""
    return np.exp(-(years - states.take("from_year")) / EFFECT_DECAY_YEARS)


def _outside_effect(persons: np.ndarray, years: np.ndarray, outside: HistoryTable) -> tuple[np.ndarray, np.ndarray]:
    total, weight = np.zeros(len(persons)), np.zeros(len(persons))
    for kind in KIND_CODES.values():
        states = outside.as_of(person_subjects(persons, kind), years)
        total += states.take("sum_weighted_effect")
        weight += states.take("sum_weight")
    return shrunken(total, weight), weight > 0


def pair_states(
    directors: np.ndarray, partners: np.ndarray, role: str, years: np.ndarray, pairs: HistoryTable
) -> States:
    """Look up the films that directors and partners made together before a year.

    Args:
        directors: Ids (nconst), object.
        partners: Ids, as long as `directors`; equal ids have no state.
        role: The partners' role, `writer` or `cast`.
        years: int64 release years, as long as `directors`.
        pairs: The history by pair.

    Returns:
        The states of the pairs.
    """
    texts = directors + "|" + partners + f"|{role}"
    return pairs.as_of(np.where(directors == partners, -1, text_subjects(texts)), years)


def franchise_states(stems: np.ndarray, nconsts: np.ndarray, years: np.ndarray, franchises: HistoryTable) -> States:
    """Look up the films with a title stem that people made before a year.

    Args:
        stems: Title stems; an empty stem has no state.
        nconsts: Ids, object, as long as `stems`.
        years: int64 release years, as long as `stems`.
        franchises: The history by title stem and person.

    Returns:
        The states of stem and person.
    """
    return franchises.as_of(np.where(stems != "", text_subjects(stems.astype(object) + "|" + nconsts), -1), years)

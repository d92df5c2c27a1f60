"""What the history knows of a search's people, as the tables that the compiled kernel reads."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.history_table import (
    GENRE_CODES,
    ROLE_CODES,
    States,
    person_numbers,
    person_subjects,
)
from imdb_assets.rating_model.features.person_features import NEUTRAL, franchise_states, pair_states, role_features
from imdb_assets.rating_model.scenarios.kernel import Limits, Pairs, Role, Team
from imdb_assets.rating_model.scenarios.space import Space
from imdb_assets.vocabulary.effects import EFFECT_SHRINKAGE
from imdb_assets.vocabulary.roles import PAIRED_CAST, ROLE_LISTS
from imdb_assets.vocabulary.title_stems import title_stem

TEAM_FEATURES = (
    "team_effect_mean", "team_effect_pooled", "team_all_effect_pooled", "team_log_weight", "team_genre_effect_mean",
    "team_genre_effect_max", "team_genre_effect_pooled", "team_genre_share", "franchise_effect",
    "franchise_last_rating", "franchise_log_films",
)  # fmt: skip
"""In the order in which the kernel makes them."""
PAIR_FEATURES = {
    "writer": ("writer_pair_effect_mean", "writer_pair_films_max", "director_writes"),
    "cast": ("cast_pair_effect_mean", "cast_pair_films_max", None),
}
_MOST_PARTNERS = {"writer": BILLED_CAST, "cast": PAIRED_CAST}
_NO_LIMIT = 1 << 30


@dataclass(frozen=True)
class Tables:
    """What the kernel reads of people, for the films of one year and one set of genres."""

    roles: tuple[Role, Role, Role]
    pairs: tuple[Pairs, Pairs]
    team: Team
    limits: Limits


class KernelInputs:
    """The people of a space in the history; `ranges` collects between what values their features lie."""

    def __init__(self, space: Space, history: History, names: list[str]) -> None:
        """Number the people of all roles, each once.

        :param names: the trees' features; others are left out.
        """
        self._space, self._history = space, history
        self._features = {name: place for place, name in enumerate(names)}
        self._ids = list(dict.fromkeys(person for people in space.people.values() for person in people))
        self._numbers = person_numbers(pd.Series(self._ids, dtype="object"))
        self._place = {person: place for place, person in enumerate(self._ids)}
        self._stem = title_stem(space.draft.title) or "" if space.draft.title else ""
        self.ranges: dict[str, tuple[float, float]] = {}

    def of_year(self, year: int) -> Mapping[tuple[str, ...], Tables]:
        """The tables of each set of genres, for films of a year."""
        roles = {role: self._role(role, year) for role in ROLE_LISTS}
        pairs = (self._pairs("writer", year), self._pairs("cast", year))
        years = np.full(len(self._ids), year, "int64")
        anywhere = self._history.people.as_of(person_subjects(self._numbers, ROLE_CODES["all"]), years)
        limits = self._limits(anywhere)
        franchise = self._franchise(years)
        self._note_sums(roles, anywhere)
        return {
            genres: Tables(
                (roles["director"], roles["writer"], roles["cast"]), pairs,
                Team(
                    sums=_columns(anywhere.take("sum_weighted_effect"), anywhere.take("sum_weight")),
                    genres=self._genres(genres, year),
                    franchise=franchise,
                    absent=np.array([NEUTRAL[name] for name in TEAM_FEATURES]),
                    features=self._numbers_of(TEAM_FEATURES),
                    shrinkage=EFFECT_SHRINKAGE,
                    franchise_cast=PAIRED_CAST,
                ),
                limits,
            )
            for genres in self._space.facts["genres"]
        }  # fmt: skip

    def _role(self, role: str, year: int) -> Role:
        people = self._space.people[ROLE_LISTS[role]]
        places = np.array([self._place[person] for person in people], dtype="int32")
        numbers, years = self._numbers[places], np.full(len(people), year, "int64")
        facts = role_features(role, numbers, years, people=self._history.people, outside=self._history.outside)
        for fact in facts:
            self._note(fact.feature, fact.per_person[fact.known], fact.absent)
        states = self._history.people.as_of(person_subjects(numbers, ROLE_CODES[role]), years)
        return Role(
            choices=np.zeros((1, 0), dtype="int32"),
            persons=places,
            values=_columns(*(fact.per_person for fact in facts)),
            known=np.ascontiguousarray(np.column_stack([fact.known for fact in facts])),
            how=np.array([fact.aggregation for fact in facts], dtype="int8"),
            absent=np.array([fact.absent for fact in facts]),
            features=self._numbers_of([fact.feature for fact in facts]),
            sums=_columns(states.take("sum_weighted_effect"), states.take("sum_weight"), states.effect()),
        )

    def _pairs(self, role: str, year: int) -> Pairs:
        directors, partners = (
            np.array(self._space.people[name], dtype=object) for name in ("directors", ROLE_LISTS[role])
        )
        shape = (len(directors), len(partners))
        one, other = np.repeat(directors, len(partners)), np.tile(partners, len(directors))
        states = pair_states(one, other, role, np.full(len(one), year, "int64"), self._history.pairs)
        effect, films = states.effect(), np.log1p(states.take("n_films"))
        names = PAIR_FEATURES[role]
        absent = (NEUTRAL[names[0]], 0.0, NEUTRAL[names[2]] if names[2] else 0.0)
        for name, values, neutral in zip(names, (effect, films, np.array([0.0, 1.0])), absent, strict=True):
            if name:
                self._note(name, values, neutral)
        return Pairs(
            effect=effect.reshape(shape),
            log_films=films.reshape(shape),
            is_self=(one == other).astype(bool).reshape(shape),
            absent=np.array(absent),
            features=self._numbers_of(names),
            most=_MOST_PARTNERS[role],
        )

    def _genres(self, genres: tuple[str, ...], year: int) -> np.ndarray:
        codes = np.array([GENRE_CODES.get(genre, -1) for genre in dict.fromkeys(genres)], dtype="int64")
        persons = np.repeat(self._numbers, len(codes))
        states = self._history.genres.as_of(
            person_subjects(persons, np.tile(codes, len(self._numbers))), np.full(len(persons), year, "int64")
        )
        total, weight, effect = states.take("sum_weighted_effect"), states.take("sum_weight"), states.effect()
        for name in ("team_genre_effect_mean", "team_genre_effect_max"):
            self._note(name, effect, NEUTRAL[name])
        self._note("team_genre_effect_pooled", _raw(total, weight), 0.0)
        self._note("team_genre_share", np.array([0.0, 1.0]), NEUTRAL["team_genre_share"])
        return _columns(effect, total, weight, states.known.astype("float64")).reshape(len(self._ids), len(codes), 4)

    def _franchise(self, years: np.ndarray) -> np.ndarray:
        stems = np.full(len(self._ids), self._stem, dtype=object)
        states = franchise_states(stems, np.array(self._ids, dtype=object), years, self._history.franchises)
        films, log_films = states.take("n_films", absent=-1.0), np.log1p(states.take("n_films"))
        effect, last = states.effect(), states.take("last_year_rating")
        for name, values in zip(TEAM_FEATURES[-3:], (effect, last, log_films), strict=True):
            self._note(name, values[states.known], NEUTRAL[name])
        return _columns(films, log_films, effect, last)

    def _limits(self, anywhere: States) -> Limits:
        groups = self._space.groups
        members = [
            ~anywhere.known
            if group.people is None
            else np.array([person in group.people for person in self._ids], bool)
            for group in groups
        ]
        return Limits(
            members=np.array(members, dtype="int64").reshape(len(groups), len(self._ids)).T.copy(),
            least=np.array([group.least for group in groups], dtype="int64"),
            most=np.array([group.most for group in groups], dtype="int64"),
        )

    def _note_sums(self, roles: Mapping[str, Role], anywhere: States) -> None:
        sums = np.vstack([role.sums for role in roles.values()])
        self._note("team_effect_mean", sums[:, 2], 0.0)
        self._note("team_effect_pooled", _raw(sums[:, 0], sums[:, 1]), 0.0)
        weight = anywhere.take("sum_weight")
        self._note("team_all_effect_pooled", _raw(anywhere.take("sum_weighted_effect"), weight), 0.0)
        self._note("team_log_weight", np.log1p(weight), NEUTRAL["team_log_weight"])

    def _note(self, feature: str, values: np.ndarray, absent: float) -> None:
        """Keep between what values a feature lies that is a mean, an extreme or a pooled value of these."""
        low, high = self.ranges.get(feature, (absent, absent))
        low, high = values.min(initial=low), values.max(initial=high)
        # A mean of equal values may miss them by its last bit.
        self.ranges[feature] = (low - 1e-9 * (1 + abs(low)), high + 1e-9 * (1 + abs(high)))

    def _numbers_of(self, names: tuple[str | None, ...] | list[str]) -> np.ndarray:
        return np.array([self._features.get(name, -1) if name else -1 for name in names], dtype="int32")


def _raw(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.divide(total, weight, out=np.zeros(len(total)), where=weight > 0)


def _columns(*values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.column_stack(values), dtype="float64")

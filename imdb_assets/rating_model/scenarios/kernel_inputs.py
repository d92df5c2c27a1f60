"""History of a search's people, as the arrays that the compiled kernel reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

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
from imdb_assets.rating_model.features.person_features import franchise_states, pair_states, role_features
from imdb_assets.rating_model.scenarios.kernel.arrays import GroupLimits, PairArrays, RoleArrays, TeamArrays
from imdb_assets.rating_model.scenarios.kernel.columns import (
    CREDIT_SUM_EFFECT,
    CREDIT_SUM_WEIGHT,
    CREDIT_SUM_WEIGHTED_EFFECT,
    TEAM_FEATURES,
)
from imdb_assets.rating_model.scenarios.space import Space
from imdb_assets.vocabulary.effect_estimation import EFFECT_SHRINKAGE
from imdb_assets.vocabulary.features import NEUTRAL_VALUES
from imdb_assets.vocabulary.roles import PAIRED_CAST, ROLE_LISTS
from imdb_assets.vocabulary.title_stems import title_stem

PAIR_FEATURES = {
    "writer": ("writer_pair_effect_mean", "writer_pair_films_max", "director_writes"),
    "cast": ("cast_pair_effect_mean", "cast_pair_films_max", None),
}
"""Names of the features of directors with each partner role, in the order of `PairFeature`; None for no feature."""
_MAX_PARTNERS = {"writer": BILLED_CAST, "cast": PAIRED_CAST}
# The mean of equal values may differ from them in its last bits.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class PeopleArrays:
    """The kernel's arrays for the films of one release year and one list of genres.

    Attributes:
        roles: Directors, writers and cast.
        pairs: Directors with writers, directors with the cast.
        team: All people, each once.
        limits: The constraints.
        are_writers_last: Whether writers and cast have exchanged their places.
    """

    roles: tuple[RoleArrays, RoleArrays, RoleArrays]
    pairs: tuple[PairArrays, PairArrays]
    team: TeamArrays
    limits: GroupLimits
    are_writers_last: bool = False

    def with_choices(self, choices: Iterable[np.ndarray]) -> "PeopleArrays":
        """Return the arrays with choices of directors, writers and cast, each int32 (n_choices, size)."""
        directors, writers, cast = choices
        parts = (directors, cast, writers) if self.are_writers_last else (directors, writers, cast)
        first, second, last = (role._replace(choices=part) for role, part in zip(self.roles, parts, strict=True))
        return replace(self, roles=(first, second, last))

    def with_writers_last(self) -> "PeopleArrays":
        """Return the arrays with writers and cast exchanged, for films without cast.

        The kernel is fastest where the last role has many choices.
        """
        directors, writers, cast = self.roles
        # The limit holds for the cast alone: every writer counts for the franchise.
        team = self.team._replace(franchise_cast=len(writers.persons))
        return replace(self, roles=(directors, cast, writers), pairs=self.pairs[::-1], team=team, are_writers_last=True)


class KernelInputs:
    """Looks up the people of a space in the history.

    Attributes:
        ranges: Lowest and highest value that each feature of people can have in the years looked up so far, by feature
            name.
    """

    def __init__(self, space: Space, history: History, feature_names: list[str]) -> None:
        """Number the people of all roles, each once.

        Args:
            space: The search's candidates, facts and constraints.
            history: The history of the model.
            feature_names: Names of the trees' features, in their order. Other features are omitted.
        """
        self._space, self._history = space, history
        self._feature_numbers = {name: number for number, name in enumerate(feature_names)}
        self._ids = list(dict.fromkeys(person for people in space.people.values() for person in people))
        self._person_numbers = person_numbers(pd.Series(self._ids, dtype="object"))
        self._row_of_id = {person: row for row, person in enumerate(self._ids)}
        self._stem = title_stem(space.draft.title) or "" if space.draft.title else ""
        self.ranges: dict[str, tuple[float, float]] = {}

    def for_year(self, year: int) -> Mapping[tuple[str, ...], PeopleArrays]:
        """Look up all people as of a release year, and extend `ranges`.

        Args:
            year: Release year of the films.

        Returns:
            The kernel's arrays by list of genres, in the space's order.
        """
        roles = {role: self._role(role, year) for role in ROLE_LISTS}
        pairs = (self._pairs("writer", year), self._pairs("cast", year))
        years = np.full(len(self._ids), year, "int64")
        any_role = self._history.people.as_of(person_subjects(self._person_numbers, ROLE_CODES["all"]), years)
        limits = self._limits(any_role)
        franchise = self._franchise(years)
        self._add_team_ranges(roles, any_role)
        return {
            genres: PeopleArrays(
                (roles["director"], roles["writer"], roles["cast"]),
                pairs,
                TeamArrays(
                    person_sums=_columns(any_role.take("sum_weighted_effect"), any_role.take("sum_weight")),
                    genres=self._genres(genres, year),
                    franchise=franchise,
                    neutral=np.array([NEUTRAL_VALUES[name] for name in TEAM_FEATURES]),
                    features=self._numbers(TEAM_FEATURES),
                    shrinkage=EFFECT_SHRINKAGE,
                    franchise_cast=PAIRED_CAST,
                ),
                limits,
            )
            for genres in self._space.facts["genres"]
        }

    def _role(self, role: str, year: int) -> RoleArrays:
        people = self._space.people[ROLE_LISTS[role]]
        rows = np.array([self._row_of_id[person] for person in people], dtype="int32")
        numbers, years = self._person_numbers[rows], np.full(len(people), year, "int64")
        facts = role_features(role, numbers, years, people=self._history.people, outside=self._history.outside)
        for fact in facts:
            self._add_range(fact.feature, fact.per_person[fact.known], fact.absent)
        states = self._history.people.as_of(person_subjects(numbers, ROLE_CODES[role]), years)
        return RoleArrays(
            choices=np.zeros((1, 0), dtype="int32"),
            persons=rows,
            values=_columns(*(fact.per_person for fact in facts)),
            is_known=np.ascontiguousarray(np.column_stack([fact.known for fact in facts])),
            aggregation=np.array([fact.aggregation for fact in facts], dtype="int8"),
            neutral=np.array([fact.absent for fact in facts]),
            features=self._numbers([fact.feature for fact in facts]),
            credit_sums=_columns(states.take("sum_weighted_effect"), states.take("sum_weight"), states.effect()),
        )

    def _pairs(self, role: str, year: int) -> PairArrays:
        directors, partners = (
            np.array(self._space.people[name], dtype=object) for name in ("directors", ROLE_LISTS[role])
        )
        shape = (len(directors), len(partners))
        first, second = np.repeat(directors, len(partners)), np.tile(partners, len(directors))
        states = pair_states(first, second, role, np.full(len(first), year, "int64"), self._history.pairs)
        effect, log_films = states.effect(), np.log1p(states.take("n_films"))
        names = PAIR_FEATURES[role]
        neutral = (NEUTRAL_VALUES[names[0]], 0.0, NEUTRAL_VALUES[names[2]] if names[2] else 0.0)
        for name, values, without in zip(names, (effect, log_films, np.array([0.0, 1.0])), neutral, strict=True):
            if name:
                self._add_range(name, values, without)
        return PairArrays(
            effect=effect.reshape(shape),
            log_films=log_films.reshape(shape),
            is_self=(first == second).astype(bool).reshape(shape),
            neutral=np.array(neutral),
            features=self._numbers(names),
            max_partners=_MAX_PARTNERS[role],
        )

    def _genres(self, genres: tuple[str, ...], year: int) -> np.ndarray:
        codes = np.array([GENRE_CODES.get(genre, -1) for genre in dict.fromkeys(genres)], dtype="int64")
        persons = np.repeat(self._person_numbers, len(codes))
        states = self._history.genres.as_of(
            person_subjects(persons, np.tile(codes, len(self._ids))), np.full(len(persons), year, "int64")
        )
        total, weight, effect = states.take("sum_weighted_effect"), states.take("sum_weight"), states.effect()
        for name in ("team_genre_effect_mean", "team_genre_effect_max"):
            self._add_range(name, effect, NEUTRAL_VALUES[name])
        self._add_range("team_genre_effect_pooled", _means(total, weight), 0.0)
        self._add_range("team_genre_share", np.array([0.0, 1.0]), NEUTRAL_VALUES["team_genre_share"])
        return _columns(effect, total, weight, states.known.astype("float64")).reshape(len(self._ids), len(codes), 4)

    def _franchise(self, years: np.ndarray) -> np.ndarray:
        stems = np.full(len(self._ids), self._stem, dtype=object)
        states = franchise_states(stems, np.array(self._ids, dtype=object), years, self._history.franchises)
        n_films, log_films = states.take("n_films", absent=-1.0), np.log1p(states.take("n_films"))
        effect, last_rating = states.effect(), states.take("last_year_rating")
        features = {
            "franchise_effect": effect,
            "franchise_last_rating": last_rating,
            "franchise_log_films": log_films,
        }
        for name, values in features.items():
            self._add_range(name, values[states.known], NEUTRAL_VALUES[name])
        return _columns(n_films, log_films, effect, last_rating)

    def _limits(self, any_role: States) -> GroupLimits:
        groups = self._space.groups
        members = [
            ~any_role.known
            if group.people is None
            else np.array([person in group.people for person in self._ids], bool)
            for group in groups
        ]
        return GroupLimits(
            members=np.array(members, dtype="int64").reshape(len(groups), len(self._ids)).T.copy(),
            least=np.array([group.least for group in groups], dtype="int64"),
            most=np.array([group.most for group in groups], dtype="int64"),
        )

    def _add_team_ranges(self, roles: Mapping[str, RoleArrays], any_role: States) -> None:
        sums = np.vstack([role.credit_sums for role in roles.values()])
        weighted_effect, weight = sums[:, CREDIT_SUM_WEIGHTED_EFFECT], sums[:, CREDIT_SUM_WEIGHT]
        self._add_range("team_effect_mean", sums[:, CREDIT_SUM_EFFECT], 0.0)
        self._add_range("team_effect_pooled", _means(weighted_effect, weight), 0.0)
        weighted_effect, weight = any_role.take("sum_weighted_effect"), any_role.take("sum_weight")
        self._add_range("team_all_effect_pooled", _means(weighted_effect, weight), 0.0)
        self._add_range("team_log_weight", np.log1p(weight), NEUTRAL_VALUES["team_log_weight"])

    def _add_range(self, feature: str, values: np.ndarray, neutral: float) -> None:
        """Extend the range of a feature that is a mean, an extreme or a pooled mean of these values, or neutral."""
        low, high = self.ranges.get(feature, (neutral, neutral))
        low, high = values.min(initial=low), values.max(initial=high)
        self.ranges[feature] = (low - _ROUNDING * (1 + abs(low)), high + _ROUNDING * (1 + abs(high)))

    def _numbers(self, names: tuple[str | None, ...] | list[str]) -> np.ndarray:
        return np.array([self._feature_numbers.get(name, -1) if name else -1 for name in names], dtype="int32")


def _means(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.divide(total, weight, out=np.zeros(len(total)), where=weight > 0)


def _columns(*values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.column_stack(values), dtype="float64")

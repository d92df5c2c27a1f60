"""People's skills, and the facts of titles: genres, languages, plots, hidden quality, popularity and ratings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Flags, Floats, IndexedRandom, Integers, generator
from imdb_assets.sample_world.industry import (
    EMPTY,
    EPISODE,
    FIRST_YEAR,
    MINI_SERIES,
    MOVIE,
    SERIES,
    SHORT,
    SNAPSHOT_YEAR,
    TV_MOVIE,
    VIDEO,
    Titles,
)
from imdb_assets.sample_world.teams import Teams
from imdb_assets.sample_world.words import GENRES, LANGUAGES, PLOT_WORDS

# Spread of one person's effect on the quality, in rating points, and the weights of the billing positions.
SKILL_SPREAD = {"director": 0.55, "writer": 0.35, "cast": 0.2}
BILLING_WEIGHTS = np.array([0.9, 0.7, 0.5, 0.3, 0.1, 0.1], np.float32)
# Variance of a rating's noise: a constant part, and a part that is divided by the number of votes.
NOISE_VARIANCE, VOTE_VARIANCE = 0.36, 4.5
MIN_VOTES = 5
KIND_EFFECT = {SHORT: 0.4, TV_MOVIE: -0.1, SERIES: 0.6, MINI_SERIES: 0.8, VIDEO: -0.4, EPISODE: 0.0, MOVIE: 0.0}
KIND_MINUTES = {SHORT: 14, TV_MOVIE: 90, SERIES: 42, MINI_SERIES: 50, VIDEO: 75, EPISODE: 42, MOVIE: 100}
ADULT, DOCUMENTARY, SHORT_GENRE = (list(GENRES).index(name) for name in ("Adult", "Documentary", "Short"))


@dataclass(frozen=True)
class People:
    """Hidden skills, which drift over a career, and preferences.

    Attributes:
        skill: Mean skill by role, in rating points. Shape (people,).
        swing: Amplitude of the drift by role, in rating points. Shape (people,).
        phase: Phase of the drift, in radians. Shape (people,).
        genre: Index of the preferred genre. Shape (people,).
        language: Index of the language. Shape (people,).
    """

    skill: dict[str, NDArray[np.float32]]
    swing: dict[str, NDArray[np.float32]]
    phase: NDArray[np.float32]
    genre: NDArray[np.int8]
    language: NDArray[np.int8]

    def skill_in(self, role: str, person: Integers, year: Floats) -> Floats:
        """Return people's skill in a role in given years, in rating points; 0 for `EMPTY`."""
        angle = (year - FIRST_YEAR) / np.float32(7) + self.phase[person]
        return np.where(person == EMPTY, 0, self.skill[role][person] + self.swing[role][person] * np.sin(angle))


@dataclass(frozen=True)
class TitleFacts:
    """Facts of the titles. Arrays without another shape have the shape (titles,).

    Attributes:
        genres: Indexes of up to three genres, padded with `EMPTY`. Shape (titles, 3).
        language: Index of the language.
        is_adult: Whether the title is adult.
        minutes: Running time in minutes.
        plot: Index of the word in each slot of the plot. Shape (titles, slots).
        people_effect: The team's part of the quality, in rating points.
        quality: Expected rating, in rating points.
        log_votes: Natural logarithm of the expected votes.
        tenths: Rating in tenths of a point; 0 if the title is not rated.
        votes: Number of votes; 0 if the title is not rated.
    """

    genres: NDArray[np.int8]
    language: NDArray[np.int8]
    is_adult: Flags
    minutes: NDArray[np.int32]
    plot: NDArray[np.int8]
    people_effect: NDArray[np.float32]
    quality: NDArray[np.float32]
    log_votes: NDArray[np.float32]
    tenths: NDArray[np.int16]
    votes: NDArray[np.int32]


def make_people(teams: Teams, seed: int) -> People:
    """Return skills and preferences. A person's skills share a common part, the talent."""
    rng = generator(seed, "people")
    n = teams.n_people
    skill, swing = {}, {}
    for role, spread in SKILL_SPREAD.items():
        own = rng.standard_normal(n, np.float32)
        skill[role] = np.float32(0.92 * spread) * (np.float32(0.75) * teams.talent + np.float32(0.66) * own)
        swing[role] = np.float32(0.55 * spread) * np.sign(own)
    phase = (rng.random(n, np.float32) * np.float32(2 * np.pi)).astype(np.float32)
    shares = np.array([share for share, _ in GENRES.values()])
    genre = rng.choice(len(GENRES), n, p=shares / shares.sum()).astype(np.int8)
    language = rng.choice(len(LANGUAGES), n, p=[language[3] for language in LANGUAGES.values()]).astype(np.int8)
    return People(skill, swing, phase, genre, language)


def make_facts(titles: Titles, teams: Teams, people: People, seed: int) -> TitleFacts:
    """Return the facts, quality, popularity and rating of each title."""
    rng = generator(seed, "facts")
    n = len(titles)
    director = teams.directors[:, 0]
    is_adult = rng.random(n) < np.where(titles.kind == VIDEO, 0.05, 0.006)
    genres, main = _genres(rng, titles, people.genre[director], is_adult)
    language = np.where(rng.random(n) < 0.9, people.language[director], rng.integers(0, len(LANGUAGES), n)).astype(
        np.int8
    )
    typical_minutes = np.array([KIND_MINUTES[kind] for kind in range(len(KIND_MINUTES))])[titles.kind]
    z = rng.normal(0, 1, n)
    minutes = np.maximum(2, typical_minutes * (1 + 0.17 * z + 0.05 * np.maximum(z, 0) ** 2)).astype(np.int32)
    plot = np.stack([rng.integers(0, len(words), n, np.int8) for words, _ in PLOT_WORDS], axis=1)

    people_effect = _people_effect(titles, teams, people, main, seed).astype(np.float32)
    other_effects = _genre_effect(genres) + np.array([language[4] for language in LANGUAGES.values()])[language]
    other_effects += 0.16 * np.clip(z, -2.5, 2.5) + _plot_effect(plot, seed) - 0.003 * (titles.year - 1995)
    kind_effect = np.array([KIND_EFFECT[kind] for kind in range(len(KIND_EFFECT))])[titles.kind]
    quality = 6.15 + people_effect + kind_effect + other_effects
    quality += _franchise_effect(rng, teams)
    episodes = titles.kind == EPISODE
    quality[episodes] = quality[titles.parent[episodes]] + rng.normal(0.1, 0.25, int(episodes.sum()))
    log_votes = _log_votes(rng, titles, quality, language)
    tenths, votes = _ratings(rng, titles, quality, log_votes)
    return TitleFacts(
        genres,
        language,
        is_adult,
        minutes,
        plot,
        people_effect,
        quality.astype(np.float32),
        log_votes.astype(np.float32),
        tenths,
        votes,
    )


def _genres(
    rng: np.random.Generator, titles: Titles, preferred: Integers, is_adult: Flags
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    n = len(titles)
    shares = np.array([share for share, _ in GENRES.values()])
    drawn = rng.choice(len(GENRES), (n, 3), p=shares / shares.sum()).astype(np.int8)
    drawn[:, 0] = np.where(rng.random(n) < 0.55, preferred, drawn[:, 0])
    drawn[is_adult, 0] = ADULT
    main = drawn[:, 0].copy()
    second = (rng.random(n) < 0.7) & (drawn[:, 1] != main)
    third = second & (rng.random(n) < 0.5) & (drawn[:, 2] != main) & (drawn[:, 2] != drawn[:, 1])
    drawn[:, 1] = np.where(second, drawn[:, 1], len(GENRES))
    drawn[:, 2] = np.where(third, drawn[:, 2], len(GENRES))
    drawn[titles.kind == SHORT, 2] = SHORT_GENRE
    drawn.sort(axis=1)
    return np.where(drawn == len(GENRES), EMPTY, drawn).astype(np.int8), main


def _genre_effect(genres: Integers) -> Floats:
    effect = np.array([effect for _, effect in GENRES.values()] + [0.0])
    return effect[genres].sum(axis=1) / np.maximum(1, (genres != EMPTY).sum(axis=1))


def _plot_effect(plot: Integers, seed: int) -> Floats:
    rng = generator(seed, "plot words")
    effects = [rng.permutation(np.linspace(-1.7, 1.7, len(words))) * spread for words, spread in PLOT_WORDS]
    return sum((effect[plot[:, slot]] for slot, effect in enumerate(effects)), start=np.zeros(len(plot)))


def _people_effect(titles: Titles, teams: Teams, people: People, main_genre: Integers, seed: int) -> Floats:
    """Return the team's effect in rating points: means of directors and writers, cast by billing, and pair effects."""
    year = titles.year.astype(np.float32)[:, None]
    effect = np.zeros(len(titles))
    for role, team in (("director", teams.directors), ("writer", teams.writers)):
        effect += people.skill_in(role, team, year).sum(axis=1) / np.maximum(1, (team != EMPTY).sum(axis=1))
    effect += (people.skill_in("cast", teams.cast, year) * BILLING_WEIGHTS).sum(axis=1)
    director = teams.directors[:, 0].astype(np.int64)
    pairs = ((main_genre, 0.15), (teams.writers[:, 0], 0.1), (teams.cast[:, 0], 0.1))
    for number, (partner, spread) in enumerate(pairs):
        pair_effect = IndexedRandom(seed).uniform(f"pair {number}", director * teams.n_people + partner) - 0.5
        # A director who also writes or acts is not a pair. The first partner is a genre, not a person.
        effect += (
            np.where(partner == director, 0, spread * np.sqrt(12) * pair_effect)
            if number
            else spread * np.sqrt(12) * pair_effect
        )
    return effect


def _franchise_effect(rng: np.random.Generator, teams: Teams) -> Floats:
    brand = rng.normal(0, 0.35, len(teams.stem))
    is_franchise = np.bincount(teams.stem, minlength=len(teams.stem))[teams.stem] > 1
    return np.where(is_franchise, brand[teams.stem] - 0.12 * (teams.part - 1), 0)


def _log_votes(rng: np.random.Generator, titles: Titles, quality: Floats, language: Integers) -> Floats:
    """Return the log-normal popularity. It is higher for better, English and recent titles."""
    log_votes = 5.7 + 0.55 * (quality - 6.2) + 0.6 * (language == 0) + 0.012 * (titles.year - 1995)
    log_votes += np.where(titles.kind == MOVIE, 0, -1.3) + rng.normal(0, 1.95, len(titles))
    log_votes -= 2.5 * (titles.year == SNAPSHOT_YEAR)
    return np.minimum(log_votes, 14.9)


def _ratings(
    rng: np.random.Generator, titles: Titles, quality: Floats, log_votes: Floats
) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """Return ratings in tenths and votes, both 0 for unrated titles. Ratings with few votes are noisier."""
    n = len(titles)
    votes = np.maximum(MIN_VOTES, np.exp(log_votes)).astype(np.int32)
    probability = 1 / (1 + np.exp(-(log_votes - np.where(titles.kind == MOVIE, 3.0, 4.6)) / 0.9))
    is_rated = (titles.year <= SNAPSHOT_YEAR) & (rng.random(n) < probability) & (log_votes > np.log(MIN_VOTES))
    noise = rng.normal(0, 1, n) * np.sqrt(NOISE_VARIANCE + VOTE_VARIANCE / votes)
    tenths = np.clip(np.round((quality + noise) * 10), 10, 100)
    return np.where(is_rated, tenths, 0).astype(np.int16), np.where(is_rated, votes, 0).astype(np.int32)


def is_known(
    random: IndexedRandom, name: str, facts: TitleFacts, rows: Integers, *, half_at: float, width: float
) -> Flags:
    """Return whether IMDb has a fact of each title. The probability increases with the votes.

    Args:
        random: Source of the draws.
        name: Name of the fact.
        facts: Facts of all titles.
        rows: Rows of the titles.
        half_at: Log votes at which half of the titles have the fact.
        width: Log votes over which the odds change by a factor of e.
    """
    probability = 1 / (1 + np.exp(-(facts.log_votes[rows] - half_at) / width))
    return random.uniform(name, rows) < probability

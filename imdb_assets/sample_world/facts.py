"""What the titles are like and how good: skills, genres, languages, plots, hidden quality, popularity, ratings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Flags, Floats, IndexedRandom, Integers, generator
from imdb_assets.sample_world.industry import (
    EPISODE,
    FIRST_YEAR,
    MINI_SERIES,
    MOVIE,
    NOBODY,
    SERIES,
    SHORT,
    SNAPSHOT_YEAR,
    TV_MOVIE,
    VIDEO,
    Teams,
    Titles,
)
from imdb_assets.sample_world.words import GENRES, LANGUAGES, PLOT_WORDS

# Spread of the rating points that one person brings, and the weight of a place in the billing.
SKILL_SPREAD = {"director": 0.55, "writer": 0.35, "cast": 0.2}
BILLING_WEIGHTS = np.array([0.9, 0.7, 0.5, 0.3, 0.1, 0.1], np.float32)
# Noise of a rating: what nobody can know, and what few votes add.
NOISE_VARIANCE, VOTE_VARIANCE = 0.36, 4.5
MIN_VOTES = 5
KIND_EFFECT = {SHORT: 0.4, TV_MOVIE: -0.1, SERIES: 0.6, MINI_SERIES: 0.8, VIDEO: -0.4, EPISODE: 0.0, MOVIE: 0.0}
KIND_MINUTES = {SHORT: 14, TV_MOVIE: 90, SERIES: 42, MINI_SERIES: 50, VIDEO: 75, EPISODE: 42, MOVIE: 100}
ADULT, DOCUMENTARY, SHORT_GENRE = (list(GENRES).index(name) for name in ("Adult", "Documentary", "Short"))


@dataclass(frozen=True)
class People:
    """Hidden skill of each person in each role - it swings slowly over a career - and taste."""

    skill: dict[str, NDArray[np.float32]]
    swing: dict[str, NDArray[np.float32]]
    phase: NDArray[np.float32]
    genre: NDArray[np.int8]
    language: NDArray[np.int8]

    def skill_in(self, role: str, person: Integers, year: Floats) -> Floats:
        """Rating points that people bring to titles of these years; nobody brings none."""
        angle = (year - FIRST_YEAR) / np.float32(7) + self.phase[person]
        return np.where(person == NOBODY, 0, self.skill[role][person] + self.swing[role][person] * np.sin(angle))


@dataclass(frozen=True)
class FrameStatistics:
    """Of each title: what it is like (genre places hold -1 where empty), its quality, and its popularity."""

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
    """Skills with a part that a person has in every role, drifting by a swing."""
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


def make_facts(titles: Titles, teams: Teams, people: People, seed: int) -> FrameStatistics:
    """What each title is like, how good it is, and how it was rated."""
    rng = generator(seed, "facts")
    n = len(titles)
    director = teams.directors[:, 0]
    is_adult = rng.random(n) < np.where(titles.kind == VIDEO, 0.05, 0.006)
    genres, main = _genres(rng, titles, people.genre[director], is_adult)
    language = np.where(rng.random(n) < 0.9, people.language[director], rng.integers(0, len(LANGUAGES), n)).astype(
        np.int8
    )
    typical = np.array([KIND_MINUTES[kind] for kind in range(len(KIND_MINUTES))])[titles.kind]
    z = rng.normal(0, 1, n)
    minutes = np.maximum(2, typical * (1 + 0.17 * z + 0.05 * np.maximum(z, 0) ** 2)).astype(np.int32)
    plot = np.stack([rng.integers(0, len(words), n, np.int8) for words, _ in PLOT_WORDS], axis=1)

    by_people = _people_effect(titles, teams, people, main, seed).astype(np.float32)
    other = _genre_effect(genres) + np.array([language[4] for language in LANGUAGES.values()])[language]
    other += 0.16 * np.clip(z, -2.5, 2.5) + _plot_effect(plot, seed) - 0.003 * (titles.year - 1995)
    quality = 6.15 + by_people + np.array([KIND_EFFECT[kind] for kind in range(len(KIND_EFFECT))])[titles.kind] + other
    quality += _franchise_effect(rng, teams)
    episodes = titles.kind == EPISODE
    quality[episodes] = quality[titles.parent[episodes]] + rng.normal(0.1, 0.25, int(episodes.sum()))
    log_votes = _log_votes(rng, titles, quality, language)
    tenths, votes = _ratings(rng, titles, quality, log_votes)
    return FrameStatistics(
        genres,
        language,
        is_adult,
        minutes,
        plot,
        by_people,
        quality.astype(np.float32),
        log_votes.astype(np.float32),
        tenths,
        votes,
    )


def _genres(
    rng: np.random.Generator, titles: Titles, taste: Integers, is_adult: Flags
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    n = len(titles)
    shares = np.array([share for share, _ in GENRES.values()])
    drawn = rng.choice(len(GENRES), (n, 3), p=shares / shares.sum()).astype(np.int8)
    drawn[:, 0] = np.where(rng.random(n) < 0.55, taste, drawn[:, 0])
    drawn[is_adult, 0] = ADULT
    main = drawn[:, 0].copy()
    second = (rng.random(n) < 0.7) & (drawn[:, 1] != main)
    third = second & (rng.random(n) < 0.5) & (drawn[:, 2] != main) & (drawn[:, 2] != drawn[:, 1])
    drawn[:, 1] = np.where(second, drawn[:, 1], len(GENRES))
    drawn[:, 2] = np.where(third, drawn[:, 2], len(GENRES))
    drawn[titles.kind == SHORT, 2] = SHORT_GENRE
    drawn.sort(axis=1)
    return np.where(drawn == len(GENRES), NOBODY, drawn).astype(np.int8), main


def _genre_effect(genres: Integers) -> Floats:
    effect = np.array([effect for _, effect in GENRES.values()] + [0.0])
    return effect[genres].sum(axis=1) / np.maximum(1, (genres != NOBODY).sum(axis=1))


def _plot_effect(plot: Integers, seed: int) -> Floats:
    rng = generator(seed, "plot words")
    effects = [rng.permutation(np.linspace(-1.7, 1.7, len(words))) * spread for words, spread in PLOT_WORDS]
    return sum((effect[plot[:, place]] for place, effect in enumerate(effects)), start=np.zeros(len(plot)))


def _people_effect(titles: Titles, teams: Teams, people: People, main_genre: Integers, seed: int) -> Floats:
    """What the team brings: directors and writers on average, the cast by billing, pairs that work well together."""
    year = titles.year.astype(np.float32)[:, None]
    effect = np.zeros(len(titles))
    for role, team in (("director", teams.directors), ("writer", teams.writers)):
        effect += people.skill_in(role, team, year).sum(axis=1) / np.maximum(1, (team != NOBODY).sum(axis=1))
    effect += (people.skill_in("cast", teams.cast, year) * BILLING_WEIGHTS).sum(axis=1)
    director = teams.directors[:, 0].astype(np.int64)
    pairs = ((main_genre, 0.15), (teams.writers[:, 0], 0.1), (teams.cast[:, 0], 0.1))
    for place, (partner, spread) in enumerate(pairs):
        together = IndexedRandom(seed).uniform(f"pair {place}", director * teams.n_people + partner) - 0.5
        # A director who writes is no pair.
        effect += (
            np.where(partner == director, 0, spread * np.sqrt(12) * together)
            if place
            else spread * np.sqrt(12) * together
        )
    return effect


def _franchise_effect(rng: np.random.Generator, teams: Teams) -> Floats:
    brand = rng.normal(0, 0.35, len(teams.stem))
    is_franchise = np.bincount(teams.stem, minlength=len(teams.stem))[teams.stem] > 1
    return np.where(is_franchise, brand[teams.stem] - 0.12 * (teams.part - 1), 0)


def _log_votes(rng: np.random.Generator, titles: Titles, quality: Floats, language: Integers) -> Floats:
    """Log-normal popularity: better, English and younger titles are seen more."""
    log_votes = 5.7 + 0.55 * (quality - 6.2) + 0.6 * (language == 0) + 0.012 * (titles.year - 1995)
    log_votes += np.where(titles.kind == MOVIE, 0, -1.3) + rng.normal(0, 1.95, len(titles))
    log_votes -= 2.5 * (titles.year == SNAPSHOT_YEAR)
    return np.minimum(log_votes, 14.9)


def _ratings(
    rng: np.random.Generator, titles: Titles, quality: Floats, log_votes: Floats
) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """Ratings in tenths and votes, both 0 where a title is not rated; few votes make them noisier."""
    n = len(titles)
    votes = np.maximum(MIN_VOTES, np.exp(log_votes)).astype(np.int32)
    chance = 1 / (1 + np.exp(-(log_votes - np.where(titles.kind == MOVIE, 3.0, 4.6)) / 0.9))
    rated = (titles.year <= SNAPSHOT_YEAR) & (rng.random(n) < chance) & (log_votes > np.log(MIN_VOTES))
    noise = rng.normal(0, 1, n) * np.sqrt(NOISE_VARIANCE + VOTE_VARIANCE / votes)
    tenths = np.clip(np.round((quality + noise) * 10), 10, 100)
    return np.where(rated, tenths, 0).astype(np.int16), np.where(rated, votes, 0).astype(np.int32)


def exists(
    dice: IndexedRandom, name: str, facts: FrameStatistics, rows: Integers, *, half_at: float, width: float
) -> Flags:
    """Whether IMDb knows a fact: the more votes, the likelier; half of the titles with `half_at` log votes lack it."""
    chance = 1 / (1 + np.exp(-(facts.log_votes[rows] - half_at) / width))
    return dice.uniform(name, rows) < chance

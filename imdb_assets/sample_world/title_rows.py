"""Rows of the six title datasets, a block of titles at a time, with the traps of the real files."""

import numpy as np

from imdb_assets.sample_world.facts import DOCUMENTARY, exists
from imdb_assets.sample_world.indexed_random import Flags, Integers
from imdb_assets.sample_world.industry import EPISODE, KINDS, MINI_SERIES, NOBODY, SERIES, SNAPSHOT_YEAR
from imdb_assets.sample_world.state import TWIN_ROW, World
from imdb_assets.sample_world.text import (
    Text,
    character_names,
    choose,
    english_titles,
    escape_json,
    foreign_titles,
    join,
    lines,
    lists,
    look_up,
    nconsts,
    numbers,
    tconsts,
)
from imdb_assets.sample_world.words import (
    AKA_ATTRIBUTES,
    AKA_TYPES,
    CHARACTERS,
    GENRES,
    LANGUAGES,
    ORIGINAL_ALPHABET,
    REGION_LANGUAGES,
    REGIONS,
    WRITER_JOBS,
)

MAX_PRINCIPALS = 10
# How rare the odd rows of the real files are; there is one of each, however small the world.
ONE_IN = 20_000
LONGEST_MINUTES = 51_420
REGION_OF_LANGUAGE = tuple(region for _, region, *_ in LANGUAGES.values())


def primary_titles(world: World, rows: Integers) -> Text:
    """The titles that people use, in English."""
    return english_titles(world.dice, world.teams.stem[rows], world.teams.part[rows])


def original_titles(world: World, rows: Integers) -> Text:
    """The titles in the language of the film; the same as the primary ones for most films."""
    titles = primary_titles(world, rows)
    language = world.facts.language[rows]
    translated = world.dice.uniform("translated", rows) < 0.6
    for number, name in enumerate(LANGUAGES):
        own = np.flatnonzero(
            (language == number) & translated & (name != "English") & (world.titles.kind[rows] != EPISODE)
        )
        if len(own):
            tongue = ORIGINAL_ALPHABET.get(name, REGION_OF_LANGUAGE[number])
            index = np.full(len(rows), -1, np.int64)
            index[own] = np.arange(len(own))
            foreign = foreign_titles(world.dice, rows[own], tongue).take(np.maximum(index, 0))
            titles = choose(index >= 0, foreign, titles)
    return titles


def genre_lists(world: World, rows: Integers, separator: str = ",") -> Text:
    """Genres, null where IMDb knows none."""
    genres = world.facts.genres[rows]
    known = exists(world.dice, "genres", world.facts, rows, half_at=-1.5, width=1.2)
    present = (genres != NOBODY) & known[:, None]
    return lists(look_up(list(GENRES), genres[present]), present, separator)


def known_minutes(world: World, rows: Integers) -> tuple[Integers, Flags]:
    """Running times, and whether IMDb knows them; one title runs for five weeks."""
    known = exists(world.dice, "minutes", world.facts, rows, half_at=1.2, width=1.2)
    endless = rows == world.endless_title
    return np.where(endless, LONGEST_MINUTES, world.facts.minutes[rows]), known | endless


def title_basics(world: World, rows: Integers) -> Text:
    """Every title; a few rows stand twice."""
    is_first, rows = rows[0] == 0, rows[world.day.visible[rows]]
    rows = np.repeat(rows, 1 + _twins(world, "basics twins", rows, is_first=is_first))
    kind, year = world.titles.kind[rows], world.titles.year[rows]
    minutes, minutes_known = known_minutes(world, rows)
    end = np.minimum(world.last_episode_year[rows], SNAPSHOT_YEAR)
    ended = np.isin(kind, (SERIES, MINI_SERIES)) & (end < SNAPSHOT_YEAR - 1)
    return lines(
        tconsts(rows),
        look_up(KINDS, kind),
        primary_titles(world, rows),
        original_titles(world, rows),
        numbers(world.facts.is_adult[rows].astype(np.int8)),
        numbers(year, world.dice.uniform("year", rows) > np.where(year >= SNAPSHOT_YEAR, 0.1, 0.002)),
        numbers(np.maximum(end, year), ended),
        numbers(minutes, minutes_known),
        genre_lists(world, rows),
    )


def title_akas(world: World, rows: Integers) -> Text:
    """Names in other regions; the same every day: deleted titles keep theirs, added ones have none yet."""
    rows = rows[world.titles.first_day[rows] == 1]
    count = 2 + np.minimum(world.dice.pick("akas", rows, 5), world.dice.pick("more akas", rows, 5))
    count[world.titles.kind[rows] == EPISODE] = 1
    title = np.repeat(rows, count)
    ordering = np.arange(len(title)) - np.repeat(np.cumsum(count) - count, count) + 1
    is_original = ordering == 1
    key = title * 16 + ordering
    region = (world.dice.pick("region", title, len(REGIONS)) + ordering * 5) % len(REGIONS)
    kept = world.dice.uniform("title kept", key) < 0.35
    name = primary_titles(world, title)
    for number, tongue in enumerate(REGIONS):
        own = (region == number) & ~kept & ~is_original & (tongue not in ("US", "GB", "CA"))
        name = _placed(own, foreign_titles(world.dice, title[own], tongue), name)
    original = original_titles(world, rows).take(np.repeat(np.arange(len(rows)), count))
    language = look_up(REGION_LANGUAGES, region)
    return lines(
        tconsts(title),
        numbers(ordering),
        choose(is_original, original, name),
        choose(is_original, None, look_up(REGIONS, region)),
        choose(is_original | (world.dice.uniform("aka language", key) < 0.6), None, language),
        choose(is_original, "original", look_up(AKA_TYPES, world.dice.pick("types", key, len(AKA_TYPES)))),
        choose(is_original, None, look_up(AKA_ATTRIBUTES, world.dice.pick("attributes", key, len(AKA_ATTRIBUTES)))),
        numbers(is_original.astype(np.int8)),
    )


def _placed(own: Flags, texts: Text, others: Text) -> Text:
    """`texts` in the places that are theirs, `others` elsewhere."""
    if not own.any():
        return others
    return choose(own, texts.take(np.maximum(np.cumsum(own) - 1, 0)), others)


def title_crew(world: World, rows: Integers) -> Text:
    """Directors and writers; IMDb knows fewer of them where few have voted."""
    rows = rows[world.day.visible[rows]]
    return lines(tconsts(rows), _people(*known_directors(world, rows)), _people(*known_writers(world, rows)))


def known_directors(world: World, rows: Integers) -> tuple[Integers, Flags]:
    """Directors of each title, and which of them IMDb knows."""
    team = world.teams.directors[rows]
    known = exists(world.dice, "directors", world.facts, rows, half_at=-2.0, width=1.2)
    # A series' directors are its episodes'.
    return team, (team != NOBODY) & (known & ~np.isin(world.titles.kind[rows], (SERIES,)))[:, None]


def known_writers(world: World, rows: Integers) -> tuple[Integers, Flags]:
    """Writers of each title, and which of them IMDb knows."""
    team = world.teams.writers[rows]
    return team, (team != NOBODY) & exists(world.dice, "writers", world.facts, rows, half_at=1.0, width=1.5)[:, None]


def _people(team: Integers, present: Flags) -> Text:
    return lists(nconsts(team[present]), present)


def title_episode(world: World, rows: Integers) -> Text:
    """Episodes of series; the same every day. Some have no number, some a series that is nowhere."""
    rows = rows[world.titles.kind[rows] == EPISODE]
    lost = world.dice.rarely("lost series", rows, one_in=ONE_IN) | (rows == world.orphan_episode)
    numbered = world.dice.uniform("numbered", rows) > 0.08
    return lines(
        tconsts(rows),
        tconsts(np.where(lost, len(world.titles) + 500, world.titles.parent[rows])),
        numbers(world.titles.season[rows], numbered),
        numbers(world.titles.episode[rows], numbered),
    )


def title_principals(world: World, rows: Integers) -> Text:
    """Up to ten people a title: cast by billing, then directors, writers and the rest; a few rows stand twice."""
    is_first, rows = rows[0] == 0, rows[world.day.visible[rows]]
    teams, n_cast = world.teams, world.teams.cast.shape[1]
    directors, directed = known_directors(world, rows)
    writers, written = known_writers(world, rows)
    cast, craft = teams.cast[rows], teams.craft[rows]
    people = np.hstack([cast, directors[:, :2], writers[:, :2], craft])
    has_cast = exists(world.dice, "cast", world.facts, rows, half_at=0.0, width=1.2)
    craft_known = exists(world.dice, "craft", world.facts, rows, half_at=3.5, width=1.5)
    there = np.hstack(
        [
            (cast != NOBODY) & has_cast[:, None],
            directed[:, :2],
            written[:, :2],
            (craft != NOBODY) & craft_known[:, None],
        ]
    )
    ordering = np.cumsum(there, axis=1)
    there &= ordering <= MAX_PRINCIPALS
    row, place = np.nonzero(there)
    copies = 1 + _twins(world, "principals twins", rows[row] * 16 + place, is_first=is_first)
    row, place = np.repeat(row, copies), np.repeat(place, copies)
    person, order = people[row, place], ordering[row, place]
    is_self = (place < n_cast) & (world.facts.genres[rows[row]] == DOCUMENTARY).any(axis=1)
    actress = world.dice.pick("woman", person, 2) == 1
    names = ["actor"] * n_cast + ["director"] * 2 + ["writer"] * 2 + ["producer", "composer", "cinematographer"]
    category = choose(is_self, "self", choose(actress & (place < n_cast), "actress", look_up(names, place)))
    return lines(
        tconsts(rows[row]),
        numbers(order),
        nconsts(person),
        category,
        _jobs(world, rows[row], place),
        _characters(world, rows[row] * 16 + place, is_self, place < n_cast),
    )


def _jobs(world: World, title: Integers, place: Integers) -> Text:
    n_cast = world.teams.cast.shape[1]
    writing = look_up(WRITER_JOBS, world.dice.pick("job", title * 16 + place, len(WRITER_JOBS)))
    is_writer = (place >= n_cast + 2) & (place < n_cast + 4)
    return choose(is_writer, writing, choose(place == n_cast + 4, "producer", None))


def _characters(world: World, key: Integers, is_self: Flags, in_cast: Flags) -> Text:
    title = look_up(CHARACTERS, world.dice.pick("character's title", key, len(CHARACTERS)))
    name = character_names(world.dice, key)
    nicknamed = world.dice.rarely("nickname", key, one_in=300)
    name = choose(nicknamed, join('"', name, '"'), join(title, name))
    name = join('"', escape_json(name), '"')
    second = join(name, ',"', character_names(world.dice, key + (1 << 40)), '"')
    name = choose(world.dice.rarely("two characters", key, one_in=15), second, name)
    return choose(in_cast, join("[", choose(is_self, '"Self"', name), "]"), None)


def title_ratings(world: World, rows: Integers) -> Text:
    """Ratings and votes of the titles that have any."""
    rows = rows[world.day.visible[rows] & (world.day.votes[rows] > 0)]
    tenths = world.day.tenths[rows]
    return lines(tconsts(rows), rating_text(tenths), numbers(world.day.votes[rows]))


def rating_text(tenths: Integers) -> Text:
    """Ratings with their one decimal."""
    return join(numbers(tenths // 10), numbers(tenths % 10), separator=".")


def _twins(world: World, name: str, keys: Integers, *, is_first: bool) -> Flags:
    """Which rows stand twice: one in so many, and one of the first block."""
    twice = world.dice.rarely(name, keys, one_in=ONE_IN)
    twice[TWIN_ROW : TWIN_ROW + 1] |= is_first
    return twice

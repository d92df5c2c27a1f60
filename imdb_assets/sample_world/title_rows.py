"""Lines of the six title datasets for a block of titles, with the defects of the real files."""

import numpy as np

from imdb_assets.sample_world.facts import DOCUMENTARY, is_known
from imdb_assets.sample_world.indexed_random import Flags, Integers
from imdb_assets.sample_world.industry import EMPTY, EPISODE, KINDS, MINI_SERIES, SERIES, SNAPSHOT_YEAR
from imdb_assets.sample_world.state import DUPLICATED_ROW, World
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
# How rare defects are. Even the smallest world has one of each kind.
ONE_IN = 20_000
LONGEST_MINUTES = 51_420
REGION_OF_LANGUAGE = tuple(region for _, region, *_ in LANGUAGES.values())


def primary_titles(world: World, rows: Integers) -> Text:
    """Return the English titles."""
    return english_titles(world.random, world.teams.stem[rows], world.teams.part[rows])


def original_titles(world: World, rows: Integers) -> Text:
    """Return the titles in the film's own language. Most films have the same title as in English."""
    titles = primary_titles(world, rows)
    language = world.facts.language[rows]
    translated = world.random.uniform("translated", rows) < 0.6
    for number, name in enumerate(LANGUAGES):
        own = np.flatnonzero(
            (language == number) & translated & (name != "English") & (world.titles.kind[rows] != EPISODE)
        )
        if len(own):
            region = ORIGINAL_ALPHABET.get(name, REGION_OF_LANGUAGE[number])
            index = np.full(len(rows), -1, np.int64)
            index[own] = np.arange(len(own))
            foreign = foreign_titles(world.random, rows[own], region).take(np.maximum(index, 0))
            titles = choose(index >= 0, foreign, titles)
    return titles


def genre_lists(world: World, rows: Integers, separator: str = ",") -> Text:
    """Return the genres, or null where IMDb has none."""
    genres = world.facts.genres[rows]
    known = is_known(world.random, "genres", world.facts, rows, half_at=-1.5, width=1.2)
    present = (genres != EMPTY) & known[:, None]
    return lists(look_up(list(GENRES), genres[present]), present, separator)


def known_minutes(world: World, rows: Integers) -> tuple[Integers, Flags]:
    """Return the running times in minutes, and whether IMDb has them. One title runs for five weeks."""
    known = is_known(world.random, "minutes", world.facts, rows, half_at=1.2, width=1.2)
    is_longest = rows == world.longest_title
    return np.where(is_longest, LONGEST_MINUTES, world.facts.minutes[rows]), known | is_longest


def title_basics(world: World, rows: Integers) -> Text:
    """Return the lines of `title.basics`. A few lines occur twice."""
    is_first, rows = rows[0] == 0, rows[world.day.visible[rows]]
    rows = np.repeat(rows, 1 + _duplicated(world, "basics twins", rows, is_first=is_first))
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
        numbers(year, world.random.uniform("year", rows) > np.where(year >= SNAPSHOT_YEAR, 0.1, 0.002)),
        numbers(np.maximum(end, year), ended),
        numbers(minutes, minutes_known),
        genre_lists(world, rows),
    )


def title_akas(world: World, rows: Integers) -> Text:
    """Return the lines of `title.akas`: titles in other regions.

    They are the same in every snapshot: deleted titles keep their lines, and added titles have none.
    """
    rows = rows[world.titles.first_day[rows] == 1]
    count = 2 + np.minimum(world.random.pick("akas", rows, 5), world.random.pick("more akas", rows, 5))
    count[world.titles.kind[rows] == EPISODE] = 1
    title = np.repeat(rows, count)
    ordering = np.arange(len(title)) - np.repeat(np.cumsum(count) - count, count) + 1
    is_original = ordering == 1
    key = title * 16 + ordering
    region = (world.random.pick("region", title, len(REGIONS)) + ordering * 5) % len(REGIONS)
    kept = world.random.uniform("title kept", key) < 0.35
    name = primary_titles(world, title)
    for number, code in enumerate(REGIONS):
        own = (region == number) & ~kept & ~is_original & (code not in ("US", "GB", "CA"))
        name = _replace_where(own, foreign_titles(world.random, title[own], code), name)
    original = original_titles(world, rows).take(np.repeat(np.arange(len(rows)), count))
    language = look_up(REGION_LANGUAGES, region)
    return lines(
        tconsts(title),
        numbers(ordering),
        choose(is_original, original, name),
        choose(is_original, None, look_up(REGIONS, region)),
        choose(is_original | (world.random.uniform("aka language", key) < 0.6), None, language),
        choose(is_original, "original", look_up(AKA_TYPES, world.random.pick("types", key, len(AKA_TYPES)))),
        choose(is_original, None, look_up(AKA_ATTRIBUTES, world.random.pick("attributes", key, len(AKA_ATTRIBUTES)))),
        numbers(is_original.astype(np.int8)),
    )


def _replace_where(condition: Flags, replacements: Text, texts: Text) -> Text:
    """Replace the texts where the condition is True. There is one replacement per True."""
    if not condition.any():
        return texts
    return choose(condition, replacements.take(np.maximum(np.cumsum(condition) - 1, 0)), texts)


def title_crew(world: World, rows: Integers) -> Text:
    """Return the lines of `title.crew`. IMDb has fewer directors and writers for titles with few votes."""
    rows = rows[world.day.visible[rows]]
    return lines(tconsts(rows), _people(*known_directors(world, rows)), _people(*known_writers(world, rows)))


def known_directors(world: World, rows: Integers) -> tuple[Integers, Flags]:
    """Return the directors of each title, and which of them IMDb has."""
    team = world.teams.directors[rows]
    known = is_known(world.random, "directors", world.facts, rows, half_at=-2.0, width=1.2)
    # The directors of a series are credited on its episodes.
    return team, (team != EMPTY) & (known & ~np.isin(world.titles.kind[rows], (SERIES,)))[:, None]


def known_writers(world: World, rows: Integers) -> tuple[Integers, Flags]:
    """Return the writers of each title, and which of them IMDb has."""
    team = world.teams.writers[rows]
    return team, (team != EMPTY) & is_known(world.random, "writers", world.facts, rows, half_at=1.0, width=1.5)[:, None]


def _people(team: Integers, present: Flags) -> Text:
    return lists(nconsts(team[present]), present)


def title_episode(world: World, rows: Integers) -> Text:
    """Return the lines of `title.episode`, the same in every snapshot.

    Some episodes have no number, and some belong to a series without a row in `title.basics`.
    """
    rows = rows[world.titles.kind[rows] == EPISODE]
    is_orphan = world.random.rarely("lost series", rows, one_in=ONE_IN) | (rows == world.orphan_episode)
    numbered = world.random.uniform("numbered", rows) > 0.08
    return lines(
        tconsts(rows),
        tconsts(np.where(is_orphan, len(world.titles) + 500, world.titles.parent[rows])),
        numbers(world.titles.season[rows], numbered),
        numbers(world.titles.episode[rows], numbered),
    )


def title_principals(world: World, rows: Integers) -> Text:
    """Return the lines of `title.principals`: up to ten people per title. A few lines occur twice.

    The order is cast by billing, directors, writers, then producer, composer and cinematographer.
    """
    is_first, rows = rows[0] == 0, rows[world.day.visible[rows]]
    teams, n_cast = world.teams, world.teams.cast.shape[1]
    directors, directed = known_directors(world, rows)
    writers, written = known_writers(world, rows)
    cast, craft = teams.cast[rows], teams.craft[rows]
    people = np.hstack([cast, directors[:, :2], writers[:, :2], craft])
    has_cast = is_known(world.random, "cast", world.facts, rows, half_at=0.0, width=1.2)
    craft_known = is_known(world.random, "craft", world.facts, rows, half_at=3.5, width=1.5)
    present = np.hstack(
        [
            (cast != EMPTY) & has_cast[:, None],
            directed[:, :2],
            written[:, :2],
            (craft != EMPTY) & craft_known[:, None],
        ]
    )
    ordering = np.cumsum(present, axis=1)
    present &= ordering <= MAX_PRINCIPALS
    row, slot = np.nonzero(present)
    copies = 1 + _duplicated(world, "principals twins", rows[row] * 16 + slot, is_first=is_first)
    row, slot = np.repeat(row, copies), np.repeat(slot, copies)
    person, order = people[row, slot], ordering[row, slot]
    is_self = (slot < n_cast) & (world.facts.genres[rows[row]] == DOCUMENTARY).any(axis=1)
    is_woman = world.random.pick("woman", person, 2) == 1
    categories = ["actor"] * n_cast + ["director"] * 2 + ["writer"] * 2 + ["producer", "composer", "cinematographer"]
    category = choose(is_self, "self", choose(is_woman & (slot < n_cast), "actress", look_up(categories, slot)))
    return lines(
        tconsts(rows[row]),
        numbers(order),
        nconsts(person),
        category,
        _jobs(world, rows[row], slot),
        _characters(world, rows[row] * 16 + slot, is_self, slot < n_cast),
    )


def _jobs(world: World, title: Integers, slot: Integers) -> Text:
    n_cast = world.teams.cast.shape[1]
    writer_job = look_up(WRITER_JOBS, world.random.pick("job", title * 16 + slot, len(WRITER_JOBS)))
    is_writer = (slot >= n_cast + 2) & (slot < n_cast + 4)
    return choose(is_writer, writer_job, choose(slot == n_cast + 4, "producer", None))


def _characters(world: World, key: Integers, is_self: Flags, in_cast: Flags) -> Text:
    title = look_up(CHARACTERS, world.random.pick("character's title", key, len(CHARACTERS)))
    name = character_names(world.random, key)
    has_nickname = world.random.rarely("nickname", key, one_in=300)
    name = choose(has_nickname, join('"', name, '"'), join(title, name))
    name = join('"', escape_json(name), '"')
    two_names = join(name, ',"', character_names(world.random, key + (1 << 40)), '"')
    name = choose(world.random.rarely("two characters", key, one_in=15), two_names, name)
    return choose(in_cast, join("[", choose(is_self, '"Self"', name), "]"), None)


def title_ratings(world: World, rows: Integers) -> Text:
    """Return the lines of `title.ratings` for rated titles."""
    rows = rows[world.day.visible[rows] & (world.day.votes[rows] > 0)]
    tenths = world.day.tenths[rows]
    return lines(tconsts(rows), rating_text(tenths), numbers(world.day.votes[rows]))


def rating_text(tenths: Integers) -> Text:
    """Format ratings in tenths of a point with one decimal."""
    return join(numbers(tenths // 10), numbers(tenths % 10), separator=".")


def _duplicated(world: World, name: str, keys: Integers, *, is_first: bool) -> Flags:
    """Return which rows occur twice: one in `ONE_IN`, and one row of the first block."""
    is_duplicated = world.random.rarely(name, keys, one_in=ONE_IN)
    is_duplicated[DUPLICATED_ROW : DUPLICATED_ROW + 1] |= is_first
    return is_duplicated

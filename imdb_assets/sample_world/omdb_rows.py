"""OMDb's responses for the movies, one JSON object per line in the format of its API."""

import numpy as np

from imdb_assets.sample_world.facts import is_known
from imdb_assets.sample_world.indexed_random import Integers
from imdb_assets.sample_world.industry import MOVIE, SNAPSHOT_YEAR
from imdb_assets.sample_world.state import World
from imdb_assets.sample_world.text import Text, choose, escape_json, join, look_up, numbers, tconsts
from imdb_assets.sample_world.title_rows import genre_lists, known_minutes, primary_titles, rating_text
from imdb_assets.sample_world.words import CERTIFICATES, LANGUAGES, MONTHS, PLOT_WORDS, invented_words

ABSENT = "N/A"


def omdb_responses(world: World, rows: Integers) -> Text:
    """Return responses for about 96% of the movies, including "not found" responses for 4%."""
    rows = rows[world.day.visible[rows] & (world.titles.kind[rows] == MOVIE)]
    chance = world.random.uniform("omdb", rows)
    is_found, rows = chance[chance < 0.96] < 0.92, rows[chance < 0.96]
    year = world.titles.year[rows]
    votes, tenths = world.day.votes[rows], world.day.tenths[rows]
    rated = votes > 0
    minutes, minutes_known = known_minutes(world, rows)
    languages = list(LANGUAGES)
    language = world.facts.language[rows]
    second = (language + 1 + world.random.pick("second language", rows, len(languages) - 1)) % len(languages)
    bilingual = world.random.uniform("bilingual", rows) < 0.12
    spoken = look_up(languages, language)
    ids = tconsts(rows)
    fields = {
        "Title": escape_json(primary_titles(world, rows)),
        "Year": numbers(year),
        "Rated": _certificates(world, rows),
        "Released": _release_dates(world, rows),
        "Runtime": _or_absent(join(numbers(minutes, minutes_known), " min")),
        "Genre": _or_absent(genre_lists(world, rows, ", ")),
        "Plot": _plots(world, rows),
        "Language": choose(bilingual, join(spoken, ", ", look_up(languages, second)), spoken),
        "Country": look_up([country for country, *_ in LANGUAGES.values()], language),
        "Awards": choose(
            rated & (tenths > 72) & (votes > 500), join(numbers(np.maximum(tenths - 70, 1)), " wins"), ABSENT
        ),
        "Metascore": choose(rated & (votes > 5_000), numbers(np.clip(tenths - 4, 5, 99)), ABSENT),
        "imdbRating": choose(rated, rating_text(tenths), ABSENT),
        "imdbVotes": choose(rated, _with_commas(votes), ABSENT),
        "BoxOffice": choose(rated & (votes > 20_000), join("$", _with_commas(votes * 97)), ABSENT),
        "Production": _producers(world, rows),
        "imdbID": ids,
    }
    response = join(*(join(f'"{name}":"', text, '",') for name, text in fields.items()))
    response = join("{", response, '"Type":"movie","Response":"True"}\n')
    not_found = join('{"Response":"False","Error":"Movie not found!","imdbID":"', ids, '"}\n')
    return choose(is_found, response, not_found)


def _or_absent(text: Text) -> Text:
    return choose(np.asarray(text.is_valid()), text, ABSENT)


def _certificates(world: World, rows: Integers) -> Text:
    known = is_known(world.random, "certificate", world.facts, rows, half_at=7.2, width=1.1)
    return choose(known, look_up(CERTIFICATES, world.random.pick("which certificate", rows, len(CERTIFICATES))), ABSENT)


def _release_dates(world: World, rows: Integers) -> Text:
    day = world.random.pick("day", rows, 28) + 1
    padded = choose(day < 10, join("0", numbers(day)), numbers(day))
    year = world.titles.year[rows]
    text = join(padded, look_up(MONTHS, world.random.pick("month", rows, 12)), numbers(year), separator=" ")
    known = is_known(world.random, "release date", world.facts, rows, half_at=1.0, width=1.5)
    return choose(known & (year <= SNAPSHOT_YEAR), text, ABSENT)


def _plots(world: World, rows: Integers) -> Text:
    """Return one-sentence plots. Their words are weak signals of the film's quality, and the town is noise."""
    adjective, job, verb, theme, ending = (
        look_up(words, world.facts.plot[rows, slot]) for slot, (words, _) in enumerate(PLOT_WORDS)
    )
    town = look_up(invented_words(), world.random.pick("town", rows, len(invented_words())))
    opening = world.random.uniform("plot opening", rows) < 0.5
    hero = join(" ", adjective, " ", job, " ")
    plain = join("In ", town, ", a", hero, verb, " ", theme, " ", ending, ".")
    story = join("The story of a", hero, "from ", town, " who ", verb, " ", theme, " ", ending, ".")
    known = is_known(world.random, "plot", world.facts, rows, half_at=1.5, width=1.1)
    return choose(known, choose(opening, plain, story), ABSENT)


def _producers(world: World, rows: Integers) -> Text:
    """Return production companies: 300 names of one word each."""
    name = look_up(invented_words(), world.random.pick("company", rows, 300) * 97)
    known = is_known(world.random, "production", world.facts, rows, half_at=8.0, width=1.0)
    return choose(known, join(name, " Pictures"), ABSENT)


def _with_commas(values: Integers) -> Text:
    """Format numbers below a billion with thousands separators."""
    values = values.astype(np.int64)
    groups = [values // 1_000_000, values // 1_000 % 1_000, values % 1_000]
    padded = [join(numbers(group // 100), numbers(group // 10 % 10), numbers(group % 10)) for group in groups]
    thousands = choose(values < 1_000_000, numbers(groups[1]), join(numbers(groups[0]), padded[1], separator=","))
    return choose(values < 1_000, numbers(values), join(thousands, padded[2], separator=","))

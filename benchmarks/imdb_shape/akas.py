"""`title.akas` of a block of titles: the original title, and the titles in other regions."""

import numpy as np
import pyarrow as pa

from benchmarks.imdb_shape.people import repeated
from benchmarks.imdb_shape.sizes import of_types, share_out
from benchmarks.imdb_shape.titles import TitleBlock, numbered_names
from imdb_assets.sample_world import text
from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.text import Text

# Region, language (mostly missing in IMDb) and the word for an episode. The first ones have the most rows.
_REGIONS = (
    ("DE", "de", "Folge"), ("FR", "fr", "Épisode"), ("JP", "ja", "エピソード"), ("IN", "hi", "एपिसोड"),
    ("ES", "es", "Episodio"), ("IT", "it", "Episodio"), ("PT", "pt", "Episódio"), ("US", None, "Episode"),
    ("GB", None, "Episode"), ("CA", "fr", "Épisode"), ("BR", None, "Episódio"), ("XWW", "en", "Episode"),
    ("MX", None, "Episodio"), ("AU", None, "Episode"), ("RU", None, "Эпизод"), ("PL", None, "Odcinek"),
    ("GR", None, "Επεισόδιο"), ("TR", "tr", "Bölüm"), ("SE", None, "Avsnitt"), ("HU", None, "Epizód"),
    ("FI", None, "Jakso"), ("AR", None, "Episodio"), ("UA", None, "Епізод"), ("DK", None, "Afsnit"),
    ("NL", None, "Aflevering"), ("BG", "bg", "Епизод"), ("CN", None, "第集"), ("KR", None, "에피소드"),
    ("RO", None, "Episodul"), ("NO", None, "Episode"), ("IL", "he", "פרק"), ("TW", None, "第集"),
    ("CSHH", None, "Epizoda"), ("XYU", None, "Epizoda"), ("SUHH", None, "Серия"), ("VN", None, "Tập"),
)  # fmt: skip
_TYPES = ("imdbDisplay",) * 12 + (None,) * 5 + ("working", "alternative", "dvd", "alternative\x02festival", "tv")
_ATTRIBUTES = (None,) * 96 + ("literal title", "informal title", "reissue title", "complete title\x02long title")
_REGION_SKEW = 1.6


def title_akas(random: IndexedRandom, block: TitleBlock, n_rows: int) -> tuple[Text, ...]:
    """Return the columns of `title.akas`.

    Args:
        random: Source of all draws.
        block: The titles.
        n_rows: Number of rows.
    """
    start = float(random.uniform("akas from", block.positions[:1])[0])
    spread = np.exp(1.5 * random.uniform("akas", block.positions))
    counts = share_out(n_rows, of_types("akas")[block.types] * spread, start=start)
    titles = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(n_rows) - np.repeat(np.cumsum(counts) - counts, counts)
    is_original = place == 0
    key = block.positions[titles] * 256 + place % 256
    # The regions of a title's rows follow each other in one list.
    start_region = (random.uniform("region", block.positions) ** _REGION_SKEW * len(_REGIONS)).astype(np.int64)
    region = (start_region[titles] + place) % len(_REGIONS)
    regions, languages, _ = (np.array(column, object) for column in zip(*_REGIONS, strict=True))
    types = text.look_up(_TYPES, random.pick("aka type", key, len(_TYPES)))
    return (
        repeated(block.ids, counts),
        text.numbers(place + 1),
        _names(random, block, titles, region, key),
        text.choose(is_original, None, text.look_up(list(regions), region)),
        text.choose(is_original, None, text.look_up(list(languages), region)),
        text.choose(is_original, "original", types),
        text.look_up(_ATTRIBUTES, np.where(is_original, 0, random.pick("attribute", key, len(_ATTRIBUTES)))),
        text.look_up(("0", "1"), is_original.astype(np.int64)),
    )


def _names(random: IndexedRandom, block: TitleBlock, titles: np.ndarray, region: np.ndarray, key: np.ndarray) -> Text:
    """Return the title in each row: the same, translated, or the number of an episode in another language."""
    is_original = key % 256 == 0
    is_numbered = block.is_numbered[titles] & ~is_original
    is_translated = ~is_original & ~is_numbered & (random.pick("is translated", key, 100) < 38)
    names = block.names.take(pa.array(titles))
    words = text.look_up([word for _, _, word in _REGIONS], region)
    suffix = numbered_names("", block).take(pa.array(titles))
    translated = np.flatnonzero(is_translated)
    foreign = pa.concat_arrays([text.foreign_titles(random, key[translated], "FR"), pa.nulls(1, pa.string())])
    place = np.where(is_translated, np.cumsum(is_translated) - 1, len(translated))
    names = text.choose(is_translated, foreign.take(pa.array(place)), names)
    return text.choose(is_numbered, text.join(words, suffix), names)

"""The vocabularies on Spark's columns: the same words as `Vocabulary` reads in Python."""

import json

from pyspark.sql import Column
from pyspark.sql import functions as F

from imdb_assets.vocabulary.words import ABSENT_WORD, FOLDED_LETTERS, LETTERS, LIST_SEPARATORS, Vocabulary


def word_or_text(text: Column, vocabulary: Vocabulary) -> Column:
    """Return the word that a text spells, and an unknown text as it is."""
    return F.coalesce(_word(text, vocabulary), text)


def word_list(text: Column, vocabulary: Vocabulary) -> Column:
    """Split a text into its words, each once; unknown texts as they are, null if the text has none."""
    parts = F.split(F.regexp_replace(text, vocabulary.qualifiers, " $1"), LIST_SEPARATORS)
    present = F.filter(parts, lambda part: ~F.upper(F.trim(part)).isin("", ABSENT_WORD))
    words = F.array_distinct(F.transform(present, lambda part: word_or_text(F.trim(part), vocabulary)))
    whole = _word(text, vocabulary)
    return F.when(whole.isNotNull(), F.array(whole)).when(F.size(words) > 0, words)


def is_unknown(word: Column, vocabulary: Vocabulary) -> Column:
    """Whether a result of `word_or_text` or `word_list` is a text that the vocabulary does not contain."""
    words = F.from_json(F.lit(json.dumps(vocabulary.words)), "array<string>")
    return ~F.array_contains(words, word)


def _word(text: Column, vocabulary: Vocabulary) -> Column:
    key = F.regexp_replace(F.translate(text, LETTERS, FOLDED_LETTERS), r"[^\p{L}\p{N}]+", "")
    # One literal: a thousand of them would take seconds to reach Spark.
    spellings = F.from_json(F.lit(json.dumps(vocabulary.spellings)), "map<string, string>")
    return F.try_element_at(spellings, key)

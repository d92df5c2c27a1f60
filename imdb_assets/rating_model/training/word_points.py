"""The words of a text that raise or lower its score most.

A word's points are those of its own n-grams: the word and the characters in it. N-grams of two words belong to neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from imdb_assets.rating_model.training.text_scores import PLOT, WORD, Counts, TextScorer, count_ngrams

_LEAST_POINTS = 0.005
"""Words that add less, in rating points, are not told."""


@dataclass(frozen=True)
class TellingWords:
    """The words of a text with the most points, those with the most first, as the text spells them."""

    raising: tuple[str, ...]
    lowering: tuple[str, ...]


def telling_words(scorer: TextScorer, texts: Sequence[str], counts: Counts, *, most: int) -> list[TellingWords]:
    """Find the words that move the plot scores of texts most.

    Args:
        scorer: The scorer of plots.
        texts: Plots; an empty one has no words.
        counts: Their n-grams, as returned by `count_ngrams`; more rows may follow.
        most: How many raising, and how many lowering words.

    Returns:
        The words of each text.
    """
    spelled = [{word.lower(): word for word in reversed(WORD.findall(text))} for text in texts]
    words = sorted({word for spellings in spelled for word in spellings} - ENGLISH_STOP_WORDS)
    if not words:
        return [TellingWords((), ())] * len(texts)
    positions = {word: position for position, word in enumerate(words)}
    sums, _ = scorer.sums_and_lengths(count_ngrams(PLOT, words))
    _, lengths = scorer.sums_and_lengths(counts)
    told = []
    for row, spellings in enumerate(spelled):
        own = [word for word in spellings if word in positions]
        points = (sums[[positions[word] for word in own]] / np.maximum(lengths[row], 1.0)).sum(axis=1)
        order = np.argsort(points, kind="stable")
        raising = [own[rank] for rank in order[::-1][:most] if points[rank] >= _LEAST_POINTS]
        lowering = [own[rank] for rank in order[:most] if points[rank] <= -_LEAST_POINTS]
        told.append(
            TellingWords(tuple(spellings[word] for word in raising), tuple(spellings[word] for word in lowering))
        )
    return told

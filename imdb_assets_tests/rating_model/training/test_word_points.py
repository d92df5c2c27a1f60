import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit_text_scores import fit_text_scorer
from imdb_assets.rating_model.training.text_scores import PLOT, TextScorer, count_ngrams, text_counts
from imdb_assets.rating_model.training.word_points import TellingWords, telling_words

GOOD, BAD, PLAIN = ("luminous", "memory"), ("shark", "zombie"), ("harbour", "weekday", "garage")


@pytest.fixture(scope="module")
def scorer() -> TextScorer:
    """Good words add a point to a film's rating, bad ones take a point away."""
    rng = np.random.default_rng(3)
    chosen = [rng.choice([*GOOD, *BAD, *PLAIN], 4, replace=False) for _ in range(400)]
    points = np.array([sum((word in GOOD) - (word in BAD) for word in words) for words in chosen], "float64")
    films = pd.DataFrame(
        {"title": None, "original_title": None, "plot": [f"the {' '.join(words)}" for words in chosen]}
    )
    fitted = fit_text_scorer(PLOT, text_counts(films)[PLOT], points, np.ones(len(films)))
    assert fitted is not None
    return fitted


def test_the_words_that_raise_and_lower_the_score_are_told_as_they_are_spelled(scorer: TextScorer) -> None:
    plots = ["The Shark and a Luminous zombie at the harbour.", ""]
    [words, nothing] = telling_words(scorer, plots, count_ngrams(PLOT, plots), most=2)
    assert words.raising[0] == "Luminous"
    assert set(words.lowering) == {"Shark", "zombie"}
    assert nothing == TellingWords((), ())


def test_stop_words_are_never_told(scorer: TextScorer) -> None:
    plots = ["The the and of"]
    assert telling_words(scorer, plots, count_ngrams(PLOT, plots), most=3) == [TellingWords((), ())]

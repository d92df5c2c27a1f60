from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.lookup.similarity_index import FilmRole, SimilarityIndex, plot_words
from imdb_assets_tests.support.champion import invented_films

N_FILMS = 200
FILMS = invented_films().head(N_FILMS)
INDEX = SimilarityIndex.build(FILMS)


def test_a_person_has_exactly_their_films_in_each_role() -> None:
    for nconst in ("nm0000001", "nm0000025", "nm0000050", "nm0000119"):
        expected = {
            FilmRole.DIRECTOR: [row for row, people in enumerate(FILMS["directors"]) if nconst in people],
            FilmRole.WRITER: [row for row, people in enumerate(FILMS["writers"]) if nconst in people],
            FilmRole.LEAD: [row for row, people in enumerate(FILMS["cast"]) if nconst in people[:4]],
        }
        found = {role: rows.tolist() for role, rows in INDEX.films_of(nconst).items()}
        assert found == {role: rows for role, rows in expected.items() if rows}
    assert not INDEX.films_of("newcomer:Nobody Yet")
    assert not INDEX.films_of("nm9999999")


def test_the_fifth_billed_supports() -> None:
    film = FILMS.head(1).assign(cast=[[f"nm000000{number}" for number in range(1, 7)]])
    roles = [next(iter(SimilarityIndex.build(film).films_of(f"nm000000{number}"))) for number in range(1, 7)]
    assert roles == [FilmRole.LEAD] * 4 + [FilmRole.SUPPORT] * 2


@pytest.mark.parametrize(
    ("plot", "words"),
    [
        ("On an ISLAND, two islands away from the sea", {"island", "away"}),
        ("Zoë's glass dress", {"zoes", "glass", "dress"}),
        ("They have been there before", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_words_of_a_plot_are_folded_singular_and_long_enough(plot: str | None, words: set[str]) -> None:
    assert plot_words(plot) == words


def test_the_similarity_of_plots_is_the_cosine_of_words_weighted_by_rarity() -> None:
    plots = ["island childhood ghost", "island harbour", "ghost island", None, "harbour"]
    index = SimilarityIndex.build(FILMS.head(5).assign(plot=pd.Series(plots, dtype=object).to_numpy()))
    rarity = {"island": np.log(5 / 3), "childhood": np.log(5), "ghost": np.log(5 / 2), "harbour": np.log(5 / 2)}
    asked = ["island", "ghost", "unicorn"]
    vectors = np.array([[rarity[word] * (word in (plot or "")) for word in rarity] for plot in plots])
    draft = np.array([rarity[word] * (word in asked) for word in rarity])
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(draft)
    expected = np.divide(vectors @ draft, lengths, out=np.zeros(5), where=lengths > 0)
    assert index.word_similarity(asked) == pytest.approx(expected, abs=1e-6)


def test_a_saved_index_reopens_unchanged(tmp_path: Path) -> None:
    INDEX.save(tmp_path)
    opened = SimilarityIndex.open(tmp_path, N_FILMS)
    for nconst in ("nm0000001", "nm0000050"):
        assert {role: rows.tolist() for role, rows in opened.films_of(nconst).items()} == {
            role: rows.tolist() for role, rows in INDEX.films_of(nconst).items()
        }
    assert opened.word_similarity(["quiet"]).tolist() == INDEX.word_similarity(["quiet"]).tolist()

"""IMDb's genres, spelled as in `title.basics`, and their other spellings."""

from collections.abc import Iterable

from imdb_assets.vocabulary.words import vocabulary

GENRES = (
    "Action", "Adult", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family",
    "Fantasy", "Film-Noir", "Game-Show", "History", "Horror", "Music", "Musical", "Mystery", "News", "Reality-TV",
    "Romance", "Sci-Fi", "Short", "Sport", "Talk-Show", "Thriller", "War", "Western",
)  # fmt: skip

GENRE_WORDS = vocabulary(
    "an IMDb genre",
    (
        *GENRES, "Adventure=Adventures", "Animation=Animated=Cartoon=Anime", "Biography=Biographical=Biopic",
        "Comedy=Comedies=Comedic", "Crime=Crimes", "Documentary=Documentaries=Docu", "Drama=Dramas",
        "Family=Children=Children's=Kids", "Film-Noir=Noir", "History=Historical=Historic", "Musical=Musicals",
        "Mystery=Mysteries", "Reality-TV=Reality", "Romance=Romances=Romantic", "Sci-Fi=Science Fiction=SF",
        "Short=Shorts=Short Film", "Sport=Sports", "Thriller=Thrillers=Suspense", "Western=Westerns",
    ),
    first=GENRES,
)  # fmt: skip


def spelled_genres(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the genres that texts spell, each once, without unknown ones."""
    return tuple(dict.fromkeys(genre for genre in map(GENRE_WORDS.word, texts) if genre is not None))

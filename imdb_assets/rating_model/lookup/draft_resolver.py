"""Prepares drafts for the featurizer: truncates them, spells words as in training, resolves names to ids, and warns."""

from collections.abc import Iterable

from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MAX_PLOT_CHARACTERS, MovieDraft
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.lookup.homonyms import by_work_in_role
from imdb_assets.rating_model.lookup.people import NEWCOMER, People, Resolution
from imdb_assets.vocabulary.certificates import CERTIFICATE_WORDS
from imdb_assets.vocabulary.countries import COUNTRY_WORDS
from imdb_assets.vocabulary.genres import GENRE_WORDS, GENRES
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS
from imdb_assets.vocabulary.roles import ROLE_LISTS
from imdb_assets.vocabulary.words import Vocabulary

MAX_NAME_CHARACTERS = 200
"""Characters of a name, genre, language, country or certificate that are used; IMDb's are shorter."""
MAX_TITLE_CHARACTERS = 500
"""Characters of a title that are used; IMDb's titles are shorter."""
MAX_FUZZY_LOOKUPS = 5
"""Unknown names per request for which similar names are suggested; the lookup takes longer than everything else."""
FACT_WORDS = {"language": LANGUAGE_WORDS, "country": COUNTRY_WORDS, "certificate": CERTIFICATE_WORDS}
"""The vocabularies of the facts with one word."""
_MAX_CHARACTERS = {
    "plot": MAX_PLOT_CHARACTERS, "title": MAX_TITLE_CHARACTERS, "original_title": MAX_TITLE_CHARACTERS,
    **dict.fromkeys(FACT_WORDS, MAX_NAME_CHARACTERS),
}  # fmt: skip


class DraftResolver:
    """Resolves the drafts of one request; a repeated name is looked up once."""

    def __init__(
        self, people: People, history: History | None = None, *, max_fuzzy_lookups: int = MAX_FUZZY_LOOKUPS
    ) -> None:
        """Create a resolver.

        Args:
            people: The people index.
            history: The past as of each year. With it, a name of several people means the one with the most films in
                the role, of which recent ones count more; without it, the one with the longest career.
            max_fuzzy_lookups: The number of unknown names to suggest similar ones for.
        """
        self._people = people
        self._history = history
        self._resolutions: dict[tuple[str, str, int], Resolution] = {}
        self._fuzzy_lookups_left = max_fuzzy_lookups

    def resolve(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Truncate a draft to the limits of the features, spell its words as in training and resolve its names.

        Args:
            draft: People given as ids, names or labels.

        Returns:
            The draft with ids, and warnings for the user.
        """
        truncated, truncations = truncate_draft(draft)
        with_words, unknown_words = spell_facts(truncated)
        resolved, warnings = self.resolve_names(with_words)
        return resolved, (*truncations, *unknown_words, *warnings)

    def resolve_names(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Resolve the names of a draft to ids, spell its genres as IMDb does and drop unknown ones.

        An unknown name becomes an id with the prefix `NEWCOMER`: it is a debut, not an absent fact.

        Args:
            draft: People given as ids, names or labels.

        Returns:
            The draft with ids, each once per role, and warnings for the user, each once.
        """
        genres, warnings = _spell(draft.genres, GENRE_WORDS)
        people: dict[str, tuple[str, ...]] = {}
        for role, column in ROLE_LISTS.items():
            ids = []
            for text in getattr(draft, column):
                resolution = self._resolution(text, role, draft.release_year)
                warnings += [resolution.warning] if resolution.warning else []
                if text.strip():
                    ids.append(resolution.nconst or f"{NEWCOMER}{text.strip()}")
            people[column] = tuple(dict.fromkeys(ids))
        return draft.model_copy(update={"genres": genres, **people}), tuple(dict.fromkeys(warnings))

    def _resolution(self, text: str, role: str, year: int) -> Resolution:
        key = (text, role, year)
        if key not in self._resolutions:
            rank = by_work_in_role(self._history, role, year) if self._history else None
            resolution = self._people.resolve(text, suggest=self._fuzzy_lookups_left > 0, rank=rank)
            self._fuzzy_lookups_left -= resolution.nconst is None
            self._resolutions[key] = resolution
        return self._resolutions[key]


def spell_facts(draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
    """Spell language, country and certificate as the training films do.

    Args:
        draft: Any spelling. Of several words, the first known one counts, as in training.

    Returns:
        The draft with known words only, and warnings for the user.
    """
    facts: dict[str, str | None] = {}
    warnings: list[str] = []
    for field, vocabulary in FACT_WORDS.items():
        text: str | None = getattr(draft, field)
        words, unknown = _spell((text or "",), vocabulary)
        facts[field] = words[0] if words else None
        warnings += unknown
        if len(words) > 1:
            warnings.append(f"Only the first {field}, {words[0]}, is used.")
    return draft.model_copy(update=facts), tuple(warnings)


def _spell(texts: Iterable[str], vocabulary: Vocabulary) -> tuple[tuple[str, ...], list[str]]:
    """The words that texts spell, each once, and a warning per unknown word."""
    parts = dict.fromkeys(part for text in texts for part in vocabulary.split(text))
    words = {part: vocabulary.word(part) for part in parts}
    warnings = [f"{part} is not {vocabulary.kind} and was ignored." for part, word in words.items() if word is None]
    return tuple(dict.fromkeys(word for word in words.values() if word is not None)), warnings


def truncate_draft(draft: MovieDraft) -> tuple[MovieDraft, list[str]]:
    """Drop the parts of a draft that no feature uses, so that a huge request is answered as fast as any other.

    Args:
        draft: Any draft.

    Returns:
        The draft within the limits, which has the same features; and one warning per truncated field.
    """
    changes: dict[str, object] = {}
    warnings = []
    for field, max_characters in _MAX_CHARACTERS.items():
        text: str = getattr(draft, field) or ""
        if len(text) > max_characters:
            changes[field] = text[:max_characters]
            name = field.replace("_", " ")
            warnings.append(f"The {name} has {len(text):,} characters. Only the first {max_characters:,} are used.")
    for column, max_entries in {"genres": len(GENRES), **dict.fromkeys(ROLE_LISTS.values(), BILLED_CAST)}.items():
        entries: tuple[str, ...] = getattr(draft, column)
        kept = tuple(text[:MAX_NAME_CHARACTERS] for text in entries[:max_entries])
        if len(entries) > max_entries:
            warnings.append(f"{column} has {len(entries):,} entries. Only the first {max_entries} are used.")
        if kept != entries[:max_entries]:
            warnings.append(
                f"{column} contains a text of more than {MAX_NAME_CHARACTERS} characters. Only the first "
                f"{MAX_NAME_CHARACTERS} are used."
            )
        changes[column] = kept
    return draft.model_copy(update=changes), warnings

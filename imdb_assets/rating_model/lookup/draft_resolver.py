"""Reading a draft: cut to what any feature looks at, ids put for names, and said what its maker should know."""

from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import LONGEST_PLOT, MovieDraft
from imdb_assets.rating_model.lookup.people import NEWCOMER, People, Resolution
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.roles import ROLE_LISTS

LONGEST_NAME = 200
"""Characters of a name or genre that are read; IMDb's names are shorter."""
MOST_LOOKED_UP = 5
"""For so many unknown names of a request the most like ones are looked up; it takes longer than all else."""


class DraftReader:
    """Reads the drafts of one request; a name that occurs again is looked up once."""

    def __init__(self, people: People, *, most_looked_up: int = MOST_LOOKED_UP) -> None:
        """Take the people whom names may mean, and for how many unknown names the most like ones are looked up."""
        self._people = people
        self._known: dict[str, Resolution] = {}
        self._left = most_looked_up

    def read(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Cut a draft to what any feature reads and put ids for names; also says what the reader should know."""
        short, cuts = cut_to_what_is_read(draft)
        resolved, warnings = self.resolve(short)
        return resolved, (*cuts, *warnings)

    def resolve(self, draft: MovieDraft) -> tuple[MovieDraft, tuple[str, ...]]:
        """Put ids for names, and say what the reader of the answer should know.

        A newcomer keeps an id that nobody has, since a name nobody knows is a debut, not an absent fact.
        """
        strange = dict.fromkeys(genre for genre in draft.genres if genre not in GENRES)
        warnings = [f"{genre} is not a genre of IMDb's: left out." for genre in strange]
        people: dict[str, tuple[str, ...]] = {}
        for column in ROLE_LISTS.values():
            ids = []
            for text in getattr(draft, column):
                resolution = self._resolution(text)
                warnings += [resolution.warning] if resolution.warning else []
                if text.strip():
                    ids.append(resolution.nconst or f"{NEWCOMER}{text.strip()}")
            people[column] = tuple(dict.fromkeys(ids))
        genres = tuple(genre for genre in draft.genres if genre in GENRES)
        return draft.model_copy(update={"genres": genres, **people}), tuple(dict.fromkeys(warnings))

    def _resolution(self, text: str) -> Resolution:
        if text not in self._known:
            found = self._people.resolve(text, suggest=self._left > 0)
            self._left -= found.nconst is None
            self._known[text] = found
        return self._known[text]


def cut_to_what_is_read(draft: MovieDraft) -> tuple[MovieDraft, list[str]]:
    """Leave out what no feature reads, however much was sent, and say so: the answer stays the same, and quick."""
    changes: dict[str, object] = {}
    warnings = []
    if draft.plot and len(draft.plot) > LONGEST_PLOT:
        changes["plot"] = draft.plot[:LONGEST_PLOT]
        warnings.append(f"The plot has {len(draft.plot):,} characters: the first {LONGEST_PLOT:,} are read.")
    for column, most in {"genres": len(GENRES), **dict.fromkeys(ROLE_LISTS.values(), BILLED_CAST)}.items():
        given: tuple[str, ...] = getattr(draft, column)
        kept = tuple(text[:LONGEST_NAME] for text in given[:most])
        if len(given) > most:
            warnings.append(f"{column} lists {len(given):,}: the first {most} are read.")
        if kept != given[:most]:
            warnings.append(f"{column} holds a text of more than {LONGEST_NAME} characters: the rest is not read.")
        changes[column] = kept
    return draft.model_copy(update=changes), warnings

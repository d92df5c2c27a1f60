"""One person's scenario search, on a thread of its own: how far it is, what came of it, and how to end it."""

from dataclasses import dataclass, field
from threading import Event, Thread

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.scenarios.constraints import ScenarioError
from imdb_assets.rating_model.scenarios.scorer import SearchCancelledError
from imdb_assets.rating_model.scenarios.search import Scenarios, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations


@dataclass(frozen=True)
class Question:
    """What is searched, and by which version."""

    version: str
    draft: MovieDraft
    variations: Variations
    k: int


@dataclass
class ScenarioRun:
    """A search that was begun; it belongs to one session and touches nothing of Streamlit's."""

    question: Question
    done: int = 0
    total: int = 0
    found: Scenarios | None = None
    refusal: str | None = None
    is_cancelled: bool = False
    _cancel: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def begin(self, champion: Champion) -> "ScenarioRun":
        """Start searching."""
        self._thread = Thread(target=self._search, args=(champion,), daemon=True)
        self._thread.start()
        return self

    @property
    def is_running(self) -> bool:
        """Whether the search goes on."""
        return self._thread is not None and self._thread.is_alive()

    def cancel(self) -> None:
        """End it at the next look."""
        self._cancel.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _search(self, champion: Champion) -> None:
        asked = self.question
        try:
            self.found = search_scenarios(
                champion.model, asked.draft, asked.variations, k=asked.k, on_progress=self._report,
                is_cancelled=self._cancel.is_set,
            )  # fmt: skip
        except ScenarioError as error:
            self.refusal = str(error)
        except SearchCancelledError:
            self.is_cancelled = True

    def _report(self, done: int, total: int) -> None:
        self.done, self.total = done, total

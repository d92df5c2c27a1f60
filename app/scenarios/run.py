"""A scenario search on its own thread, with progress, result and cancellation."""

from dataclasses import dataclass, field
from threading import Event, Thread

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.scenarios.constraints import Ranking, ScenarioError
from imdb_assets.rating_model.scenarios.scorer import SearchCancelledError
from imdb_assets.rating_model.scenarios.search import Scenarios, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations


@dataclass(frozen=True)
class SearchRequest:
    """The parameters of a search, and the model version to use."""

    version: str
    draft: MovieDraft
    variations: Variations
    k: int
    ranking: Ranking = Ranking.RATING


@dataclass
class ScenarioRun:
    """A search that runs in a thread. It does not use Streamlit, whose objects are bound to Streamlit's own threads."""

    request: SearchRequest
    done: int = 0
    total: int = 0
    result: Scenarios | None = None
    error: str | None = None
    is_cancelled: bool = False
    _cancel: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self, champion: Champion) -> "ScenarioRun":
        """Start the thread."""
        self._thread = Thread(target=self._search, args=(champion,), daemon=True)
        self._thread.start()
        return self

    @property
    def is_running(self) -> bool:
        """Whether the search is still running."""
        return self._thread is not None and self._thread.is_alive()

    def cancel(self) -> None:
        """Request cancellation. The search stops at its next progress report."""
        self._cancel.set()

    def wait(self, seconds: float) -> None:
        """Wait until the search ends, at most for `seconds`."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _search(self, champion: Champion) -> None:
        request = self.request
        try:
            self.result = search_scenarios(
                champion.model, request.draft, request.variations, k=request.k, ranking=request.ranking,
                on_progress=self._report, is_cancelled=self._cancel.is_set,
            )  # fmt: skip
        except ScenarioError as error:
            self.error = str(error)
        except SearchCancelledError:
            self.is_cancelled = True

    def _report(self, done: int, total: int) -> None:
        self.done, self.total = done, total

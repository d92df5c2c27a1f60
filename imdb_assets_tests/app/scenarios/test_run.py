"""A scenario search on its own thread."""

import pytest

from app.scenarios.run import ScenarioRun, SearchRequest
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion, load_champion
from imdb_assets.rating_model.scenarios.constraints import Pick
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets_tests.support.champion import GIFTED_DIRECTOR

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def champion(champion_uri) -> Champion:
    return load_champion(champion_uri)


def run_of(champion: Champion) -> ScenarioRun:
    people = tuple(f"nm{number:07d}" for number in range(1, 100))
    many = Variations(directors=Pick(people), writers=Pick(people), cast=Pick(people))
    return ScenarioRun(SearchRequest(champion.version, MovieDraft(release_year=2027), many, 10))


def test_a_cancelled_search_ends_and_keeps_its_progress(champion):
    run = run_of(champion)
    run.cancel()
    run.start(champion).wait(120)
    assert not run.is_running
    assert run.is_cancelled
    assert run.result is None
    assert run.done < run.total == 970_299


def test_concurrent_searches_do_not_mix(champion):
    both = [run_of(champion), run_of(champion)]
    both[1].request = SearchRequest(champion.version, MovieDraft(release_year=2020, genres=("Horror",)), Variations(
        directors=Pick(("nm0000002", GIFTED_DIRECTOR))), 1)  # fmt: skip
    for run in both:
        run.start(champion)
    for run in both:
        run.wait(120)
    assert [run.result.n_rated if run.result else None for run in both] == [970_299, 2]
    assert both[1].result
    assert both[1].result.best[0].draft.directors == (GIFTED_DIRECTOR,)

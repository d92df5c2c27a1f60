import numpy as np

from imdb_assets.sample_world.indexed_random import IndexedRandom, generator

INDEX = np.arange(20_000)


def test_a_draw_depends_only_on_seed_name_and_index() -> None:
    whole = IndexedRandom(3).uniform("year", INDEX)
    assert np.array_equal(whole[500:700], IndexedRandom(3).uniform("year", INDEX[500:700]))
    assert not np.array_equal(whole, IndexedRandom(4).uniform("year", INDEX))
    assert not np.array_equal(whole, IndexedRandom(3).uniform("genre", INDEX))


def test_draws_are_spread_evenly_over_their_range() -> None:
    random = IndexedRandom(0)
    counts = np.bincount(random.pick("dataset", INDEX, 7), minlength=7)
    assert len(counts) == 7
    assert np.abs(counts / len(INDEX) - 1 / 7).max() < 0.01
    uniform = random.uniform("share", INDEX)
    assert 0 <= uniform.min() < 0.001
    assert 0.999 < uniform.max() < 1
    assert 0.009 < random.rarely("defect", INDEX, one_in=100).mean() < 0.011


def test_generators_of_different_parts_are_independent() -> None:
    first, again, other = (generator(0, name).random(100) for name in ("titles", "titles", "teams"))
    assert np.array_equal(first, again)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.4

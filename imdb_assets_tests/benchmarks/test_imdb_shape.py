"""The generator of datasets in IMDb's shape."""

import gzip
import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest

from benchmarks.imdb_shape import ids
from benchmarks.imdb_shape.next_day import CHANGED_COLUMNS
from benchmarks.imdb_shape.sizes import TYPE_NAMES, Sizes
from benchmarks.imdb_shape.titles import types_of
from benchmarks.imdb_shape.write import write_datasets
from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.tables.bronze import DATASETS
from imdb_assets.tables.bronze_rules import RULES

SCALE = 0.0001
KEYS = {
    "title.basics": ("tconst",),
    "title.akas": ("titleId", "ordering"),
    "title.crew": ("tconst",),
    "title.episode": ("tconst",),
    "title.principals": ("tconst", "ordering"),
    "title.ratings": ("tconst",),
    "name.basics": ("nconst",),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imdb")
    write_datasets(folder, scale=SCALE)
    return folder


@pytest.fixture(scope="module")
def datasets(folder):
    return {name: _read(folder / f"{name}.tsv.gz") for name in DATASETS}


def _read(file):
    parse = pa.csv.ParseOptions(delimiter="\t", quote_char=False)
    names = gzip.decompress(file.read_bytes()).decode().split("\n", maxsplit=1)[0].split("\t")
    convert = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=["\\N"], strings_can_be_null=True
    )
    return pa.csv.read_csv(file, parse_options=parse, convert_options=convert)


def _values(*columns):
    """The distinct ids in columns of ids and of lists of ids."""
    return {value for column in columns for text in column.drop_null().to_pylist() for value in text.split(",")}


def test_the_datasets_have_the_columns_and_sizes_of_imdb(datasets):
    sizes = Sizes.at(SCALE)
    for name, table in datasets.items():
        assert table.column_names == [column.name for column in DATASETS[name].columns[:-1]], name
    expected = {
        "title.basics": sizes.titles, "title.crew": sizes.titles, "title.akas": sizes.akas,
        "title.principals": sizes.principals, "title.ratings": sizes.ratings, "name.basics": sizes.people,
    }  # fmt: skip
    assert {name: datasets[name].num_rows for name in expected} == expected
    assert (
        datasets["title.episode"].num_rows
        == pc.sum(pc.equal(datasets["title.basics"]["titleType"], "tvEpisode")).as_py()
    )


@pytest.mark.parametrize("name", KEYS)
def test_the_rows_are_sorted_by_a_unique_key(datasets, name):
    first, *rest = (datasets[name][column].to_pylist() for column in KEYS[name])
    keys = list(zip(first, *(map(int, column) for column in rest), strict=True))
    assert keys == sorted(set(keys))


def test_the_datasets_refer_to_existing_titles_and_people(datasets):
    titles, people = _values(datasets["title.basics"]["tconst"]), _values(datasets["name.basics"]["nconst"])
    crew, episodes = datasets["title.crew"], datasets["title.episode"]
    for name in ("title.akas", "title.crew", "title.episode", "title.principals", "title.ratings"):
        assert _values(datasets[name][0]) <= titles, name
    assert _values(datasets["name.basics"]["knownForTitles"]) <= titles
    assert _values(datasets["title.principals"]["nconst"], crew["directors"], crew["writers"]) <= people
    basics = datasets["title.basics"]
    is_series = pc.is_in(basics["titleType"], pa.array(["tvSeries", "tvMiniSeries"]))
    assert _values(episodes["parentTconst"]) <= _values(basics["tconst"].filter(is_series))


def test_the_values_are_legal(datasets):
    for dataset, table in datasets.items():
        for name, rule in RULES[DATASETS[dataset].name].items():
            for text in table[name].drop_null().unique().to_pylist():
                parts = text.split(rule.separator) if rule.separator else [text]
                assert all(map(rule.is_legal_value, parts)), (dataset, name, text)
                assert rule.low is None or float(text) >= rule.low, (dataset, name, text)
                assert rule.high is None or float(text) <= rule.high, (dataset, name, text)


def test_a_hundredth_of_imdb_has_titles_of_all_types():
    found = types_of(IndexedRandom(0), np.arange(Sizes.at(0.01).titles))
    assert set(found) == set(range(len(TYPE_NAMES)))


def test_the_seed_determines_the_files(folder, tmp_path):
    write_datasets(tmp_path / "same", scale=SCALE)
    write_datasets(tmp_path / "other", scale=SCALE, seed=1)
    hashes = {
        name: hashlib.sha256((place / "title.principals.tsv.gz").read_bytes()).hexdigest()
        for name, place in (("first", folder), ("same", tmp_path / "same"), ("other", tmp_path / "other"))
    }
    assert hashes["first"] == hashes["same"] != hashes["other"]


def test_ids_of_seven_and_eight_digits_are_in_the_order_of_text():
    total = 10_000_123
    numbers = ids.sorted_numbers(np.arange(total), total)
    assert (np.bincount(numbers)[1:] == 1).all()
    sampled = np.concatenate([np.arange(300), np.arange(999_900, 1_000_300), np.arange(total - 300, total)])
    found = ids.texts("tt", sampled, total).to_pylist()
    assert found == sorted(set(found)) == sorted(f"tt{number:07d}" for number in numbers[sampled])


def test_on_the_next_day_one_row_in_a_hundred_has_changed(datasets, tmp_path):
    write_datasets(tmp_path, scale=SCALE, is_next_day=True)
    n_changed = 0
    for name, before in datasets.items():
        after = _read(tmp_path / f"{name}.tsv.gz")
        differing = {
            column: sum(a != b for a, b in zip(before[column].to_pylist(), after[column].to_pylist(), strict=True))
            for column in before.column_names
        }
        assert {column for column, n in differing.items() if n} <= {CHANGED_COLUMNS[name]}
        n_changed += differing[CHANGED_COLUMNS[name]]
    # A changed row may get the value that it had.
    assert 0.004 < n_changed / sum(map(len, datasets.values())) < 0.012

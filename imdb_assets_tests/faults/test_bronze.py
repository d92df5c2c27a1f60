"""Faults F6 to F13: broken datasets on a real lake. One dataset's trouble costs that dataset, one bad value itself."""

import gzip
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.materialization.rejected_rows import replace_dataset_rows
from imdb_assets.materialization.row_checks import orphans_result
from imdb_assets.resources.dataset_manifest import verify_dataset
from imdb_assets.tables.bronze import DATASETS, REJECTED_ROWS, TITLE_AKAS, TITLE_BASICS
from imdb_assets.transforms import silver
from imdb_assets_tests.support.dataset_files import DatasetFiles, outcomes, reasons
from imdb_assets_tests.support.written_dataset import dataset_writer, rows_in

pytestmark = pytest.mark.slow

RATINGS, BASICS, AKAS = "title.ratings", "title.basics", "title.akas"
RATED = [f"tt{n}\t5.5\t{n}" for n in range(1, 101)]
TITLES = [f"tt{n}\t{'movie' if n % 3 else 'tvSeries'}\tA\tA\t0\t1999\t\\N\t90\tDrama" for n in range(1, 61)]


@pytest.fixture
def files(tmp_path: Path, spark) -> DatasetFiles:
    return DatasetFiles(tmp_path)


def test_f06_f07_a_missing_renamed_or_added_column_refuses_the_dataset_and_names_it(files):
    files.write(RATINGS, *RATED)
    assert files.load(RATINGS).refusal is None
    state = files.state(RATINGS)
    headers = {
        "tconst\taverageRating": "its header lacks numVotes",
        "tconst\taverageRating\tvotes": "its header lacks numVotes (it is 'tconst\\taverageRating\\tvotes')",
        "tconst\taverageRating\tnumVotes\trank": "its header has more columns than declared: rank",
        "tconst\tnumVotes\taverageRating": "its header is not tconst, averageRating, numVotes",
    }
    for day, (header, cause) in enumerate(headers.items(), start=2):
        files.write(RATINGS, *RATED, header=header)
        outcome = files.load(RATINGS, day=f"2025-01-{day:02d}", run_id=str(day))
        assert cause in outcome.refusal
        assert files.landing.refusals(str(day)) == {RATINGS: outcome.refusal}
        assert files.state(RATINGS) == state


def test_f08_bad_rows_are_rejected_in_each_run_and_gone_when_they_are_repaired(files):
    files.write(RATINGS, *RATED, "tt101\tgood\t5", "tt102\t5.5", "x\t5.5\t5")
    first = files.load(RATINGS)
    assert reasons(first) == {
        102: "averageRating is not a double: good", 103: "has 2 columns, not 3",
        104: "tconst is not an IMDb title id: x",
    }  # fmt: skip
    files.write(RATINGS, *RATED, "tt101\t6.5\t5", "tt102\t5.5\t")
    second = files.load(RATINGS, day="2025-01-02")
    assert reasons(second) == {103: "numVotes is not an int: "}
    assert ("tt101", 6.5, 5) in files.rows(RATINGS)
    assert [second.loaded.table.metadata[name] for name in ("rows_in", "rows_kept", "rows_rejected")] == [102, 101, 1]


def test_f09_repeated_keys_give_one_row_in_silver_whatever_their_order(files):
    for day, order in enumerate((1, -1), start=1):
        files.write(RATINGS, *[*RATED, "tt1\t9.9\t7", "tt1\t9.9\t7", "tt2\t1.0\t1"][::order])
        assert files.load(RATINGS, day=f"2025-01-0{day}").refusal is None
        assert len(files.rows(RATINGS)) == 103
        rows = silver.ratings(files.delta.read(DATASETS[RATINGS].path))
        assert [tuple(row)[:3] for row in rows.where("tconst IN ('tt1', 'tt2')").orderBy("tconst").collect()] == [
            ("tt1", 9.9, 7), ("tt2", 5.5, 2),
        ]  # fmt: skip
        assert rows.count() == 100


def test_f10_every_reader_finds_the_same_rows_in_bytes_that_readers_disagree_on(files):
    tail = b"\t0\t1999\t\\N\t90\tDrama"
    rows = [row.encode() for row in TITLES]
    rows += [
        b'tt101\tmovie\t"Hello\t"' + tail,
        b"tt102\tmovie\tone\ttab\ttoo many" + tail,
        b"tt103\tmovie\tCaf\xe9\tA" + tail,
        b"tt104\tmovie\tA\x00B\tA\xe2\x80\xa8B\xc2\x85\x0b\x0c\x1c" + tail,
        b"tt105\tmovie\t" + b"x" * 1_200_000 + b"\tA" + tail,
        b"\xe9\x00" + b"y" * 1_200_000,
        b"tt107\tmovie\tA\rB\tA" + tail,
    ]
    header = "\t".join(TITLE_BASICS.column_names[:-1]).encode()
    text = b"\xef\xbb\xbf" + b"".join(line + b"\r\n" for line in (header, *rows))
    files.write_packed(BASICS, b"".join(map(gzip.compress, (text[:700], b"", text[700:]))))
    outcome = files.load(BASICS)
    assert outcome.refusal is None
    metadata = outcome.loaded.table.metadata
    assert [metadata[name] for name in ("rows_in", "rows_kept", "rows_rejected", "lines_ending_in_cr")] == [
        67,
        65,
        2,
        67,
    ]
    assert (metadata["values_dropped"], metadata["values_changed"]) == (1, 3)
    titles = {row[0]: row[2:4] for row in files.rows(BASICS)}
    assert titles["tt101"] == ('"Hello', '"')
    assert titles["tt103"] == ("Caf\ufffd", "A")
    assert titles["tt104"] == ("A B", "A\u2028B\u0085\x0b\x0c\x1c")
    assert (titles["tt105"], titles["tt107"]) == ((None, "A"), ("A B", "A"))
    assert not any("\r" in str(value) for row in files.rows(BASICS) for value in row)
    loaded = outcome.loaded
    replace_dataset_rows(files.delta, loaded.rejected, fingerprints={BASICS: loaded.table.fingerprint})
    table = DeltaTable(files.lake.uri(REJECTED_ROWS.path)).to_pyarrow_table()
    assert len(table) == len(table.to_pandas()) == loaded.n_recorded == 6
    shown = duckdb.sql('SELECT line_number, reason, raw FROM "table" ORDER BY line_number').fetchall()
    assert [line for line, *_ in shown] == [63, 64, 65, 66, 67, 68]
    assert shown[1][2].startswith("tt103\tmovie\tCaf\\xE9\tA")
    assert all(len(raw) < 9_000 for *_, raw in shown)


def test_f11_an_empty_dump_is_refused_and_a_header_alone_replaces_no_table(files):
    for content in (b"", gzip.compress(b"")):
        files.write_packed(AKAS, content)
        assert "title.akas.tsv.gz was refused: the file " in files.load(AKAS).refusal
    files.write(AKAS)
    assert files.load(AKAS).refusal is None
    files.write(BASICS)
    assert "No titleType is movie. The known values in the dataset: none." in files.load(BASICS).refusal
    assert files.state(BASICS)[0] == []
    files.write(RATINGS, *RATED)
    assert files.load(RATINGS).refusal is None
    state = files.state(RATINGS)
    files.write(RATINGS)
    refused = files.load(RATINGS, day="2025-01-02")
    assert "bronze_title_ratings would shrink from 100 to 0 rows. The table keeps its last version." in refused.refusal
    assert "If the loss is correct, force the run (FORCE=1" in refused.refusal
    assert files.state(RATINGS) == state


def test_f12_rows_or_a_familiar_value_that_fall_away_refuse_the_dataset_until_the_run_is_forced(files):
    files.write(BASICS, *TITLES)
    assert files.load(BASICS).refusal is None
    state = files.state(BASICS)
    altered = {
        "shrink from 60 to 40 rows": TITLES[:40],
        "tvSeries (20 rows before, 0 now)": [row.replace("tvSeries", "tvMovie") for row in TITLES],
        "60 of the 60 rows of title.basics.tsv.gz have an illegal value: titleType is not a known type of title: Movie "
        "(40); titleType is not a known type of title: TV Series (20)": [
            row.replace("movie", "Movie").replace("tvSeries", "TV Series") for row in TITLES
        ],
        "No titleType is movie. The known values in the dataset: tvSeries (20 rows). Others: titleType is not a known "
        "type of title: Movie (40).": [row.replace("movie", "Movie") for row in TITLES],
    }
    for day, (cause, rows) in enumerate(altered.items(), start=2):
        files.write(BASICS, *rows)
        outcome = files.load(BASICS, day=f"2025-01-{day:02d}")
        assert cause in outcome.refusal
        assert files.state(BASICS) == state
        # A later run without a change refuses it again.
        assert files.load(BASICS, day=f"2025-01-{day:02d}").refusal == outcome.refusal
        assert files.state(BASICS) == state
    # Indispensable values are required of forced runs too.
    assert files.load(BASICS, day="2025-01-05", is_forced=True).refusal
    files.write(BASICS, *TITLES[:40])
    assert files.load(BASICS, day="2025-01-06", is_forced=True).refusal is None
    assert len(files.rows(BASICS)) == 40


def test_f13_orphan_keys_are_kept_reported_and_never_end_a_table(files):
    files.write(BASICS, *TITLES[:30])
    files.write("title.episode", "tt1\ttt3\t1\t1", "tt2\ttt999\t1\t2", "tt888\ttt777\t1\t3")
    files.write("title.crew", "tt1\tnm1,nm404\tnm405", "tt999\tnm1\t\\N")
    files.write("title.principals", 'tt1\t1\tnm1\tactor\t\\N\t["A"]', "tt999\t1\tnm1\tactor\t\\N\t\\N")
    basics, episode, crew, principals = (
        _loaded(files, dataset) for dataset in (BASICS, "title.episode", "title.crew", "title.principals")
    )
    episodes = silver.episodes(episode, basics)
    assert episodes.count() == 3
    series = episodes.select(F.col("series_tconst").alias("tconst"))
    result = orphans_result("series_of_episodes_are_known", series, silver.series(basics).select("tconst"))
    assert (result.passed, result.severity.value) == (False, "WARN")
    assert result.metadata["n_unknown"].value == 2
    credits = [tuple(row)[:3] for row in silver.credits(basics, principals, crew).collect()]
    assert sorted(credits) == [
        ("tt1", "nm1", "cast"), ("tt1", "nm1", "director"), ("tt1", "nm404", "director"), ("tt1", "nm405", "writer"),
    ]  # fmt: skip


def test_an_unexpected_error_of_one_dataset_does_not_end_the_others(files):
    files.write(RATINGS, *RATED)
    files.write(AKAS, "tt1\t1\tA\tUS\t\\N\t\\N\t\\N\t0")
    # A file where the landing zone needs a folder.
    broken = Path(files.lake.root) / "landing" / AKAS / "2025-01-01"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"")
    processed = outcomes(files.loader(AKAS, RATINGS), AKAS, RATINGS)
    assert processed[RATINGS].refusal is None
    assert processed[AKAS].refusal.startswith("title.akas.tsv.gz could not be loaded: ")
    assert len(files.rows(RATINGS)) == 100
    broken.unlink()
    assert files.load(AKAS).refusal is None


def _loaded(files: DatasetFiles, dataset: str) -> DataFrame:
    assert files.load(dataset).refusal is None
    return files.delta.read(DATASETS[dataset].path)


CELL = st.one_of(
    st.sampled_from(
        [b"tt1", b"1", b"\\N", b"", b"\r", b"\x00", b"\xe9", b"\xef\xbb\xbf", "\u2028\u0085".encode(), b"US"]
    ),
    st.binary(max_size=12),
)
LINES = st.lists(st.lists(CELL, min_size=1, max_size=9).map(b"\t".join), max_size=12)


@given(lines=LINES, end=st.sampled_from([b"\n", b"\r\n", b""]), block_bytes=st.sampled_from([1, 10, 1 << 20]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_parser_loses_no_line_of_any_bytes(tmp_path, lines, end, block_bytes):
    header = "\t".join(TITLE_AKAS.column_names[:-1]).encode()
    file = tmp_path / "title.akas.tsv.gz"
    file.write_bytes(gzip.compress(b"\n".join([header, *lines]) + end))
    n_rows = verify_dataset(file, AKAS, TITLE_AKAS.column_names[:-1])
    written = dataset_writer(file, AKAS, block_bytes=block_bytes).write()
    assert written["rows_kept"] + written["rows_rejected"] == n_rows
    records = rows_in(tmp_path / "records", written["record_files"])
    rejected = {row["line_number"] for row in records if row["outcome"] == "row rejected"}
    assert (len(rejected), len(records)) == (written["rows_rejected"], written["n_recorded"])
    kept = rows_in(tmp_path / "rows", written["files"])
    assert len(kept) == written["rows_kept"]
    assert not any("\r" in str(value) for row in kept for value in row.values())

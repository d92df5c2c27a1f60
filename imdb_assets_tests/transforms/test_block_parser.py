"""A block of lines gives the rows and records that its lines give one by one."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imdb_assets.tables.bronze import DATASETS, TITLE_BASICS, TITLE_RATINGS
from imdb_assets.tables.table import Table
from imdb_assets.transforms.block_parser import BlockParser, ParsedBlock
from imdb_assets.transforms.line_parser import LineParser

DAY = date(2025, 1, 1)
SOUND = 'tt0000001\tmovie\t"A\t B \t0\t1999\t\\N\t51420\tDrama,War'
VALUES = {
    "string": ["tt1", "tt1,tt2", "nm1", "nm1,nm2", "movie", "short", "", " ", "A", "US", "en", "original", "actor",
               "Drama", "actor,writer", '["A"]', '["A', "\u2028\u0085", "x" * 10_001, "tt1 ", "\x02", "director"],
    "int": ["0", "1", "-1", "+1", " 1", "1 ", "007", "0x1F", "1999", "1066", "999999999", "9999999999",
            "1.0", "", "\u0661"],
    "double": ["1.0", "7.5", "10", "11", "nan", "inf", "1e0", " 1.0", "1.", ".5", "+1", ""],
}  # fmt: skip


def parsed(table: Table, block: bytes) -> ParsedBlock:
    return BlockParser(table=table, snapshot_date=DAY).parse(block, 2)


def by_line(table: Table, block: bytes) -> tuple[list, list]:
    """The rows and records that the lines give one by one."""
    lines = block.removesuffix(b"\n").split(b"\n")
    parser = LineParser(table=table, snapshot_date=DAY)
    rows, records = [], []
    for number, line in enumerate(lines, start=2):
        [row] = parser.parse(pa.array([number], pa.int64()), pa.array([line], pa.binary())).to_pylist()
        if row["is_kept"]:
            rows.append(tuple(row[name] for name in table.column_names[:-1]))
        records += [(number, *record.values(), row["raw"]) for record in row["records"] or ()]
    return rows, records


def assert_as_by_line(table: Table, block: bytes) -> None:
    result = parsed(table, block)
    rows = [tuple(row.values()) for row in result.rows.to_pylist()]
    records = [tuple(row.values()) for row in result.records.to_pylist()]
    assert (rows, records) == by_line(table, block)
    assert result.n_lines == block.removesuffix(b"\n").count(b"\n") + 1


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Table, bytes]:
    """Lines of a dataset, most of whose values are sound."""
    table = draw(st.sampled_from(list(DATASETS.values())))
    cells = [st.sampled_from([*VALUES[column.type], "\\N"]) for column in table.columns[:-1]]
    lines = draw(st.lists(st.tuples(*cells).map("\t".join).map(str.encode), min_size=1, max_size=4))
    if draw(st.booleans()):
        lines.insert(0, draw(st.binary(max_size=30)).replace(b"\n", b""))
    return table, b"\n".join(lines) + draw(st.sampled_from([b"\n", b""]))


@given(block=blocks())
@example(block=(TITLE_RATINGS, b"tt1\t0x1F\t1\n"))
@example(block=(TITLE_RATINGS, b"tt1\t5.0\t0x1F\n"))
@example(block=(TITLE_RATINGS, b"\n"))
@example(block=(TITLE_BASICS, SOUND.encode()))
@settings(deadline=None, max_examples=300)
def test_a_block_gives_what_its_lines_give(block):
    assert_as_by_line(*block)


@pytest.mark.parametrize("fault", [b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\t", b"\n\n"])
def test_an_unusual_byte_costs_only_its_line(fault):
    lines = [SOUND.encode()] * 3
    for place in (0, 5, len(lines[1])):
        lines[1] = SOUND.encode()[:place] + fault + SOUND.encode()[place:]
        assert_as_by_line(TITLE_BASICS, b"\n".join(lines) + b"\n")


class OnlySound(BlockParser):
    def _inspected(self, block: bytes, first_line: int) -> ParsedBlock:
        raise AssertionError(f"line {first_line} and later are looked at: {block[:80]!r}")


def test_sound_lines_are_not_looked_at_one_by_one():
    block = "\n".join([SOUND] * 1000).encode()
    assert OnlySound(table=TITLE_BASICS, snapshot_date=DAY).parse(block, 2).rows.num_rows == 1000

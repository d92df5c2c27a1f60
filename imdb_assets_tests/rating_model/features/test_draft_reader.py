"""The reader of drafts: absent in every spelling, numbers in every type, and no exception but its own."""

import contextlib
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, MovieDraft
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft

ABSENT = {
    "None": None, "NaN": float("nan"), "numpy's NaN": np.float32("nan"), "a decimal NaN": Decimal("sNaN"),
    "pd.NA": pd.NA, "NaT": pd.NaT, "numpy's NaT": np.datetime64("NaT"), "Arrow's null": pa.scalar(None, pa.string()),
    "empty": "", "blank": " \t\n\u3000", "no entries": [], "a list of empties": [None, "", pd.NA, []],
    "an array of nulls": pa.array([None, None]), "an empty array": np.array([]),
}  # fmt: skip


@pytest.mark.parametrize("value", ABSENT.values(), ids=ABSENT)
@pytest.mark.parametrize("field", [name for name in DRAFT_COLUMNS if name != "release_year"])
def test_an_absent_field_is_absent_in_every_spelling(field: str, value: object) -> None:
    assert read_draft({"release_year": 2027, field: value}) == MovieDraft(release_year=2027)


@pytest.mark.parametrize("value", ABSENT.values(), ids=ABSENT)
def test_a_draft_without_a_year_is_refused(value: object) -> None:
    for fields in ({}, {"release_year": value}):
        with pytest.raises(DraftError, match=r"^release_year is missing: send the year of release, such as 2027\.$"):
            read_draft(fields)


@pytest.mark.parametrize(
    "year",
    [
        2027,
        2027.0,
        "2027",
        " 2027.0 ",
        np.int16(2027),
        np.float32(2027),
        np.array(2027),
        pa.scalar(2027),
        Decimal(2027),
    ],
)
def test_a_year_is_the_same_in_every_type(year: object) -> None:
    assert read_draft({"release_year": year}).release_year == 2027


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("release_year", True, "release_year = True: send a whole number."),
        ("release_year", "2,027", "release_year = '2,027': send a whole number without separators of thousands."),
        ("release_year", "1e309", "release_year = '1e309': send a whole number."),
        ("release_year", float("inf"), "release_year = inf: send a whole number."),
        ("release_year", "\u0662\u0660\u0662\u0667", "send a whole number."),
        ("release_year", dt.date(2027, 5, 1), "send a whole number."),
        ("release_year", np.datetime64("2027-05-01T00:00:00.000000000"), "send a whole number."),
        ("runtime_minutes", False, "runtime_minutes = False: send a number."),
        ("runtime_minutes", "104,5", "runtime_minutes = '104,5': send a number with a decimal point and without"),
        ("runtime_minutes", "nan", "runtime_minutes = 'nan': send a number."),
        ("runtime_minutes", 1e309, "runtime_minutes = inf: send a finite number."),
        ("runtime_minutes", 10**400, "send a number of minutes."),
        ("runtime_minutes", pd.Timedelta(minutes=90), "send a number."),
        ("title", 1917, "title = 1917: send text in quotes."),
        ("title", b"bytes", "title = b'bytes': send text in quotes."),
        ("title", "\ud800", "it contains an invalid character (a lone surrogate)"),
        ("cast", "Ana Roe", "cast = 'Ana Roe': send a list of texts, such as [\"Drama\"]."),
        ("cast", ["Ana Roe", None, 7], "cast.2 = 7: send text in quotes."),
        ("cast", [["Ana Roe"]], "cast.0 = ['Ana Roe']: send text in quotes."),
        ("cast", {"Ana Roe"}, "cast = {'Ana Roe'}: send a list of texts"),
        ("kast", ["Ana Roe"], "'kast' is not a field of a draft. Did you mean cast? Valid fields are title,"),
    ],
)  # fmt: skip
def test_a_refusal_has_the_field_the_value_and_the_fix(field: str, value: object, message: str) -> None:
    with pytest.raises(DraftError) as refused:
        read_draft({"release_year": 2027} | {field: value})
    assert message in str(refused.value)


def test_a_number_that_python_does_not_write_is_refused() -> None:
    with pytest.raises(DraftError, match="a number of thousands of digits: send a number of at most 2100"):
        read_draft({"release_year": 10**5000})


def test_entries_keep_their_order_without_absent_ones() -> None:
    entries = ["Zoë Gifted", None, "", float("nan"), "Ana Roe"]
    for cast in (entries, tuple(entries), np.array(entries, object), pd.Series(entries), [*map(pa.scalar, entries)]):
        assert read_draft({"release_year": 2027, "cast": cast}).cast == ("Zoë Gifted", "Ana Roe")


def test_a_frame_gives_the_same_drafts_with_every_backend() -> None:
    rows = {
        "release_year": [2027, 2028], "runtime_minutes": [90, None], "language": ["French", None],
        "cast": [["Ana Roe"], None],
    }  # fmt: skip
    arrow = pa.table(rows)
    frames = [
        pd.DataFrame(rows),
        arrow.to_pandas(),
        arrow.to_pandas(types_mapper=pd.ArrowDtype),
        pd.DataFrame(rows).astype({"release_year": "Int64", "runtime_minutes": "Int64", "language": "category"}),
        pd.DataFrame(rows).astype({"release_year": "Int16", "runtime_minutes": "Float32", "language": "string"}),
    ]
    expected = [
        MovieDraft(release_year=2027, runtime_minutes=90, language="French", cast=("Ana Roe",)),
        MovieDraft(release_year=2028),
    ]
    for frame in frames:
        read = [read_draft({str(name): value for name, value in row.items()}) for row in frame.to_dict("records")]
        assert read == expected


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.complex_numbers(), st.binary(max_size=9),
    st.text(st.characters(), max_size=12), st.datetimes(), st.timedeltas(), st.fractions(),
    st.sampled_from([pd.NA, pd.NaT, np.longdouble("nan"), np.longdouble(1), np.datetime64("NaT"), np.void(b"x"),
                     10**400, pa.scalar(None), pa.scalar([None]), np.array([]), np.array(["Drama"]),
                     pa.array([1]), object()]),
)  # fmt: skip
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)
NAMES = st.sampled_from(DRAFT_COLUMNS) | st.text(max_size=6) | st.integers() | st.none()


@settings(max_examples=600, deadline=None)
@given(st.dictionaries(NAMES, JUNK, max_size=5))
def test_the_reader_never_raises_anything_but_its_own_error(fields: Mapping[str, object]) -> None:
    with contextlib.suppress(DraftError):
        draft = read_draft(fields)
        # What it read has the types that the featurizer expects, and reads the same again.
        assert all(isinstance(entry, str) and entry.strip() for name in DRAFT_LISTS for entry in getattr(draft, name))
        assert read_draft(draft.model_dump()) == draft

import numpy as np
import pytest
from pydantic import ValidationError

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, FACT_COLUMNS, MovieDraft, drafts_frame
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft


def test_a_frame_of_drafts_has_one_type_per_column_whatever_is_absent() -> None:
    bare = MovieDraft(release_year=2027)
    full = MovieDraft(release_year=1999, runtime_minutes=90, title="Ice", genres=("Drama", "War"), cast=("nm1",))
    frame = drafts_frame([bare, full])
    assert tuple(frame) == DRAFT_COLUMNS
    assert (frame["release_year"].dtype, frame["runtime_minutes"].dtype) == (np.dtype("int64"), np.dtype("float64"))
    assert frame["runtime_minutes"].isna().tolist() == [True, False]
    assert frame["title"].tolist() == [None, "Ice"]
    assert frame["genres"].tolist() == [[], ["Drama", "War"]]
    assert drafts_frame([]).dtypes.equals(frame.dtypes)


def test_lists_of_one_length_stay_lists_and_do_not_become_a_matrix() -> None:
    drafts = [MovieDraft(release_year=2020, genres=(genre,)) for genre in ("Drama", "War")]
    assert drafts_frame(drafts)["genres"].tolist() == [["Drama"], ["War"]]


@pytest.mark.parametrize(
    "field",
    [
        {"release_year": 1869}, {"release_year": 2101}, {"runtime_minutes": 0}, {"runtime_minutes": float("inf")},
        {"genres": "Drama"}, {"budget_usd": 5}, {"title": "half \ud83d of an emoji"}, {"cast": ["\udfff"]},
    ],
)  # fmt: skip
def test_a_draft_out_of_range_or_with_an_unknown_field_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(field))):
        MovieDraft(**({"release_year": 2020} | field))


@pytest.mark.parametrize(("text", "minutes"), [("1 h 15 min", 75.0), ("1,440 min", 1440.0), ("90.5", 90.5)])
def test_a_runtime_may_have_units(text: str, minutes: float) -> None:
    fields = {"release_year": 2020, "runtime_minutes": text}
    assert MovieDraft.model_validate(fields).runtime_minutes == read_draft(fields).runtime_minutes == minutes


def test_an_absent_list_is_empty_and_every_other_absent_field_none() -> None:
    draft = MovieDraft(release_year=2020)
    absent = [name for name in FACT_COLUMNS if name != "release_year"]
    assert [getattr(draft, name) for name in absent] == [() if name in DRAFT_LISTS else None for name in absent]


@pytest.mark.parametrize("audience", ["1000", "1,000", 1000, 1000.0, " 1000 ", "1000.0", None])
def test_an_audience_is_read_in_every_spelling_of_its_number(audience: object) -> None:
    assert read_draft({"release_year": 2027, "audience": audience}).audience == "1000"


@pytest.mark.parametrize("audience", ["all", 500, "ten", ["any"], True])
def test_an_unknown_audience_is_refused_with_the_known_ones(audience: object) -> None:
    with pytest.raises(DraftError, match=r"^audience = .*: (choose one of 1000, 100, any|send text)"):
        read_draft({"release_year": 2027, "audience": audience})

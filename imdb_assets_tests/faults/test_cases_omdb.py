"""Small inputs that broke the reading of OMDb's responses and of the words in drafts."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.draft_resolver import DraftResolver
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.recorded_omdb import RecordedOmdb
from imdb_assets.transforms import omdb
from imdb_assets_tests.rating_model.lookup.test_people import PEOPLE
from imdb_assets_tests.support.cases import case_file
from imdb_assets_tests.support.omdb_facts import facts_by_title, parsed_lines

TITLES = [f"tt{9900001 + number}" for number in range(600)]
SPELLINGS = [
    ("country", "United States", "USA"), ("country", "United Kingdom", "UK"), ("country", "France", "france"),
    ("language", "English", "english"), ("language", "French", "fr"), ("language", "English", "English, French"),
    ("certificate", "PG-13", "pg-13"), ("certificate", "Approved", "APPROVED"), ("genres", ["Drama"], ["drama"]),
    ("genres", ["Sci-Fi"], ["Science Fiction"]),
]  # fmt: skip


def landed(recording: Path, folder: Path) -> OmdbLanding:
    """A new landing with a recording."""
    landing = OmdbLanding(lake=FolderBlobStorage(root=str(folder)))
    landing.land_recorded(RecordedOmdb(file=str(recording)).recorded(TITLES), fingerprint="")
    return landing


@pytest.mark.slow
def test_b08_a_bad_line_of_a_recording_costs_that_line_only(spark: SparkSession, tmp_path: Path) -> None:
    parsed = parsed_lines(spark, landed(case_file("B08-recorded-one-bad-line", "recorded.jsonl"), tmp_path)).persist()
    rejected = parsed.where("reason IS NOT NULL").orderBy("line_number").collect()
    assert [(row["line_number"], row["reason"]) for row in rejected] == [
        (301, "line 301 of the recording is not JSON: Invalid control character at character 137"),
        (401, r"line 401 of the recording is not JSON: Invalid \escape at character 175"),
    ]
    assert all(row["raw"].startswith('{"Title"') for row in rejected)
    assert omdb.facts(omdb.read_responses(omdb.responses(parsed))).count() == 598
    parsed.unpersist()


@pytest.mark.slow
def test_b11_both_spellings_of_a_recording_give_the_same_facts(spark: SparkSession, tmp_path: Path) -> None:
    old, new = (
        facts_by_title(spark, landed(case_file("B11-country-spelling", f"recorded-{year}.jsonl"), tmp_path / year))
        for year in ("2018", "2022")
    )
    assert old == new
    assert len(old) == 600
    assert {"United States", "United Kingdom", "France"} == {str(row["countries"][0]) for row in old.values()}  # type: ignore[index]
    assert "Not Rated" in {row["certificate"] for row in old.values()}


@pytest.mark.parametrize(("field", "word", "typed"), SPELLINGS, ids=[str(typed) for _, _, typed in SPELLINGS])
def test_b11_a_draft_in_any_spelling_is_the_same_draft_to_the_model(field: str, word: object, typed: object) -> None:
    drafts = [MovieDraft.model_validate({"release_year": 2027, field: value}) for value in (word, typed)]
    known, other = (DraftResolver(PEOPLE).resolve(draft)[0] for draft in drafts)
    assert known == other == drafts[0]

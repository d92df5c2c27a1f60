"""OMDb's responses from a file and from the sample world."""

import gzip
import json

import pytest

from imdb_assets.resources.folder_imdb_datasets import SampleImdbDatasets
from imdb_assets.resources.omdb import OmdbNotRecorded
from imdb_assets.resources.recorded_omdb import RecordedOmdb, SampleOmdb

FILM = b'{"Title":"Sm\xc3\xb6rg\xc3\xa5sbord","imdbID":"tt1","Plot":"N/A","Response":"True"}'
OTHER = b'{"Title": "Other", "imdbID": "tt2", "Response": "True"}'
UNKNOWN = b'{"Response":"False","Error":"Movie not found!","imdbID":"tt3"}'


@pytest.fixture(params=["plain", "packed", "packed under a plain name"])
def recorded(request, tmp_path) -> RecordedOmdb:
    lines = b"\n".join([OTHER, b'{"Response":"False","Error":"Error getting data."}', FILM, b"", UNKNOWN, FILM])
    name = "responses.jsonl.gz" if request.param == "packed" else "responses.jsonl"
    (tmp_path / name).write_bytes(lines if request.param == "plain" else gzip.compress(lines))
    return RecordedOmdb(file=str(tmp_path / name))


def test_a_recording_returns_the_bytes_of_each_requested_title_once(recorded):
    assert dict(recorded.responses(["tt1", "tt3", "tt9"])) == {"tt1": FILM, "tt3": UNKNOWN}
    assert len(list(recorded.responses(["tt1", "tt2", "tt3"]))) == 3
    assert recorded.response("tt2") == OTHER
    assert recorded.requests_a_day is None


def test_a_title_missing_from_the_recording_raises_an_error(recorded):
    with pytest.raises(OmdbNotRecorded, match="contains no response for tt9"):
        recorded.response("tt9")


def test_landed_responses_can_be_replayed(tmp_path):
    (tmp_path / "landed.jsonl").write_text(json.dumps({"imdbID": "tt1", "response": FILM.decode()}))
    assert RecordedOmdb(file=str(tmp_path / "landed.jsonl")).response("tt1") == FILM


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "does not exist; check OMDB_RECORDED"),
        (gzip.compress(FILM * 100)[:-9], "truncated or damaged; .*OMDB_RECORDED"),
        (b"tt1,not,json", "not a JSON object; check OMDB_RECORDED"),
        (b"[1]", "not a JSON object"),
    ],
    ids=["missing", "truncated", "csv", "a list"],
)
def test_an_unreadable_recording_raises_one_sentence(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "responses.jsonl").write_bytes(content)
    with pytest.raises(OmdbNotRecorded, match=sentence):
        list(RecordedOmdb(file=str(tmp_path / "responses.jsonl")).responses(["tt1"]))


@pytest.mark.slow
def test_the_sample_world_has_responses_for_most_movies_without_network_requests(tmp_path):
    omdb = SampleOmdb(movies=60, seed=0, snapshot=1, folder=str(tmp_path))
    source = SampleImdbDatasets(movies=60, seed=0, snapshot=1, folder=str(tmp_path))
    source.fetch("title.basics", tmp_path / "basics", previous=None)
    rows = [line.split("\t") for line in gzip.decompress((tmp_path / "basics").read_bytes()).decode().splitlines()]
    movies = {row[0] for row in rows if row[1] == "movie"}
    assert len(dict(omdb.responses(movies))) > len(movies) / 2
    assert omdb.requests_a_day is None

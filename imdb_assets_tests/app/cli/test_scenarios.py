"""The command `scenarios`."""

import csv
import json

import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME

pytestmark = pytest.mark.slow


def test_options_and_a_file_give_the_same_scenarios_with_the_ratings_of_the_model(run, champion_uri, tmp_path):
    space = {
        "draft": {"release_year": 2027, "genres": ["Drama"]},
        "directors": {"people": [DULL_NAME, GIFTED_NAME]},
        "cast": {"people": ["nm0000050", "nm0000051", "Nobody Yet"], "size": 2},
        "constraints": [{"apart": [GIFTED_NAME, "nm0000050"]}],
    }
    file = tmp_path / "space.json"
    file.write_text(json.dumps(space))
    by_file = json.loads(run("scenarios", "--file", str(file), "--output", "json").stdout)
    options = [
        "--director", DULL_NAME, "--director", GIFTED_NAME, "--cast", "nm0000050", "--cast", "nm0000051", "--cast",
        "Nobody Yet", "--actors", "2", "--apart", f"{GIFTED_NAME};nm0000050",
    ]  # fmt: skip
    by_options = run("scenarios", "--year", "2027", "--genre", "Drama", *options, "--output", "json")
    assert json.loads(by_options.stdout) == by_file
    assert (by_file["n_combinations"], by_file["n_rated"], by_file["n_allowed"]) == (6, 6, 4)
    model = load_champion(champion_uri).model
    for record in by_file["best"]:
        assert model.predict([MovieDraft(**record["draft"])])[0].rating == record["rating"]
    assert by_file["best"][0]["draft"]["directors"] == [GIFTED_DIRECTOR]


def test_table_and_csv_have_the_same_scenarios(run):
    words = ("scenarios", "--year", "2027", "--runtime", "90", "--runtime", "120", "--director", GIFTED_NAME)
    table, rows = run(*words), list(csv.DictReader(run(*words, "--output", "csv").stdout.splitlines()))
    assert table.exit_code == 0
    assert "Best 2 of 2 allowed combinations (2 of 2 combinations rated)." in table.stdout
    assert {row["runtime_minutes"] for row in rows} == {"90.0", "120.0"}
    for row in rows:
        assert f"{float(row['rating']):.2f}" in table.stdout


def test_scenarios_are_ranked_by_the_lower_end_of_the_interval_on_request(run):
    people = [f"nm{number:07d}" for number in range(1, 30)]
    words = ["scenarios", "--year", "2027", *(word for person in people for word in ("--director", person))]
    shown = run(*words, "--best", "29", "--rank-by", "low_80", "--output", "json")
    bounds = [record["low_80"] for record in json.loads(shown.stdout)["best"]]
    assert bounds == sorted(bounds, reverse=True)
    assert len(set(bounds)) > 20


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"directors": {"people": ["A"]}}, "has no draft"),
        ({"draft": {"release_year": 2027}, "actors": {}}, "has the unknown key 'actors'"),
        ({"draft": {"release_year": 2027}, "cast": {"people": ["A"], "size": 3}}, "only 1 different candidates"),
        ({"draft": {"release_year": 2027}, "cast": {"people": "Ana Roe"}}, "cast = 'Ana Roe': send a list of texts"),
        ({"draft": {"release_year": 2027}, "cast": {"people": ["A", "B"], "size": 1.5}}, "TypeError"),
        ({"draft": {"release_year": 2027}, "runtimes": [90, True]}, "runtime_minutes = True: send a number."),
        ({"draft": {"release_year": 2027}, "genres": ["Drama"]}, "genres = 'Drama': send a list of texts"),
        ({"draft": {"release_year": 2027}, "years": 2028}, "2028 is not a list of alternatives for release_year"),
        ({"draft": {"release_year": 2027}, "constraints": [{"apart": "AB"}]}, "cast = 'AB': send a list of texts"),
        ({"draft": {"release_year": 2027}, "constraints": [{"never": ["A"]}]}, "KeyError('never')"),
        (
            {"draft": {"release_year": 2027}, "years": [*range(1901, 2101)], "runtimes": [*range(1, 200)]},
            "39,800 combinations (200 years x 199 runtimes) exceed the limit of 20,000. Remove some years.",
        ),
        ({"draft": {"release_year": 2027}, "constraints": [{"must_have": ["nm0000050"]}]}, "meets all constraints"),
    ],
)
def test_an_invalid_search_is_refused_with_one_message(run, tmp_path, space, message):
    file = tmp_path / "space.json"
    file.write_text(json.dumps(space))
    shown = run("scenarios", "--file", str(file), "--output", "json")
    assert shown.exit_code == 1
    assert message in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1

"""Snapshots of the sample world: formats, defects, daily changes and the hidden truth."""

import gzip
import json
from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from imdb_assets.sample_world.world import OMDB_FILE, snapshot_date, truth, write_snapshot
from imdb_assets.tables.bronze import DATASETS
from imdb_assets_tests.sample_world.conftest import MOVIES, SEED, written

UNCHANGING = ("title.akas", "title.episode")


def responses(day):
    text = gzip.decompress((day.folder / OMDB_FILE).read_bytes()).decode()
    return [json.loads(line) for line in text.splitlines()]


def ratings(day):
    return {row[0]: (float(row[1]), int(row[2])) for row in day.rows("title.ratings") if row[1] != "x"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_different_ones(first_day, tmp_path):
    again = written(tmp_path / "again", movies=MOVIES, seed=SEED)
    other = written(tmp_path / "other", movies=MOVIES, seed=SEED + 1)
    names = sorted(path.name for path in first_day.folder.iterdir())
    assert names == sorted([OMDB_FILE, *(f"{dataset}.tsv.gz" for dataset in DATASETS)])
    for name in names:
        assert (again.folder / name).read_bytes() == (first_day.folder / name).read_bytes(), name
        assert (other.folder / name).read_bytes() != (first_day.folder / name).read_bytes(), name


@pytest.mark.parametrize("dataset", DATASETS)
def test_headers_and_columns_match_the_bronze_declarations(first_day, dataset):
    header, *lines = first_day.lines(dataset)
    columns = DATASETS[dataset].column_names[:-1]
    assert header == "\t".join(columns)
    malformed = [line for line in lines if line.count("\t") != len(columns) - 1]
    assert len(malformed) == (1 if dataset == "title.basics" else 0)
    assert len(lines) == first_day.summary.rows[dataset]
    assert not any("" in line.split("\t") for line in lines), "an absent value is written as \\N"


def test_rows_are_sorted_by_id(first_day):
    for dataset in ("title.basics", "title.akas", "name.basics"):
        assert all(row[0] <= next_row[0] for row, next_row in pairwise(first_day.rows(dataset))), dataset


@pytest.mark.parametrize("movies", [50, 200, pytest.param(20_000, marks=pytest.mark.slow)])
def test_worlds_of_any_size_have_their_movies_and_each_malformed_row(tmp_path, movies):
    day = written(tmp_path, movies=movies, seed=3)
    basics = [row for row in day.rows("title.basics") if len(row) == 9]
    assert len({row[0] for row in basics if row[1] == "movie"}) == movies
    assert len({row[1] for row in basics}) == 7
    assert [row for row in day.rows("title.principals") if row[1] == "abc"]
    assert [row for row in day.rows("title.ratings") if row[1] == "x"]


def test_titles_have_unpaired_quotes_future_years_and_a_film_of_five_weeks(first_day):
    rows = [row for row in first_day.rows("title.basics") if len(row) == 9]
    assert any(row[2].startswith('"') and row[2].count('"') == 1 for row in rows)
    assert any('"' in row[2][1:] for row in rows)
    assert [row[7] for row in rows].count("51420") == 1
    assert max(int(row[5]) for row in rows if row[5] != "\\N") == 2027
    assert all(any(row[column] == "\\N" for row in rows) for column in (5, 6, 7, 8))
    assert any(not row[3].isascii() for row in rows)
    assert any(row[2] != row[3] for row in rows)


def test_some_rows_are_duplicated(first_day):
    for dataset in ("title.basics", "title.principals"):
        assert max(Counter(first_day.lines(dataset)).values()) == 2, dataset
    assert max(Counter(first_day.lines("name.basics")).values()) == 1


def test_some_foreign_keys_have_no_match(first_day):
    titles = {row[0] for row in first_day.rows("title.basics") if len(row) == 9}
    people = {row[0] for row in first_day.rows("name.basics")}
    crew = {person for row in first_day.rows("title.crew") if row[0] in titles for person in row[1].split(",")}
    assert crew - people - {"\\N"}
    assert set(ratings(first_day)) - titles
    assert {row[0] for row in first_day.rows("title.principals")} - titles
    assert any(row[0] in titles and row[1] not in titles for row in first_day.rows("title.episode"))


def test_people_have_several_jobs_on_one_film_and_share_names(first_day):
    jobs = {}
    for tconst, _, nconst, category, *_ in first_day.rows("title.principals"):
        jobs.setdefault((tconst, nconst), set()).add(category)
    assert any({"director", "writer"} <= categories for categories in jobs.values())
    assert any({"director"} < categories & {"director", "actor", "actress"} for categories in jobs.values())
    assert max(Counter(row[1] for row in first_day.rows("name.basics")).values()) > 1


def test_principals_are_numbered_from_one_to_ten_with_the_cast_first(first_day):
    orders = {}
    for tconst, ordering, _, category, _, characters in dict.fromkeys(map(tuple, first_day.rows("title.principals"))):
        if ordering != "abc":
            orders.setdefault(tconst, []).append((int(ordering), category))
        in_cast = category in {"actor", "actress", "self"}
        assert in_cast or characters == "\\N"
        assert characters == "\\N" or json.loads(characters)
    for billing in orders.values():
        assert [ordering for ordering, _ in billing] == list(range(1, len(billing) + 1))
        cast = [category in {"actor", "actress", "self"} for _, category in billing]
        assert cast == sorted(cast, reverse=True)
    assert max(map(len, orders.values())) == 10


def test_omdb_has_most_movies_and_does_not_find_some(first_day):
    outcomes = Counter(response["Response"] for response in responses(first_day))
    assert 0.85 < outcomes["True"] / MOVIES < 0.97
    assert 0.01 < outcomes["False"] / MOVIES < 0.08
    rated = ratings(first_day)
    for response in responses(first_day):
        if response["Response"] == "True" and response["imdbRating"] != "N/A":
            votes = int(response["imdbVotes"].replace(",", ""))
            assert (float(response["imdbRating"]), votes) == rated[response["imdbID"]]


def test_the_second_day_has_few_changes_and_none_in_two_datasets(first_day, second_day):
    assert (first_day.summary.snapshot_date, snapshot_date(2)) == (date(2025, 1, 1), second_day.summary.snapshot_date)
    for dataset in DATASETS:
        before, after = set(first_day.lines(dataset)), set(second_day.lines(dataset))
        assert (first_day.bytes_of(dataset) == second_day.bytes_of(dataset)) == (dataset in UNCHANGING), dataset
        assert len(before & after) > 0.9 * len(before), dataset
    before, after = ratings(first_day), ratings(second_day)
    assert any(before[title] != after[title] for title in before.keys() & after.keys())
    titles = [{row[0] for row in day.rows("title.basics") if len(row) == 9} for day in (first_day, second_day)]
    assert titles[0] - titles[1]
    assert titles[1] - titles[0]
    names = [dict(row[:2] for row in day.rows("name.basics")) for day in (first_day, second_day)]
    assert 0 < sum(names[0][person] != names[1][person] for person in names[0]) < 10


def test_the_hidden_quality_leaves_only_the_irreducible_error():
    hidden = truth(3_000, 0)
    assert 0.55 < hidden.irreducible_rmse < 0.68
    assert len(hidden.tconst) == len(set(hidden.tconst)) == len(hidden.quality) == 3_000
    assert np.std(hidden.people_effect) > 0.65 * np.std(hidden.quality)
    assert 0.5 < np.std(hidden.director_skill) < 0.6


def test_ratings_correlate_with_the_skill_of_directors_and_the_words_of_plots(tmp_path):
    day = written(tmp_path, movies=3_000, seed=0)
    rated, hidden = ratings(day), truth(3_000, 0)
    skill = dict(zip(hidden.nconst.tolist(), hidden.director_skill.tolist(), strict=True))
    quality = dict(zip(hidden.tconst.tolist(), hidden.quality.tolist(), strict=True))
    movies = [title for title in rated if title in quality]
    assert len(movies) >= 2_300
    values = np.array([rated[title][0] for title in movies])
    votes = np.array([rated[title][1] for title in movies])
    assert 0.3 < np.mean(votes >= 1_000) < 0.5
    assert 1.1 < values.std() < 1.35
    assert np.corrcoef(values, [quality[title] for title in movies])[0, 1] > 0.8
    director = {row[0]: row[1].split(",")[0] for row in day.rows("title.crew") if row[1] != "\\N"}
    directed = [title for title in movies if director.get(title) in skill]
    by_skill = [skill[director[title]] for title in directed]
    assert np.corrcoef([rated[title][0] for title in directed], by_skill)[0, 1] > 0.35
    plots = {response["imdbID"]: response["Plot"] for response in responses(day) if "Plot" in response}
    themes = {}
    for title in movies:
        for theme in ("a cursed videotape", "a strike at the mill", "a killer doll", "a famine", "a treasure map"):
            if theme in plots.get(title, ""):
                themes.setdefault(theme, []).append(rated[title][0])
    assert np.ptp([np.mean(ratings_of_theme) for ratings_of_theme in themes.values()]) > 0.2


def test_an_invalid_number_is_rejected_with_the_setting_to_change(tmp_path):
    with pytest.raises(ValueError, match="SAMPLE_MOVIES"):
        write_snapshot(tmp_path, movies=3, seed=0)
    with pytest.raises(ValueError, match="numbered from 1"):
        write_snapshot(tmp_path, movies=100, seed=0, snapshot=0)

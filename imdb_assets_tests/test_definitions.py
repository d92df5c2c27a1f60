"""The asset graph, and the side effects that loading it must not have."""

from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.automation import ON_DEMAND
from imdb_assets.definitions import definitions_for
from imdb_assets.settings import settings_from

DATASETS = (
    "title_basics",
    "title_akas",
    "title_crew",
    "title_episode",
    "title_principals",
    "title_ratings",
    "name_basics",
)
ASSETS = {
    *(f"landing_{dataset}" for dataset in DATASETS),
    *(f"bronze_{dataset}" for dataset in DATASETS),
    "landing_omdb_responses", "bronze_omdb_responses", "bronze_rejected_rows",
    "silver_movies", "silver_ratings", "silver_people", "silver_credits", "silver_outside_credits",
    "silver_title_names", "silver_series", "silver_episodes", "silver_omdb_facts", "silver_rating_history",
    "gold_movie_features", "gold_baseline_ratings", "gold_baseline_coefficients", "gold_person_history",
    "gold_person_genre_history", "gold_pair_history", "gold_franchise_history", "gold_outside_history",
    "gold_training_set", "gold_people_index", "gold_model_leaderboard", "gold_model_slices", "gold_backtest",
    "gold_model_ablation", "gold_recipe_trials", "rating_model_candidate", "rating_model_champion", "rating_model_card",
    "gold_forecasts", "gold_scoreboard", "gold_feature_drift", "gold_model_pit", "gold_partial_dependence",
    "gold_learning_curve", "gold_leak_tax", "gold_votes_leaderboard", "gold_votes_calibration",
}  # fmt: skip
AZURE = {
    "IMDB_ENV": "azure",
    "LAKE_URI": "abfss://lake@account.dfs.core.windows.net/imdb",
    "AZURE_STORAGE_ACCOUNT": "account",
}


def repository(variables: dict[str, str]) -> dg.RepositoryDefinition:
    return definitions_for(settings_from(variables)).get_repository_def()


def test_the_graph_has_exactly_the_expected_assets() -> None:
    keys = repository({}).asset_graph.get_all_asset_keys()
    assert {key.to_user_string() for key in keys} == ASSETS


def test_the_graph_of_groups_reads_from_left_to_right() -> None:
    graph = repository({}).asset_graph
    group_of = {key: graph.get(key).group_name for key in graph.get_all_asset_keys()}
    upstream = {
        group: {group_of[parent] for key in group_of if group_of[key] == group for parent in graph.get(key).parent_keys}
        - {group}
        for group in set(group_of.values())
    }
    assert upstream == {
        "landing": set(),
        "bronze": {"landing"},
        "silver": {"bronze"},
        "enrichment": {"silver"},
        "gold": {"silver", "enrichment"},
        "model": {"gold"},
        "evaluation": {"gold"},
        "monitoring": {"gold", "model"},
    }


def test_every_asset_links_to_the_function_that_computes_it() -> None:
    nodes = {node.key.to_user_string(): node for node in repository({}).asset_graph.asset_nodes}
    for name in ("silver_movies", "bronze_title_akas", "rating_model_candidate", "gold_backtest"):
        [place] = nodes[name].metadata["dagster/code_references"].code_references
        line = Path(place.file_path).read_text(encoding="utf-8").splitlines()[place.line_number - 1]
        assert line.startswith(("@table_asset(", "@model_asset(", "def write_dataset(")), (name, line)
    assert nodes["silver_movies"].kinds == {"deltalake", "pyspark"}
    assert nodes["gold_backtest"].kinds == {"deltalake", "pandas"}


def test_loading_needs_no_secret_and_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variables in ({}, {"IMDB_ENV": "local"}, AZURE):
        repository(variables)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("environment", "status"), [("sample", "STOPPED"), ("local", "RUNNING")])
def test_schedules_and_the_dataset_sensor_are_off_for_the_sample_and_on_for_real_data(
    environment: str, status: str
) -> None:
    loaded = repository({"IMDB_ENV": environment})
    started = {definition.name: definition.default_status.value
               for definition in (*loaded.schedule_defs, *loaded.sensor_defs)}  # fmt: skip
    assert started.pop("condition_sensor") == "RUNNING"
    assert started.pop("back_up_schedule") == "STOPPED"
    assert started == dict.fromkeys(
        ["dataset_sensor", "enrich_with_omdb_schedule", "maintain_lake_schedule", "train_and_promote_schedule"], status
    )


def test_backups_are_scheduled_where_their_place_is_set(tmp_path: Path) -> None:
    loaded = repository({"IMDB_ENV": "local", "BACKUP_URI": str(tmp_path / "backups")})
    assert loaded.get_schedule_def("back_up_schedule").default_status.value == "RUNNING"


def test_every_asset_has_a_trigger_an_owner_and_a_freshness_policy() -> None:
    nodes = repository({}).asset_graph.asset_nodes
    by_sensor = {node.key.to_user_string() for node in nodes if node.automation_condition is None}
    assert by_sensor == {f"landing_{dataset}" for dataset in DATASETS} | set(ON_DEMAND)
    without_freshness = {node.key.to_user_string() for node in nodes if not node.freshness_policy_or_from_metadata}
    assert without_freshness == set(ON_DEMAND)
    assert all(node.owners and node.description and node.kinds for node in nodes)


def test_the_champion_depends_on_every_dataset_of_the_model() -> None:
    graph = repository({}).asset_graph
    upstream = graph.get_ancestor_asset_keys(dg.AssetKey("rating_model_champion"))
    names = {key.to_user_string() for key in upstream}
    assert {"landing_title_basics", "landing_title_ratings", "landing_omdb_responses", "silver_credits"} <= names
    assert "silver_episodes" not in names


def test_critical_checks_are_blocking() -> None:
    graph = repository({}).asset_graph
    blocking = {key.to_user_string() for key in graph.asset_check_keys if graph.get(key).blocking}
    assert {
        "gold_training_set:no_feature_sees_the_future",
        "silver_movies:primary_key_is_unique",
        "silver_movies:columns_are_as_declared",
        "rating_model_champion:candidate_is_good_enough",
    } <= blocking

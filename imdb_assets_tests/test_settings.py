import pytest

from imdb_assets.settings import settings_from


def test_nothing_set_is_the_sample() -> None:
    chosen = settings_from({})
    assert chosen.imdb_env == "sample"
    assert not chosen.is_automated


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"IMDB_ENV": "production"}, "IMDB_ENV must be sample, local or azure, not 'production'"),
        ({"IMDB_ENV": "azure"}, "LAKE_URI must be abfss://"),
        ({"IMDB_DATASETS": "title.basics,titles"}, "not titles"),
        ({"OMDB_DAILY_LIMIT": "many"}, "OMDB_DAILY_LIMIT must be a whole number of 1 or more, not 'many'"),
        ({"LANDING_SNAPSHOTS": "0"}, "LANDING_SNAPSHOTS must be a whole number of 1 or more"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_variable(variables: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        settings_from(variables)


def test_secrets_are_not_among_the_settings() -> None:
    chosen = settings_from({"OMDB_API_KEY": "hush-key", "AZURE_STORAGE_KEY": "hush-too"})
    assert "hush" not in repr(chosen)

"""Every feature is declared once, with a reason why it is known before release."""

from imdb_assets.vocabulary.features import (
    BLOCKS,
    FEATURE_NAMES,
    FEATURES,
    GROUPS,
    MODEL_COLUMNS,
    NEUTRAL_VALUES,
    TEXT_FEATURES,
    WHY_KNOWN,
    feature_slug,
)

# Known only after release, under the names of the tables.
AFTER_RELEASE = {"average_rating", "target_rating", "n_votes", "known_for_tconsts", "snapshot_date"}


def test_every_feature_has_a_name_of_its_own() -> None:
    assert len(set(MODEL_COLUMNS)) == len(FEATURES) + len(TEXT_FEATURES)


def test_the_matrix_has_the_text_features_after_those_of_the_training_set() -> None:
    assert MODEL_COLUMNS[: len(FEATURE_NAMES)] == FEATURE_NAMES
    assert MODEL_COLUMNS[len(FEATURE_NAMES) :] == ("plot_score", "title_score")


def test_every_group_has_a_reason_why_it_is_known_before_release() -> None:
    assert set(GROUPS.values()) == set(WHY_KNOWN)


def test_no_feature_is_known_only_after_release() -> None:
    assert not AFTER_RELEASE & set(MODEL_COLUMNS)


def test_absent_genres_countries_and_certificates_are_zeros() -> None:
    indicators = [feature.name for feature in FEATURES if feature.block in {"genres", "country", "certificate"}]
    assert indicators
    assert {NEUTRAL_VALUES[name] for name in indicators} == {0.0}


def test_a_feature_of_a_role_is_absent_with_the_people_of_the_role() -> None:
    assert {BLOCKS[f"{role}_effect_mean"] for role in ("director", "writer", "cast")} == {"director", "writer", "cast"}
    assert BLOCKS["cast_pair_effect_mean"] == "director_cast"


def test_column_names_contain_neither_blanks_nor_hyphens() -> None:
    assert feature_slug("Reality-TV") == "reality_tv"
    assert feature_slug("United States") == "united_states"

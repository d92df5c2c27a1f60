"""IMDb's categories map to the roles that drafts list."""

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.vocabulary.roles import ROLE_LISTS, ROLE_OF_CATEGORY, ROLES


def test_every_role_has_a_category_and_a_list() -> None:
    assert set(ROLE_OF_CATEGORY.values()) == set(ROLES) == set(ROLE_LISTS)


def test_actors_and_people_as_themselves_are_cast_and_composers_have_no_role() -> None:
    assert [ROLE_OF_CATEGORY[category] for category in ("actor", "actress", "self")] == ["cast"] * 3
    assert "composer" not in ROLE_OF_CATEGORY


def test_a_draft_has_the_list_of_every_role() -> None:
    assert set(ROLE_LISTS.values()) <= set(MovieDraft.model_fields)

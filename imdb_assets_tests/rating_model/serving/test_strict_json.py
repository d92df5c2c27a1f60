"""JSON of which Python would lose a part."""

import pytest

from imdb_assets.rating_model.serving.strict_json import JsonError, NotJsonError, parse_json


def test_a_name_that_occurs_twice_is_an_error_at_every_level() -> None:
    assert parse_json('[{"cast": ["A"]}, {"cast": ["B"]}]') == [{"cast": ["A"]}, {"cast": ["B"]}]
    for text in ('{"cast": ["A"], "cast": ["B"]}', '[{"a": {"cast": 1, "cast": 2}}]'):
        with pytest.raises(JsonError, match="has 'cast' 2 times in one object"):
            parse_json(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_deep_nesting_is_an_error(text: str) -> None:
    with pytest.raises(JsonError, match="is nested too deep"):
        parse_json(text)


@pytest.mark.parametrize("text", ["", "no json", "[1,", "9" * 5000, "\ufeff{}"])
def test_other_text_is_not_json(text: str) -> None:
    with pytest.raises(NotJsonError, match="is not JSON: "):
        parse_json(text)

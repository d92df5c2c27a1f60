"""Each rule belongs to a column, and accepts IMDb's own values and no near misses."""

import re

import pytest

from imdb_assets.tables.bronze import DATASETS
from imdb_assets.tables.bronze_rules import CHARACTERS, INDISPENSABLE_VALUES, RULES, TITLE_ID, enumerated_columns
from imdb_assets.vocabulary.roles import CATEGORIES, ROLE_OF_CATEGORY
from imdb_assets.vocabulary.title_types import KIND_OF_TYPE, MOVIE, TITLE_TYPES


def test_every_dataset_has_rules_for_columns_of_its_table_and_a_required_key():
    assert {table.name for table in DATASETS.values()} == set(RULES)
    for table in DATASETS.values():
        rules = RULES[table.name]
        assert set(rules) <= set(table.column_names[:-1])
        assert rules[table.column_names[0]].is_required
        required = {column.name for column in table.columns[:-1] if not column.nullable}
        assert {name for name, rule in rules.items() if rule.is_required} >= required


def test_the_rules_are_the_only_limits_of_a_datasets_values():
    # The task that writes a dataset knows the rules and counts nulls. It does not evaluate conditions in SQL.
    assert not any(table.value_constraints for table in DATASETS.values())


def test_the_values_that_the_platform_uses_are_legal():
    assert {MOVIE, *KIND_OF_TYPE} <= set(TITLE_TYPES)
    assert set(ROLE_OF_CATEGORY) <= set(CATEGORIES)
    assert enumerated_columns("title_basics") == ("titleType", "isAdult")
    for table_name, values in INDISPENSABLE_VALUES.items():
        assert all(value in RULES[table_name][name].values for name, value in values.items())


@pytest.mark.parametrize(
    ("rule", "legal", "illegal"),
    [
        (TITLE_ID, ["tt1", "tt12345678"], ["", "tt", "TT1", "nm1", "tt1 ", "tt1\r", "tt\u0661", "tt1234567890123"]),
        (
            CHARACTERS,
            ['["Self"]', r'["A \"B\" C","D\\E"]', '["A", "B"]', "Himself", r'["\u00e9"]'],
            ["[]", '["A', '["A" "B"]', '["A",]', r'["\x"]', r'["\u00"]', '["A\rB"]', "A\x00B", '["\ufffd"]', "[A]"],
        ),
    ],
)  # fmt: skip
def test_a_rule_accepts_whole_values_only(rule, legal, illegal):
    assert [value for value in legal if not re.fullmatch(rule.pattern, value)] == []
    assert [value for value in illegal if re.fullmatch(rule.pattern, value)] == []

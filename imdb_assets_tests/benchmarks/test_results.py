"""The page of benchmark results."""

import json

from benchmarks.results import PAGE, RESULTS, markdown_table, page


def test_the_page_is_rendered_from_the_recorded_results():
    assert PAGE.read_text(encoding="utf-8") == page(json.loads(RESULTS.read_text(encoding="utf-8")))


def test_a_section_names_its_command_date_and_machine():
    section = {
        "title": "People",
        "command": "make bench-people",
        "date": "2026-01-02",
        "machine": "2 cores",
        "text": "1 s",
    }
    assert page({"people": section}).endswith("## People\n\n`make bench-people`, 2026-01-02, 2 cores.\n\n1 s\n")


def test_numbers_of_a_table_are_aligned_to_the_right():
    assert markdown_table(("asset", "rows"), [("movies", "7")]) == "| asset | rows |\n| --- | ---: |\n| movies | 7 |"

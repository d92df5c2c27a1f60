"""The documentation matches the code."""

import re
import runpy
from pathlib import Path

import pytest

from imdb_assets.settings import VARIABLES

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
# Read by Docker Compose, not by the platform.
READ_BY_OTHERS = {
    "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURITE_KEY", "CODE_LOCATION_MEMORY", "COMMIT", "POSTGRES_PASSWORD",
}  # fmt: skip


def _documented_variables() -> set[str]:
    return set(
        re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_the_generated_pages_are_up_to_date():
    for name, page in runpy.run_path(str(ROOT / "docs" / "write_tables.py"))["PAGES"].items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_example_explains_the_settings_that_are_read_and_no_others():
    assert _documented_variables() == set(VARIABLES) | READ_BY_OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_in_the_pages_are_make_targets(page):
    # In prose "make" is also a verb, so only code counts.
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", _code(page))) <= _make_targets()


def _code(page: Path) -> str:
    blocks = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return "\n".join(part for block in blocks for part in block)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_paths_named_in_the_pages_exist(page):
    folders = "imdb_assets|imdb_assets_tests|app|benchmarks|docs"
    paths = re.findall(rf"(?:^|[\s`])((?:{folders})/[\w./-]*(?:/|\.\w+))(?=[\s`]|$)", _code(page))
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_and_images_of_the_pages_exist(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_make_target_has_a_help_text():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)", makefile, flags=re.MULTILINE))
    documented = set(re.findall(r"^([a-z-]+):.*## \S", makefile, flags=re.MULTILINE))
    assert phony == documented


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in folder.glob("*.md") if page.name != "README.md" and page.name not in index] == []

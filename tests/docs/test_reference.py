"""The reference is current and whole: made pages, public names, dependencies, commands."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from page_blocks import PAGES, ROOT, blocks_of

import doxa
from doxa.runtime.twin import Twin
from doxa.runtime.twins import Twins

DOCS = ROOT / "docs"


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generate()
MADE: dict[Path, str] = GENERATE.pages()


@pytest.mark.parametrize("page", MADE, ids=lambda page: page.name)
def test_a_made_page_is_current(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == MADE[page], "run: make docs"


def test_names_of_the_package_are_as_listed() -> None:
    assert sorted(doxa.__all__) == ["DoxaError", "__version__", "open", "open_async"]
    assert all(hasattr(doxa, name) for name in doxa.__all__)


@pytest.mark.parametrize("facade", [Twins, Twin])
def test_every_method_of_a_facade_says_what_it_does(facade: type) -> None:
    listed = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    for name, member in GENERATE.methods(facade):
        assert f"#### {facade.__name__}.{name}\n" in listed
        assert member.__doc__, name


def test_every_command_has_an_example() -> None:
    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    assert sections
    for section in sections:
        assert "Example: doxa " in section, section.partition("\n")[0]


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (DOCS / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *(one for each in extras.values() for one in each)]:
        name = re.split(r"[\[<>=;~ ]", line)[0]
        assert name == "doxa" or f"`{name}`" in page, name
    for extra in extras:
        assert f"`{extra}`" in page, extra


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in (DOCS / "decisions").glob("0*.md"):
        text = page.read_text(encoding="utf-8")
        number = int(page.name[:4])
        assert f"]({page.name})" in index, page.name
        assert text.startswith(f"# {number}. "), page.name
        for part in ("Status: ", "**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, (page.name, part)


def test_changelog_and_package_agree() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert headings[0].startswith("Unreleased")
    newest = re.findall(r"\d+\.\d+\.\d+", " ".join(headings))[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert newest == project["version"] == doxa.__version__


def test_the_readme_soon_shows_code_that_runs() -> None:
    blocks = blocks_of((ROOT / "README.md").read_text(encoding="utf-8"))
    first = next(block for block in blocks if block.language == "python")
    assert not first.mark
    assert first.line <= 40


def test_every_target_that_a_page_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in PAGES:
        for target in re.findall(
            r"`make ([a-z]+)`|^\$ make ([a-z]+)", page.read_text("utf-8"), re.M
        ):
            assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), (page.name, target)

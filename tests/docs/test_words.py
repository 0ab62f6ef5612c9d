"""One word per idea, links that lead somewhere, nothing that names a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_blocks import PAGES, ROOT, name_of, prose_of

BANNED = {
    r"confidences?": "credence, or interval",
    r"predictions?": "forecast",
    r"baselines?": "rival",
    r"leaderboards?": "ladder",
    r"user_?ids?|customer_?ids?|person_?ids?": "twin",
    r"profiles?": "twin",
    r"archetypes?": "persona",
    r"ontology|ontologies": "belief map",
    r"ingest(?:s|ed|ion|ing)?": "take in, observe, backfill",
    r"stakeholders?": "who exactly",
}
"""What is not said anywhere, and what is said instead."""
IN_PROSE = {
    r"(?<!after an )events?(?! (?:bands?|clocks?))": "signal",
    r"observations?": "signal",
    r"(?<!make )users?": "person, or whoever calls it",
    r"accuracy": "fidelity",
    r"leverag\w+|seamless\w*|powerful|blazing\w*|cutting-edge|simply": "nothing",
}
"""What is not said on pages and in help; code may need it."""
EXEMPT = {"docs/reference/glossary.md", "tests/docs/test_words.py"}
SKIPPED = {".venv", ".git", "vendor", "__pycache__", "build", "dist"}
ENDINGS = {".py", ".md", ".yaml", ".toml", ".sql", ".j2", ".js", ".css", ".html", ".txt", ""}
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt|workspace)/|pypi\.org|pythonhosted|npmjs|"
    r"index-url|artifactory|nexus\.",
    re.IGNORECASE,
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part in SKIPPED or part.endswith("_cache") for part in parts)
        if path.is_file() and not hidden and path.suffix in ENDINGS and path.name != "uv.lock":
            yield path


FILES = [path for path in _files() if ".hypothesis" not in path.parts]
SAID = [
    path
    for path in FILES
    if (name_of(path).startswith(("src/", "docs/")) or path in PAGES) and path.suffix != ".css"
]


def _found(words: dict[str, str], text: str) -> list[str]:
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}; say {instead}"
        for pattern, instead in words.items()
        for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", [p for p in SAID if name_of(p) not in EXEMPT], ids=name_of)
def test_one_word_per_idea(path: Path) -> None:
    assert _found(BANNED, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", [p for p in PAGES if name_of(p) not in EXEMPT], ids=name_of)
def test_pages_say_signal_and_person(page: Path) -> None:
    assert _found(IN_PROSE, prose_of(page.read_text(encoding="utf-8"))) == []


def test_the_help_says_signal_and_person() -> None:
    page = ROOT / "docs" / "reference" / "command-line.md"
    assert _found(IN_PROSE, page.read_text(encoding="utf-8")) == []


def test_no_file_names_a_machine() -> None:
    here = Path(__file__)
    found = {
        name_of(path): match[0]
        for path in FILES
        if path != here and (match := MACHINE.search(_text(path)))
    }
    assert found == {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            assert anchor in _anchors(found), target


def test_every_page_can_be_reached() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        waiting += [(page.parent / t.partition("#")[0]).resolve() for t in targets if ":" not in t]
    assert {name_of(page) for page in PAGES} <= {name_of(page) for page in seen}


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}

"""Fenced blocks of a Markdown page, and what an HTML comment right above one says about it.

Above a block may stand one comment:

- ``<!-- file: NAME -->`` the block is written to that file before what follows runs;
- ``<!-- not run: WHY -->`` the block is shown only, and says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCE = re.compile(r"^(`{3,})(\w*)\s*$")
_COMMENT = re.compile(r"^<!-- (file|not run): (.+) -->$")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes
    ----------
    line : int
        Of its first line of text, from 1.
    mark : "", "file" or "not run"
    told : what the mark says
    """

    language: str
    text: str
    line: int
    mark: str = ""
    told: str = ""


def blocks_of(text: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    found: list[Block] = []
    lines = text.splitlines()
    place = 0
    while place < len(lines):
        fence = _FENCE.match(lines[place])
        if fence is None:
            place += 1
            continue
        end = lines.index(fence[1], place + 1)
        above = _COMMENT.match(lines[place - 1]) if place else None
        body = "".join(line + "\n" for line in lines[place + 1 : end])
        mark, told = (above[1], above[2]) if above else ("", "")
        found.append(Block(fence[2], body, place + 2, mark, told))
        place = end + 1
    return found


def prose_of(text: str) -> str:
    """A page without its fenced blocks and without code in line."""
    lines, fence = [], ""
    for line in text.splitlines():
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif fence and line == fence:
            fence = ""
        elif not fence:
            lines.append(re.sub(r"`[^`]*`", "", line))
    return "\n".join(lines)


def name_of(path: Path) -> str:
    """How a page is called in the output of the tests."""
    return path.relative_to(ROOT).as_posix()

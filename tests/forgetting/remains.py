"""What is left of a person in the files of a folder: a search through their bytes."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from pathlib import Path


def forms(text: str) -> set[bytes]:
    """The ways in which a text may stand in a file."""
    escaped = json.dumps(text)[1:-1]
    shapes = {text, escaped, html.escape(text), "".join(f"\\u{ord(c):04X}" for c in text)}
    wide = {text.encode(code) for code in ("utf-16-le", "utf-16-be")}
    return {shape.encode() for shape in shapes} | wide


def remains(folder: Path, texts: Iterable[str]) -> dict[str, list[str]]:
    """Which of the texts are found where; Parquet is read, all else is searched as it lies there."""
    wanted = {text: forms(text) for text in texts}
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for content in _contents(path):
                for text, shapes in wanted.items():
                    if any(shape in content for shape in shapes):
                        found.setdefault(str(path.relative_to(folder)), []).append(text)
    return found


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if content[:4] == b"PAR1":
        from pyarrow import parquet

        yield repr(parquet.read_table(path).to_pylist()).encode()

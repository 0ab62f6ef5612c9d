"""Pages that tell of one person, found again by what stands in their heads."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

_HEAD = 2048
_ABOUT = re.compile(r'<meta name="doxa-twin" content="([^"]*)">')


def pages_about(folder: Path, twin: str) -> Iterator[Path]:
    """The pages in a folder that tell of a twin; torn ones that a kill left behind too.

    Examples
    --------
    >>> import tempfile
    >>> from doxa.report import Origin, Page, write_page
    >>> with tempfile.TemporaryDirectory() as name:
    ...     for twin in ("h42", "h43"):
    ...         page = Page(f"Twin {twin}", Origin("doxa report", "0.1.0"), about=twin)
    ...         file = write_page(page, f"{name}/{twin}.html")
    ...     [page.name for page in pages_about(Path(name), "h42")]
    ['h42.html']
    """
    for pattern in ("*.html", ".*.html.*.tmp"):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and _about(path) == twin:
                yield path


def _about(path: Path) -> str | None:
    with path.open("rb") as file:
        found = _ABOUT.search(file.read(_HEAD).decode(errors="replace"))
    return None if found is None else html.unescape(found[1])

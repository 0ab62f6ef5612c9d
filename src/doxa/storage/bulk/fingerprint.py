"""Which load this is, and whether its files are still what they were."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.storage.bulk.layout import Layout, glob

_EDGE = 1 << 16
_QUOTED = re.compile(r"'([^']+)'")


class FileMark(msgspec.Struct, frozen=True):
    """What a file looked like: enough to see that it changed without reading it all."""

    path: str
    size: int
    changed: int
    edges: str


def mark(path: Path) -> FileMark:
    """Size, time of change, and a hash of the first and last 64 KiB."""
    found = path.stat()
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(_EDGE))
        file.seek(max(found.st_size - _EDGE, 0))
        digest.update(file.read(_EDGE))
    return FileMark(str(path.resolve()), found.st_size, found.st_mtime_ns, digest.hexdigest())


def marks(layouts: Sequence[Layout]) -> list[FileMark]:
    """The marks of every file that the tables read, queries included where they name one."""
    paths = {path for layout in layouts for path in _paths(layout)}
    return [mark(path) for path in sorted(paths)]


def _paths(layout: Layout) -> Iterator[Path]:
    if layout.path is not None:
        yield layout.path
    for name in _QUOTED.findall(layout.table.sql or ""):
        try:
            yield from (path for path in glob(layout.table.folder / name) if path.is_file())
        except (ValueError, OSError, NotImplementedError):
            continue  # a literal that is no path


def identity(layouts: Sequence[Layout], map: BeliefMap, options: Sequence[object]) -> str:
    """What the rows of a load depend on besides its files: tables, kinds, clock, zone, options."""
    parts = [
        [msgspec.structs.asdict(layout.table) for layout in layouts],
        [map.clock.value, map.zone.default, sorted(map.signals)],
        list(options),
    ]
    text = msgspec.json.encode(parts, order="deterministic", enc_hook=str)
    return blake2b(text, digest_size=16).hexdigest()


def fingerprint(identity: str, files: Sequence[FileMark]) -> str:
    """The name of a load: what it is and what its files hold."""
    text = msgspec.json.encode([identity, files])
    return blake2b(text, digest_size=16).hexdigest()

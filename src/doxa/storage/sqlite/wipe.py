"""Zeros over what SQLite left in the unused part of its pages.

``secure_delete`` overwrites what is deleted, but a page that was rearranged keeps stale copies of rows
between its pointers and its content; deleting the rows later does not reach them. Those bytes mean
nothing to SQLite, so that zeros may be written over them at any time; only a copy of the page that
another connection still remembers could bring them back, which is why the caller holds the write lock
and commits something afterwards.

It runs as a process of its own, ``python wipe.py FILE``, and imports nothing of doxa: a process that
opened and closed a store's file beside SQLite would lose SQLite's locks on it (POSIX advisory locks).
File format: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import os
import sys

_HEADER = 100
_PAGES_AT_ONCE = 256
_POINTERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""Types of b-tree pages, and how long their headers are."""
_MOST_PAGES = 0x0200_0000
"""From here on the first byte of an overflow page could look like the type of a b-tree page."""

REFUSED = 3
"""The exit code for a file whose pages cannot be told apart."""


def unused(page: bytes, start: int, usable: int) -> tuple[int, int] | None:
    """Where a b-tree page holds nothing, as (begin, end); None for any other page.

    Parameters
    ----------
    start : int
        Where the page's header begins: 100 on the first page.
    usable : int
        Bytes of the page that SQLite uses.

    Examples
    --------
    >>> unused(bytes([13, 0, 0, 0, 1, 0, 60, 0, 0, 60]) + bytes(54), 0, 64)
    (10, 60)
    """
    size = _POINTERS.get(page[start])
    if size is None:
        return None
    cells = int.from_bytes(page[start + 3 : start + 5], "big")
    content = int.from_bytes(page[start + 5 : start + 7], "big") or 65536
    begin = start + size + 2 * cells
    return (begin, content) if begin <= content <= usable else None


def wipe(path: str) -> int:
    """Write the zeros; returns in how many pages there was something, or -1 for a refused file."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        header = os.read(handle, _HEADER)
        size = int.from_bytes(header[16:18], "big")
        size = 65536 if size == 1 else size
        pages = os.fstat(handle).st_size // size
        ordered = int.from_bytes(header[52:56], "big")  # pages are listed in pages of their own
        if ordered or pages >= _MOST_PAGES:
            return -1
        found = _wipe_pages(handle, size, size - header[20], pages)
        if found:
            os.fsync(handle)
        return found
    finally:
        os.close(handle)


def _wipe_pages(handle: int, size: int, usable: int, pages: int) -> int:
    zeros = bytes(size)
    found = 0
    for first in range(0, pages, _PAGES_AT_ONCE):
        os.lseek(handle, first * size, os.SEEK_SET)
        block = os.read(handle, size * min(_PAGES_AT_ONCE, pages - first))
        for number in range(len(block) // size):
            page = block[number * size : (number + 1) * size]
            gap = unused(page, 0 if first + number else _HEADER, usable)
            if gap is not None and page[gap[0] : gap[1]] != zeros[gap[0] : gap[1]]:
                os.lseek(handle, (first + number) * size + gap[0], os.SEEK_SET)
                os.write(handle, zeros[gap[0] : gap[1]])
                found += 1
    return found


if __name__ == "__main__":
    sys.exit(REFUSED if wipe(sys.argv[1]) < 0 else 0)

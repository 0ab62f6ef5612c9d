"""How many bad rows are too many, and the file that names them."""

from __future__ import annotations

import csv
from pathlib import Path

from doxa.errors import TooManyRejects

SHARE = 0.01
HEADER = ("table", "line", "field", "reason")
_EARLY = 50_000


class Limit:
    """Bad rows that a load bears: a share of all rows (float), or a number of them (int).

    Examples
    --------
    >>> Limit(None).allows(1, 100), Limit(None).allows(2, 100), Limit(2).allows(2, 3)
    (True, False, True)
    """

    def __init__(self, most: float | int | None) -> None:
        self._most = SHARE if most is None else most
        self._given = most is not None

    def allows(self, rejected: int, read: int) -> bool:
        """Whether so many bad rows among so many are borne."""
        if isinstance(self._most, int):
            return rejected <= self._most
        return rejected <= self._most * read

    def check(self, rejected: int, read: int, file: Path) -> None:
        """Stop the load when there are too many."""
        if not self.allows(rejected, read):
            raise TooManyRejects(
                f"{rejected:,} of {read:,} rows cannot be taken",
                where=str(file),
                hint="the file says which and why; --max-rejects allows more",
            )

    def check_table(self, name: str, read: int, staged: int, ended: bool, file: Path) -> None:
        """Stop when every row of a table is bad, unless a limit was given: then it decides."""
        if self._given or staged or not read or not (ended or read >= _EARLY):
            return
        raise TooManyRejects(
            f"not one of {read:,} rows of {name} can be taken",
            where=str(file),
            hint="the file says why; is the table described as it is?",
        )


def with_first(error: TooManyRejects, file: Path) -> TooManyRejects:
    """The same error, saying of the first bad row what is wrong with it."""
    with file.open(newline="", encoding="utf-8") as found:
        rows = csv.reader(found)
        next(rows, None)
        first = next(rows, None)
    if first is None:
        return error
    table, line, part, reason = first
    told = f"{part}: {reason}" if part else reason
    return TooManyRejects(
        f"{error.problem}, the first of them {table}:{line} {told}",
        where=error.where,
        expected=error.expected,
        hint=error.hint,
    )


def collect(folder: Path, target: Path) -> int:
    """Gather the rejects of all chunks in one file; none leaves no file. Returns how many."""
    parts = sorted(folder.glob("*.rejects"))
    if not parts:
        target.unlink(missing_ok=True)
        return 0
    count = 0
    fresh = target.with_name(target.name + ".new")
    with fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for part in parts:
            with part.open(newline="", encoding="utf-8") as rows:
                for row in csv.reader(rows):
                    writer.writerow(row)
                    count += 1
    fresh.replace(target)
    return count

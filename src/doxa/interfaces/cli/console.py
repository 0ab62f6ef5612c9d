"""What commands print: text and tables on standard output, errors and progress on standard error."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeAlias

import msgspec
import typer

from doxa.domain.clock import Clock
from doxa.errors import DoxaError
from doxa.interfaces.cli.dated import dated

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
"""The option that every command has."""

Progress: TypeAlias = Callable[[int, "int | None"], None]
"""Told how much is done, and of how much (None = not known yet)."""

_SHOWN = 80
_ENDLESS = re.compile(r"[^\s/]{300,}")

Phases: TypeAlias = Callable[[str, int, "int | None"], None]
"""The same for work in phases: the phase's name first."""


def print_json(document: Any, clock: Clock = Clock.TIME) -> None:
    """Print the one JSON document of a command; moments on the clock are text, see `dated`."""
    document = dated(document, clock)
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_sound(document))
    _write(msgspec.json.format(encoded, indent=2).decode())


def _sound(value: Any) -> Any:
    """The same with text that no encoding knows written as escapes: names of odd files."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_sound(key): _sound(one) for key, one in value.items()}
    return [_sound(one) for one in value] if isinstance(value, list) else value


def say(*lines: str) -> None:
    """Print lines of text; what a terminal cannot show is replaced."""
    for line in lines:
        _write(line.rstrip())


def note(line: str) -> None:
    """Say something beside the result, on standard error."""
    print(line, file=sys.stderr)


def print_error(error: DoxaError, as_json: bool) -> None:
    """Print an error as one sentence, or as JSON, on standard error."""
    parts = {key: _brief(value) for key, value in error.as_dict().items()}
    if as_json:
        print(msgspec.json.encode(_sound(parts)).decode(), file=sys.stderr)
    else:
        del parts["error"]
        text = plain(str(DoxaError(**parts)), keep="\n")
        print(f"doxa: {text}", file=sys.stderr)


def _brief(part: str) -> str:
    """A part that quotes what was given, shortened where that is very long."""
    return _ENDLESS.sub(lambda found: f"{found[0][:_SHOWN]}…{found[0][-1]}", part)


def plain(text: str, keep: str = "") -> str:
    """Text from outside, safe to print: control characters show as escapes.

    Examples
    --------
    >>> plain("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in keep else ascii(letter)[1:-1] for letter in text
    )


def red(text: str) -> str:
    """Text in red on a terminal that shows colour; as it is elsewhere, and where NO_COLOR is set.

    Examples
    --------
    >>> red("missed")
    'missed'
    """
    shown = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return f"\x1b[31m{text}\x1b[0m" if shown else text


def width() -> int:
    """Columns to write to: of the terminal, at most 100; 80 when there is none."""
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def cut(text: str, columns: int) -> str:
    """Text that fits, shortened at its end.

    Examples
    --------
    >>> cut("prices_are_fair", 8)
    'prices_…'
    """
    return text if len(text) <= columns else f"{text[: columns - 1]}…"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "person", "people"), counted(1200, "row")
    ('1 person', '1,200 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def table(rows: Sequence[Sequence[str]], right: str = "", indent: str = "  ") -> list[str]:
    """Rows as aligned lines, two blanks between columns.

    Parameters
    ----------
    right : str
        One letter per column: ``r`` for numbers, anything else for text.

    Examples
    --------
    >>> table([["a", "1"], ["bb", "10"]], "lr")
    ['  a    1', '  bb  10']
    """
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = right.ljust(len(widths), "l")
    return [
        (
            indent
            + "  ".join(
                cell.rjust(size) if side == "r" else cell.ljust(size)
                for cell, size, side in zip(row, widths, sides, strict=True)
            )
        ).rstrip()
        for row in rows
    ]


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A bar on standard error while work goes on, only when that is a terminal.

    Examples
    --------
    >>> with progress("folding") as report:
    ...     report(1, 2)
    """
    with phases() as report:
        yield lambda done, total: report(label, done, total)


@contextmanager
def phases() -> Iterator[Phases]:
    """The same for work in phases: one bar per phase."""
    if not sys.stderr.isatty():
        yield lambda phase, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        tasks: dict[str, Any] = {}

        def report(phase: str, done: int, total: int | None) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=total)
            bars.update(tasks[phase], completed=done, total=total)

        yield report


def _write(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding))

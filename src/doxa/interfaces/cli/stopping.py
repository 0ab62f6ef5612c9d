"""Ctrl-C that leaves what was done: once it asks to stop, twice it interrupts."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from doxa.interfaces.cli.console import note


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether Ctrl-C was pressed.

    Examples
    --------
    >>> with stopping() as stop:
    ...     stop()
    False
    """
    pressed: list[bool] = []

    def press(number: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)
        note("stopping; what is finished is kept (again to break off)")

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)

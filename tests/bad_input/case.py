"""One wrong input: what the user does, and the error they get."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A mistake, and what comes of it.

    Attributes
    ----------
    mistake : str
        What is wrong, in words.
    run : str
        Words after ``doxa``; in Python cases an expression with `twins`, an open store.
    says : str
        The error, FOLDER standing for the folder it is run in.
    code : int or str
        The exit code; in Python cases the class of the error.
    files : mapping
        Files beside the store, by name.
    stands_for : mapping
        What words of the command stand for: ``<a long text>`` is no command to print.
    damage : str
        What was done to the store before; a function of `stores`.
    leaves : tuple of str
        Files that are there afterwards and were not before.
    """

    mistake: str
    run: str
    says: str
    code: int | str = 2
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    stands_for: Mapping[str, str] = field(default_factory=dict)
    damage: str = ""
    leaves: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """The words of the command."""
        return [self._meant(word) for word in shlex.split(self.run)]

    def _meant(self, word: str) -> str:
        for short, long in self.stands_for.items():
            word = word.replace(short, long)
        return word


REJECTS = ("doxa.db.rejects.csv",)

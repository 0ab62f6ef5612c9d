"""Everything that doxa refuses, in one tree: what is wrong, where, what was expected, what to do."""

from __future__ import annotations


class DoxaError(Exception):
    """The root of all errors that doxa raises for a reason the caller can act on.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    where : str
        File, line, field, row or signal id; empty when there is only one place.
    expected : str
        What would have been right.
    hint : str
        What to do next.

    Examples
    --------
    >>> print(MapError("unknown key 'knd'", where="map.yaml:4 nodes.buys", hint="did you mean 'kind'?"))
    map.yaml:4 nodes.buys: unknown key 'knd'; did you mean 'kind'?
    """

    exit_code = 1

    def __init__(
        self, problem: str, *, where: str = "", expected: str = "", hint: str = ""
    ) -> None:
        super().__init__(problem, where, expected, hint)
        self.problem = problem
        self.where = where
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.problem}" if self.where else self.problem
        if self.expected:
            text += f"; expected {self.expected}"
        if self.hint:
            text += f"; {self.hint}"
        return text

    def as_dict(self) -> dict[str, str]:
        """The same as plain fields, for ``--json``."""
        parts = {
            "problem": self.problem,
            "where": self.where,
            "expected": self.expected,
            "hint": self.hint,
        }
        return {
            "error": type(self).__name__,
            **{key: value for key, value in parts.items() if value},
        }


class MapError(DoxaError, ValueError):
    """A belief map, evaluation file, tables file or scenario that cannot be understood."""

    exit_code = 2


class MapChanged(DoxaError):
    """The map given differs from the one the store was opened with last."""

    exit_code = 2


class SignalError(DoxaError, ValueError):
    """A signal or row that cannot be taken in."""

    exit_code = 2


class SignalConflict(SignalError):
    """The same signal id arrived with other content than before."""


class ForgottenTwin(SignalError):
    """A signal of a person who was forgotten, from before that."""


class TooManyRejects(DoxaError, ValueError):
    """A load in which more rows are bad than was allowed."""


class InputError(DoxaError, ValueError):
    """An argument, file or address that cannot be understood."""

    exit_code = 2


class UnknownName(DoxaError, LookupError):
    """A node, outcome, kind or purpose that the map does not declare."""

    exit_code = 2


class StoreError(DoxaError, OSError):
    """The store cannot be opened, read or written."""

    exit_code = 4


class PopulationError(DoxaError):
    """A fit that cannot be made or must not be activated."""

    exit_code = 3


class MissingExtra(DoxaError, ImportError):
    """A feature whose optional dependency is not installed."""

    exit_code = 2

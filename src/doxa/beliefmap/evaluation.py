"""The compiled evaluation: frozen records of what is asked of a map, and when."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from doxa.beliefmap.model import BeliefMap, Condition, Record
from doxa.types import Moment, Span


class When(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A date, time or position as an evaluation writes it.

    Attributes
    ----------
    text : str
        As written.
    moment : int
        The moment itself; for a bare date its local midnight. As an origin ("day d") this is the
        moment before which everything is read.
    last : int
        The last moment it includes; for a bare date the last one of that local day.
    """

    text: str
    moment: Moment
    last: Moment


class People(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Units whose id, as a number or hashed, leaves one of these remainders."""

    modulus: int
    parts: tuple[int, ...]
    hashed: bool = False


class Nth(Record, frozen=True, kw_only=True, omit_defaults=True):
    """From the nth moment of a person on (1 = the first), counted anew per value of a field."""

    begin: int
    per: str | None = None


class Selection(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Which moments of which people; everything given must hold.

    ``begin`` and ``end`` are included; ``before`` is not. ``largest`` and ``without_largest``
    give, per field, the share of moments with its largest values that is kept or left out.
    """

    begin: When | None = None
    end: When | None = None
    before: When | None = None
    every: Span | None = None
    first: float | None = None
    last: float | None = None
    people: People | None = None
    traits: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    when: Condition | None = None
    nth: Nth | None = None
    resolved_by: When | None = None
    largest: dict[str, float] = msgspec.field(default_factory=dict)
    without_largest: dict[str, float] = msgspec.field(default_factory=dict)


class Folds(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Parts of the people, each scored with the parameters of the others."""

    modulus: int
    parts: tuple[tuple[int, ...], ...]
    hashed: bool = False


class Question(StrEnum):
    """What a row of an evaluation asks."""

    FORECAST = "forecast"
    SIMULATE = "simulate"
    EFFECT = "effect"
    SHARES = "shares"


class Reads(StrEnum):
    """What a forecast may read: everything before its moment, or nothing after the fit rows."""

    LIVE = "live"
    FIT_END = "fit_end"


class Subset(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Some of the people, by a trait they have or its value."""

    has: str | None = None
    traits: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Bar(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What must be reached: ``low`` <= metric <= ``high`` on a subset (``all``, ``mean``).

    An ``aim`` is what one would like to reach: it is reported, and missing it fails nothing.
    """

    subset: str
    metric: str
    low: float | None = None
    high: float | None = None
    aim: bool = False

    def reached(self, value: float) -> bool:
        """Whether a value lies within the bar; NaN never does.

        Examples
        --------
        >>> Bar(subset="all", metric="log_loss", high=0.194).reached(0.1939)
        True
        """
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high) and value == value


class EvaluationRow(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One question, its rivals and its bars."""

    name: str
    asks: Question
    outcomes: tuple[str, ...]
    actions: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    reads: Reads = Reads.LIVE
    fit: Selection | None = None
    score: Selection | None = None
    folds: Folds | None = None
    most_rows: int | None = None
    base: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    subsets: dict[str, Subset] = msgspec.field(default_factory=dict)
    report_by: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    unresolved_apart: bool = False
    shuffle_within: str | None = None
    paths: int | None = None
    contrast: str | None = None
    treated: float | None = None
    challenger: bool = False
    line: int = 0


class Data(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where the signals come from: a loader and its arguments, or a tables file."""

    load: Path | None = None
    tables: Path | None = None
    arguments: dict[str, str] = msgspec.field(default_factory=dict)


class Evaluation(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Everything an evaluation file says, with the map it puts its questions to.

    ``compared`` is how many variants were held against the scored rows, this one included: the best
    of many is luck. None = the file does not say; ``compared_at_least``: there may have been more.
    """

    belief_map: BeliefMap
    map_path: Path
    data: Data | None = None
    complete_until: When | None = None
    unit: str = "twin"
    seed: int = 1
    compared: int | None = None
    compared_at_least: bool = False
    rows: dict[str, EvaluationRow]
    bars: tuple[Bar, ...] = ()

    @property
    def complete_before(self) -> Moment | None:
        """Windows that end after this moment are unresolved; None = the data have no end."""
        return None if self.complete_until is None else self.complete_until.last + 1

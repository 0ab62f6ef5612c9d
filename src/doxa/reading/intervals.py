"""When a constraint binds: what several sources said of its beginning and end, read at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from doxa.types import Credence, Moment

HALF = 0.5
"""Where sources disagree, a constraint binds if it holds at least as likely as not."""


class Standing(StrEnum):
    """How a constraint stands at a moment."""

    UPCOMING = "upcoming"
    ACTIVE = "active"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one signal says of a constraint: that it binds from `begins` to `ends`, or not any more.

    Attributes
    ----------
    source : str
    own : bool
        The person's own word.
    opens : bool
        False: it does not bind (any more), whatever interval was given.
    begins, ends : int
        The end excluded.
    """

    at: Moment
    order: int
    source: str
    own: bool
    opens: bool
    begins: Moment
    ends: Moment


@dataclass(frozen=True, slots=True)
class Turn:
    """One statement and what it did: opened, extended, shortened, moved, repeated, closed or
    contradicted what stood before."""

    at: Moment
    source: str
    what: str
    begins: Moment
    ends: Moment


@dataclass(frozen=True, slots=True)
class Binding:
    """When a constraint binds, read at a moment.

    Attributes
    ----------
    standing : Standing
    contradicted : bool
        At this moment one source has it active, and the last word of another is that it is not.
    begins, ends : int
        Of the interval that is active; else of the next one, else of the last one.
    turns : tuple of Turn
        Oldest first.
    """

    standing: Standing
    contradicted: bool
    begins: Moment
    ends: Moment
    turns: tuple[Turn, ...]

    @property
    def active(self) -> bool:
        """Whether it binds at the moment read."""
        return self.standing is Standing.ACTIVE


@dataclass(slots=True)
class _Voice:
    """What one source has said so far."""

    own: bool
    intervals: list[tuple[Moment, Moment]]
    denies: bool = False

    def covers(self, now: Moment) -> bool:
        return any(begins <= now < ends for begins, ends in self.intervals)


def binding(statements: Iterable[Statement], now: Moment, credence: Credence) -> Binding | None:
    """When a constraint binds, by everything said of it up to a moment; None when nothing was.

    Each source keeps intervals of its own. A new one takes the place of those it meets or
    overlaps, so an end may move later or earlier; one apart from them stands beside them. A denial
    cuts the source's intervals off, and drops those that have not begun. The person's denial does
    so with everybody's. Where another source denies what one has as active, the two contradict
    each other, and the constraint is active if its credence is at least 1/2.

    Parameters
    ----------
    statements : of signals with ``at <= now``
    credence : of the constraint at `now`

    Examples
    --------
    >>> said = Statement(0, 0, "support", False, True, 5, 9)
    >>> [binding([said], now, 0.7).standing.value for now in (1, 5, 9)]
    ['upcoming', 'active', 'over']
    """
    told = sorted(statements, key=lambda one: (one.at, one.order, one.source, one.ends))
    if not told:
        return None
    voices: dict[str, _Voice] = {}
    turns: list[Turn] = []
    last: tuple[Moment, Moment] | None = None
    for one in told:
        voice = voices.setdefault(one.source, _Voice(one.own, []))
        if one.opens:
            turns.append(Turn(one.at, one.source, _opened(voice, one), one.begins, one.ends))
            last = (one.begins, one.ends)
        else:
            cut = _closed(voices if one.own else {one.source: voice}, one.at)
            voice.denies = True
            if cut is not None:
                turns.append(Turn(one.at, one.source, "closed", cut[0], one.at))
                last = (cut[0], min(cut[1], one.at)) if cut[0] < one.at else cut
            elif any(each.covers(one.at) for each in voices.values()):
                here = next(each for each in voices.values() if each.covers(one.at)).intervals[-1]
                turns.append(Turn(one.at, one.source, "contradicted", *here))
    return _now(voices, now, credence, tuple(turns), last)


def _opened(voice: _Voice, one: Statement) -> str:
    """Take an interval in; says what it did to those known."""
    voice.denies = False
    if one.ends <= one.begins:
        return "opened"
    met = [each for each in voice.intervals if each[0] <= one.ends and one.begins <= each[1]]
    voice.intervals = [each for each in voice.intervals if each not in met]
    voice.intervals.append((one.begins, one.ends))
    if not met:
        return "opened"
    before = max(ends for _, ends in met)
    if one.ends == before:
        return "moved" if min(begins for begins, _ in met) != one.begins else "repeated"
    return "extended" if one.ends > before else "shortened"


def _closed(voices: dict[str, _Voice], at: Moment) -> tuple[Moment, Moment] | None:
    """Cut intervals off; gives the last one that it changed."""
    changed = None
    for voice in voices.values():
        kept = []
        for begins, ends in voice.intervals:
            if ends > at:
                changed = (begins, ends)
            if begins < at:
                kept.append((begins, min(ends, at)))
        voice.intervals = kept
    return changed


def _now(
    voices: dict[str, _Voice],
    now: Moment,
    credence: Credence,
    turns: tuple[Turn, ...],
    last: tuple[Moment, Moment] | None,
) -> Binding:
    having = {source for source, voice in voices.items() if voice.covers(now)}
    denied = any(voice.denies for source, voice in voices.items() if source not in having)
    contradicted = bool(having) and denied
    every = [each for voice in voices.values() for each in voice.intervals]
    if having and (not denied or credence >= HALF):
        here = [(begins, ends) for begins, ends in every if begins <= now < ends]
        return Binding(Standing.ACTIVE, contradicted, *_spanned(here), turns)
    ahead = sorted(each for each in every if each[0] > now)
    if ahead and not having:
        return Binding(Standing.UPCOMING, False, *ahead[0], turns)
    over = _spanned([max(every, key=lambda each: each[1])]) if every else last or (now, now)
    ends_by_word = having or any(voice.denies for voice in voices.values())
    standing = Standing.CLOSED if ends_by_word else Standing.OVER
    return Binding(standing, contradicted, *over, turns)


def _spanned(intervals: Sequence[tuple[Moment, Moment]]) -> tuple[Moment, Moment]:
    return min(begins for begins, _ in intervals), max(ends for _, ends in intervals)

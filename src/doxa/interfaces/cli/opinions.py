"""Opinions as text: bars, credence and uncertainty, how long ago, where it is heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from doxa.domain.claim import is_open
from doxa.domain.clock import DAY, HOUR, MINUTE, Clock, format_moment
from doxa.interfaces.cli.console import cut, plain, table, width

if TYPE_CHECKING:
    from doxa.domain.node import Address
    from doxa.reading.opinion import Opinion
    from doxa.runtime.delta import Change
    from doxa.runtime.held import Held
    from doxa.types import Moment

BAR = 10
LEGEND = "█ for  ▒ unsure  · against"
_RISES = 0.02
_WIDE_NODE = 40


def bar(opinion: Opinion, cells: int = BAR) -> str:
    """Belief, then what nothing is known about, then disbelief: together one bar.

    The first part is b = credence - base * uncertainty, the second the uncertainty.
    """
    known = max(0.0, opinion.credence - opinion.base * opinion.uncertainty)
    full = round(known * cells)
    unknown = min(cells - full, round((known + opinion.uncertainty) * cells) - full)
    return "█" * full + "▒" * unknown + "·" * (cells - full - unknown)


def held_lines(groups: Mapping[str, Sequence[Held]], now: Moment, clock: Clock) -> list[str]:
    """One line per node under the heading of its group, all aligned."""
    room = max(16, min(_WIDE_NODE, width() - 57))
    lines = table(
        [
            _HEAD,
            *(_held_row(each, room, now, clock) for group in groups.values() for each in group),
        ],
        "llrrlrl",
    )
    out, place = [lines[0]], 1
    for title, group in groups.items():
        out += ["", title, *lines[place : place + len(group)]]
        place += len(group)
    return out


_HEAD = ["", "", "credence", "unsure", "status", "age", "trend"]


def _held_row(each: Held, room: int, now: Moment, clock: Clock) -> list[str]:
    opinion = each.opinion
    return [
        cut(plain(each.name), room),
        bar(opinion),
        f"{opinion.credence:.2f}",
        f"{opinion.uncertainty:.2f}",
        opinion.status,
        "" if opinion.newest is None else age(opinion.newest, now, clock),
        heading(opinion),
    ]


def change_lines(changes: Sequence[Change]) -> list[str]:
    """One line per node: credence, uncertainty and status, before and after."""
    rows = [
        [
            cut(plain(_called(change.node)), max(16, width() - 62)),
            f"{change.before.credence:.2f} -> {change.after.credence:.2f}",
            f"unsure {change.before.uncertainty:.2f} -> {change.after.uncertainty:.2f}",
            _turn(change.before.status, change.after.status),
        ]
        for change in changes
    ]
    return table(rows)


def _called(node: Address) -> str:
    """What to call a node: its address, or the words of an open one."""
    return f"“{node.member[0]}”" if is_open(node.node) else str(node)


def heading(opinion: Opinion) -> str:
    """Where the credence is heading, empty where it stands still."""
    if opinion.trend is None or abs(opinion.trend) < _RISES:
        return ""
    return "up" if opinion.trend > 0 else "down"


def age(moment: Moment, now: Moment, clock: Clock) -> str:
    """How long ago, in the largest unit that fits.

    Examples
    --------
    >>> age(0, 3 * DAY, Clock.TIME), age(5, 9, Clock.POSITION), age(0, 1, Clock.TIME)
    ('3 d', '4', 'now')
    """
    span = now - moment
    if clock is Clock.POSITION:
        return str(span)
    for unit, name, least in _UNITS:
        if span >= unit * least:
            return f"{span // unit} {name}"
    return "now"


_UNITS = ((365 * DAY, "y", 3), (DAY, "d", 1), (HOUR, "h", 1), (MINUTE, "min", 1))


def when(moment: Moment, clock: Clock) -> str:
    """A moment to the minute in UTC, or a position.

    Examples
    --------
    >>> when(0, Clock.TIME)
    '1970-01-01 00:00Z'
    """
    text = format_moment(moment, clock)
    return text if clock is Clock.POSITION else f"{text[:10]} {text[11:16]}Z"


def _turn(before: str, after: str) -> str:
    return after if before == after else f"{before} -> {after}"

"""What changed in a course, numbered, each change with the signals that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from doxa.domain.node import Address, NodeKind
from doxa.interfaces.pages.rungs import spaced
from doxa.report import Column, Note, Table
from doxa.report.moment import Clock, spell_moment
from doxa.report.number import Format, spell

if TYPE_CHECKING:
    from doxa.runtime.living.course import Course
    from doxa.runtime.living.named import Named
    from doxa.runtime.living.shifts import Shift
    from doxa.types import Moment

MOST_NAMES, MOST_VALUES = 4, 40
SWINGING = ("mean", "commitment", "credence")
"""What changes in swings."""


class Numbered(NamedTuple):
    """Changes that came at once, or one swing, under one number."""

    number: int
    at: Moment
    swing: bool
    shifts: tuple[Shift, ...]


def numbered(course: Course) -> list[Numbered]:
    """The changes of a course, oldest first: swings one by one, all others by their moment.

    How surely a part of a goal is wanted is told with the goal; that a feeling formed, by its line.
    """
    untold = {track.node for track in course.tracks if track.part_of}
    feelings = {track.node for track in course.of_kind(NodeKind.FEELING)}
    together: dict[Moment, list[Shift]] = {}
    found: list[tuple[Moment, bool, tuple[Shift, ...]]] = []
    for each in course.shifts:
        if each.of in SWINGING and each.node not in untold:
            found.append((each.at, True, (each,)))
        elif each.of not in SWINGING and each.node not in feelings:
            together.setdefault(each.at, []).append(each)
    found += [(at, False, tuple(some)) for at, some in together.items()]
    found.sort(key=lambda each: (each[0], each[1]))
    return [Numbered(number, *each) for number, each in enumerate(found, start=1)]


def changes_table(course: Course, found: Sequence[Numbered], half: bool) -> Iterator[Note | Table]:
    """Every change in a row: when, what, and by which signals."""
    if not found:
        yield Note("Nothing changed.")
        return
    columns = (
        Column("number", "", align="right"),
        Column("when", "position" if course.clock == "position" else "when (UTC)"),
        Column("what", "what changed"),
        Column("signals", "by which signals"),
    )
    scales = {track.node: track.scale for track in course.tracks}
    rows = tuple(
        {
            "number": str(each.number),
            "when": _when(each, course),
            "what": "; ".join(_what(each.shifts, scales)),
            "signals": _by(each),
        }
        for each in found
    )
    yield Table(columns, rows, caption="Every change, with the signals that made it.", half=half)


def _when(each: Numbered, course: Course) -> str:
    clock: Clock = "position" if course.clock == "position" else "time"
    since = each.shifts[0].since
    at = spell_moment(each.at, clock)
    return f"{spell_moment(since, clock)} to {at}" if each.swing and since is not None else at


Scales = Mapping[Address, tuple[float, float] | None]
"""[worst, best] of what is felt."""


def _what(shifts: Sequence[Shift], scales: Scales) -> Iterator[str]:
    """Changes in words; equal ones of several nodes together."""
    told: dict[str, list[str]] = {}
    for shift in shifts:
        words = _words(shift) + _for_them(shift, scales.get(shift.node))
        told.setdefault(words, []).append(_name(shift.node))
    for words, names in told.items():
        yield f"{_some(names)} {words}"


def _words(shift: Shift) -> str:
    if shift.of == "status":
        return f"{shift.what}" + (f" ({', '.join(shift.reasons)})" if _tells(shift) else "")
    form = _FORMS.get(shift.of, "number")
    before, after = (spell(_number(value), form) for value in (shift.before, shift.after))
    what = "" if shift.of == "mean" else f"{shift.of} "
    return f"{what}{shift.what}: {before} \u2192 {after}"


def _for_them(shift: Shift, scale: tuple[float, float] | None) -> str:
    """Whether a rise or fall of a feeling was for the better."""
    if shift.of != "mean" or scale is None:
        return ""
    worst, best = scale
    return " (better)" if (shift.what == "rose") == (best > worst) else " (worse)"


_FORMS: dict[str, Format] = {"progress": "percent", "commitment": "percent", "credence": "percent"}


def _number(value: str | float | None) -> float | None:
    return value if isinstance(value, float) else None


def _tells(shift: Shift) -> bool:
    """Whether the reasons say more than the signals do."""
    return shift.what in ("stalled", "blocked", "abandoned")


def _name(node: Address) -> str:
    return ", ".join(node.member) or spaced(node.node)


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown


def _by(each: Numbered) -> str:
    signals = {one.id: one for shift in each.shifts for one in shift.signals}
    if not signals:
        return "none: time passed"
    if each.swing:
        return _values(each.shifts[0])
    return "; ".join(dict.fromkeys(signal_words(one) for one in signals.values()))


def _values(shift: Shift) -> str:
    """Signals of one kind together, with the values they gave."""
    kinds: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for signal in shift.signals:
        kind = spaced(signal.kind)
        counts[kind] += 1
        kinds.setdefault(kind, []).extend(
            spell(said.amount, "number")
            for said in signal.says
            if said.node == shift.node and said.way == "value"
        )
    return "; ".join(
        f"{counts[kind]} {kind}" + (f": {_cut(values)}" if values else "")
        for kind, values in kinds.items()
    )


def _cut(told: Sequence[str]) -> str:
    if len(told) <= MOST_VALUES:
        return ", ".join(told)
    first, last = told[: MOST_VALUES // 2], told[-MOST_VALUES // 2 :]
    left = len(told) - len(first) - len(last)
    return f"{', '.join(first)}, \u2026 {left} more \u2026, {', '.join(last)}"


def signal_words(signal: Named) -> str:
    """A signal in a few words: its kind, the members it names, the values it gives."""
    members = dict.fromkeys(", ".join(said.node.member) for said in signal.says)
    names = [name for name in members if name]
    values = [
        f"{spaced(said.node.node)} {spell(said.amount, 'number')}"
        for said in signal.says
        if said.way == "value"
    ]
    return " ".join([spaced(signal.kind), *([_some(names)] if names else [])]) + (
        f" ({', '.join(values)})" if values else ""
    )

"""Dates of an evaluation on the map's clock and zone, and the origins they span."""

from __future__ import annotations

import re
from datetime import date, timedelta

from doxa.beliefmap.document import Tree
from doxa.beliefmap.evaluation import Selection, When
from doxa.beliefmap.literals import text, whole
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import DAY, Clock, parse_time
from doxa.errors import InputError
from doxa.types import Moment, Span

MOST_ORIGINS = 100_000
"""More origins than this in one selection are a slip of the pen."""
_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_when(tree: Tree, belief_map: BeliefMap) -> When:
    """Read a date, time or position."""
    if belief_map.clock is Clock.POSITION:
        position = whole(tree)
        return When(text=text(tree), moment=position, last=position)
    written = text(tree, "a date or time, such as 2017-10-01")
    try:
        return _on_calendar(written, belief_map.zone.default)
    except InputError as error:
        raise tree.error(error.problem, expected=error.expected) from error
    except (ValueError, OverflowError) as error:
        raise tree.error(f"{written!r} is not a time", expected="ISO 8601") from error


def _on_calendar(written: str, zone_name: str) -> When:
    if not _BARE_DATE.fullmatch(written):
        moment = parse_time(written, zone_name)
        return When(text=written, moment=moment, last=moment)
    day = date.fromisoformat(written)
    following = midnight(day + timedelta(days=1), zone_name)
    return When(text=written, moment=midnight(day, zone_name), last=following - 1)


def midnight(day: date, zone_name: str) -> Moment:
    """The first moment of a local day.

    Examples
    --------
    >>> midnight(date(1970, 1, 2), "UTC") == DAY
    True
    """
    return parse_time(f"{day.isoformat()}T00:00:00", zone_name)


def origins(selection: Selection, belief_map: BeliefMap, step: Span | None = None) -> list[Moment]:
    """The origins of an untriggered window: from, from + every, .. up to and with `to`.

    Bare dates in steps of whole days stay at local midnight across a change of the clocks.
    `step` is used where the selection gives no `every`.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> belief_map = parse_map("{doxa: 1, product: p, clock: position}")
    >>> ends = [When(text=str(at), moment=at, last=at) for at in (0, 20)]
    >>> origins(Selection(begin=ends[0], end=ends[1], every=8), belief_map)
    [0, 8, 16]
    """
    begin, end = selection.begin, selection.end
    if begin is None or end is None:
        raise InputError("origins need both ends", expected="from and to")
    every = selection.every or step
    if begin.moment == end.moment:
        return [begin.moment]
    if every is None:
        raise InputError("origins need a step", expected="every")
    if (end.moment - begin.moment) // every > MOST_ORIGINS:
        raise InputError(f"more than {MOST_ORIGINS} origins", expected="a longer step")
    if belief_map.clock is Clock.TIME and every % DAY == 0 and _BARE_DATE.fullmatch(begin.text):
        return _days(begin, end, every // DAY, belief_map.zone.default)
    return list(range(begin.moment, end.moment + 1, every))


def _days(begin: When, end: When, step: int, zone_name: str) -> list[Moment]:
    found: list[Moment] = []
    for day in range(date.fromisoformat(begin.text).toordinal(), date.max.toordinal(), step):
        moment = midnight(date.fromordinal(day), zone_name)
        if moment > end.moment:
            break
        found.append(moment)
    return found


def holds_signal(selection: Selection, at: Moment) -> bool:
    """Whether a signal or trigger at this moment lies between the selection's dates.

    The whole local day of a bare date belongs to it at both ends; `to_before` is exclusive.
    """
    if selection.begin is not None and at < selection.begin.moment:
        return False
    if selection.end is not None and at > selection.end.last:
        return False
    return selection.before is None or at < selection.before.moment

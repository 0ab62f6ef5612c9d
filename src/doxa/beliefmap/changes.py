"""Changes of the world written in Python: each gives what a scenarios file would say.

>>> rise = [put("price", times=1.1, of="shelf_seen"), assume("prices_are_fair", holds=False)]
>>> spring = [do("coupon", at=["0d", "7d"]), send("shelf_seen", every="7d", until="28d")]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

Offset: TypeAlias = str | int | timedelta
"""How long after the scenario begins: ``7d``, a timedelta, or a number of positions."""

Written: TypeAlias = dict[str, Any]
"""A change in the grammar of a scenarios file."""

Requirement: TypeAlias = Mapping[str, Any]
"""Whom: ``{"trait": "plan", "is": "gold"}``, ``{"node": "stressed", "below": 0.3}``, .."""


def put(
    field: str,
    *,
    to: Any = None,
    times: float | None = None,
    plus: float | None = None,
    of: str | None = None,
    when: Mapping[str, Any] | None = None,
    begin: Offset | None = None,
    until: Offset | None = None,
    among: Requirement | Sequence[Requirement] | None = None,
) -> Written:
    """Give a field another value: a price or attribute, a feature, a context.

    Parameters
    ----------
    field : str
        That the map reads.
    to, times, plus
        The new value; or what a number is multiplied by, and what is added after that.
    of : str, optional
        The kind of signal whose field it is; left out, every kind of which the map reads it.
    when : mapping, optional
        Only where this holds for the rest of the signal, such as ``{"brand": "sunshine"}``.
    begin, until : optional
        Offsets; left out, from the beginning, and to the end.
    among : optional
        For whom; several: all hold.

    Examples
    --------
    >>> put("price", times=1.1)
    {'set': 'price', 'times': 1.1}
    """
    return _told(
        {"set": field, "of": of, "to": to, "times": times, "plus": plus},
        {"when": when, "from": begin, "until": until, "among": among},
    )


def put_trait(
    trait: str,
    to: Any,
    *,
    begin: Offset | None = None,
    until: Offset | None = None,
    among: Requirement | Sequence[Requirement] | None = None,
) -> Written:
    """Give people another trait.

    Examples
    --------
    >>> put_trait("plan", "gold")
    {'set': {'trait': 'plan'}, 'to': 'gold'}
    """
    return _told(
        {"set": {"trait": trait}, "to": to}, {"from": begin, "until": until, "among": among}
    )


def send(
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    at: Offset | Sequence[Offset] | None = None,
    every: Offset | None = None,
    begin: Offset | None = None,
    until: Offset | None = None,
    among: Requirement | Sequence[Requirement] | None = None,
) -> Written:
    """Send people a signal: once as the scenario begins, at offsets, or every so often.

    Examples
    --------
    >>> send("letter", {"tone": "warm"}, at=["0d", "7d"])
    {'send': 'letter', 'with': {'tone': 'warm'}, 'at': ['0d', '7d']}
    """
    schedule = {"at": at, "every": every, "from": begin, "until": until}
    return _told({"send": kind, "with": payload}, schedule, {"among": among})


def do(
    action: str,
    payload: Mapping[str, Any] | None = None,
    *,
    at: Offset | Sequence[Offset] | None = None,
    every: Offset | None = None,
    begin: Offset | None = None,
    until: Offset | None = None,
    among: Requirement | Sequence[Requirement] | None = None,
) -> Written:
    """Do an action of the map to people; `payload` goes over what the action carries.

    Examples
    --------
    >>> do("coupon", every="7d", until="28d")
    {'do': 'coupon', 'every': '7d', 'until': '28d'}
    """
    schedule = {"at": at, "every": every, "from": begin, "until": until}
    return _told({"do": action, "with": payload}, schedule, {"among": among})


def assume(
    node: str,
    *,
    holds: bool = True,
    weight: float | None = None,
    at: Offset | None = None,
    among: Requirement | Sequence[Requirement] | None = None,
) -> Written:
    """Take a node to hold, or not to: ``prices_are_fair``, ``buys[MILK]``.

    Examples
    --------
    >>> assume("prices_are_fair", holds=False)
    {'assume': 'prices_are_fair', 'holds': False}
    """
    return _told({"assume": node, "holds": holds, "weight": weight, "at": at, "among": among})


def _told(*parts: Written) -> Written:
    return {key: value for part in parts for key, value in part.items() if value is not None}

"""Scenarios, compiled: frozen records of how the world changes, in the units of the map's clock.

Offsets count from where the scenario begins. Spans are half-open: what ends at an offset no longer
holds there.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from doxa.beliefmap.model import Among, Condition, Record
from doxa.domain.node import Address
from doxa.types import Json, Moment, Span


class Send(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Something is done to people: a signal they get.

    Attributes
    ----------
    kind : str
        The kind of the signal.
    payload : dict
        What it carries; for an action of the map its `with`, and over it what the scenario says.
    at : tuple of int
        Offsets, ascending, each once.
    among : tuple
        Who gets it, judged when it is sent; all hold. An action's own stands first.
    action : str or None
        The action of the map that it is.
    """

    kind: str
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    at: tuple[Span, ...] = (0,)
    among: tuple[Among, ...] = ()
    action: str | None = None


class Put(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A field has another value: a price or attribute, a feature, a context, a trait.

    Exactly one way: ``to`` a value; or x becomes ``x * times + plus``, where x is a number.

    Attributes
    ----------
    field : str
        Of a payload, of the options of a choice, or a trait.
    kind : str or None
        The kind of signal whose field it is; ``traits`` for a trait; None = every kind of signal
        that the map reads this field of.
    when : Condition or None
        Only where this holds for the rest of the signal; names look in the option first, where the
        field is an option's, then in the payload.
    begin, end : int
        Offsets; None = to the end.
    among : tuple
        For whom, judged when it begins; all hold.
    """

    field: str
    kind: str | None = None
    to: Json = None
    times: float | None = None
    plus: float | None = None
    when: Condition | None = None
    begin: Span = 0
    end: Span | None = None
    among: tuple[Among, ...] = ()

    def changed(self, value: float) -> float:
        """What a number becomes where this multiplies or adds.

        Examples
        --------
        >>> Put(field="price", times=1.1).changed(2.0), Put(field="price", plus=-0.5).changed(2.0)
        (2.2, 1.5)
        """
        times = 1.0 if self.times is None else self.times
        return value * times + (0.0 if self.plus is None else self.plus)


class Assume(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A node is taken to hold, or not to: as a claim of this weight would say.

    Attributes
    ----------
    node : str
    of : dict
        The member of a family: a value for each of its dimensions, in their order.
    weight : float
        One full statement weighs 1.
    at : int
        Offset.
    """

    node: str
    of: dict[str, str] = msgspec.field(default_factory=dict)
    holds: bool = True
    weight: float = 1.0
    at: Span = 0
    among: tuple[Among, ...] = ()

    @property
    def address(self) -> Address:
        """The node as it is addressed elsewhere."""
        return Address(self.node, tuple(self.of.values()))


Change: TypeAlias = Send | Put | Assume


class Scenario(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A declared change of the world over time; without changes, the world as it is.

    Attributes
    ----------
    name : str
    begins : int or None
        The moment that offsets count from; None = where the people are run from.
    changes : tuple
        In the order in which they were written; of two that put the same field, both act, in order.
    """

    name: str
    begins: Moment | None = None
    changes: tuple[Change, ...] = ()

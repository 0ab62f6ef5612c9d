"""Evidence: what one signal says about one node."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec


class Channel(IntEnum):
    """How a signal speaks about a node; the numbers are the codes in columns."""

    FOR = 0
    AGAINST = 1
    COUNT = 2
    VALUE = 3


class EvidenceKind(StrEnum):
    """The one kind of evidence a node takes, and so how it is read."""

    OPINION = "opinion"
    OCCURRENCE = "occurrence"
    VALUE = "value"


class Once(StrEnum):
    """What repeated counts within a node are taken as one: a session or a local day."""

    SESSION = "session"
    DAY = "day"


class Evidence(msgspec.Struct, frozen=True):
    """One piece of evidence, as a rule of the map drew it from a signal.

    Attributes
    ----------
    rule : int
        Place of the rule in ``BeliefMap.rules``.
    node, member
        The node it speaks of, by declared name and dimension values.
    channel : Channel
    weight : float
        Weight of for and against, size of a count, 1 for a value.
    value : float
        The value (channel VALUE) or the amount beside a count; NaN when there is none.
    """

    rule: int
    node: str
    member: tuple[str, ...]
    channel: Channel
    weight: float
    value: float = float("nan")

"""What binds one person, and when."""

from __future__ import annotations

from typing import Any

import msgspec

from doxa.domain.node import NodeKind
from doxa.reading.intervals import Turn
from doxa.runtime.frozen import Frozen
from doxa.runtime.held import Held, held
from doxa.runtime.living.intervals import binding_of
from doxa.types import Json


class Constraint(Held, frozen=True, kw_only=True):
    """A constraint, and when it binds.

    Attributes
    ----------
    standing : str
        upcoming, active, over, closed; or held where nobody gave an interval.
    contradicted : bool
        One source has it active, and the last word of another is that it is not.
    turns : tuple of Turn
        What was said of the interval, oldest first.
    """

    standing: str
    contradicted: bool
    turns: tuple[Turn, ...]

    def as_dict(self) -> dict[str, Json]:
        """The constraint as plain fields."""
        told: Any = [msgspec.to_builtins(turn) for turn in self.turns]
        own: dict[str, Json] = {"standing": self.standing, "contradicted": self.contradicted}
        return {**Held.as_dict(self), "interval": {**own, "turns": told}}


def constraints(frozen: Frozen) -> tuple[Constraint, ...]:
    """What binds the person, with its intervals."""
    return tuple(_constraint(frozen, each) for each in held(frozen, NodeKind.CONSTRAINT))


def _constraint(frozen: Frozen, each: Held) -> Constraint:
    found = binding_of(frozen, each.node, each.opinion)
    told = {name: getattr(each, name) for name in Held.__struct_fields__}
    return Constraint(
        **told,
        standing="held" if found is None else found.standing.value,
        contradicted=found is not None and found.contradicted,
        turns=() if found is None else found.turns,
    )

"""One goal, feeling or constraint over time: what was read of it at each moment."""

from __future__ import annotations

import msgspec

from doxa.domain.node import Address, NodeKind
from doxa.reading.intervals import HALF
from doxa.types import Credence, Json, Moment, Uncertainty


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was held at a moment, by the signals up to it.

    Attributes
    ----------
    status : str
        Of a goal as in `Goal.status`, of a constraint its standing, of a feeling its opinion's.
    credence : float in [0, 1]
        Of a goal, the commitment to it.
    uncertainty : float in [0, 1]
    mean : float or None
        Where the node takes values.
    progress, motivation : float or None
        Of goals.
    reasons : tuple of str
        Of the status of a goal.
    """

    at: Moment
    status: str
    credence: Credence
    uncertainty: Uncertainty
    mean: float | None
    progress: float | None = None
    motivation: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether evidence says at least as much as what was there before any."""
        return self.uncertainty <= HALF


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One node over time.

    Attributes
    ----------
    node : Address
    kind : NodeKind
        goal, feeling or constraint.
    says : str
    met : bool
        Whether anything spoke of it; a goal may be taken up with what it is part of.
    scale : (float, float) or None
        [worst, best] of a feeling that takes values.
    part_of : tuple of Address
        Goals that this one is part of.
    deadline : int or None
    readings : tuple of Reading
        Oldest first, from the moment on at which anything spoke of the node.
    """

    node: Address
    kind: NodeKind
    says: str
    met: bool
    scale: tuple[float, float] | None
    part_of: tuple[Address, ...]
    deadline: Moment | None
    readings: tuple[Reading, ...]

    def as_dict(self) -> dict[str, Json]:
        """The track as plain fields."""
        own = {name: getattr(self, name) for name in self.__struct_fields__}
        above: list[Json] = [str(address) for address in self.part_of]
        told: dict[str, Json] = msgspec.to_builtins({**own, "node": str(self.node), "part_of": ()})
        return {**told, "part_of": above}

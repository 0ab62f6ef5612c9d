"""What fields say about outcomes, as it is handed out."""

from __future__ import annotations

import msgspec


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """How much loss something takes away, with the 95 % interval over people.

    Attributes
    ----------
    removed : [estimate, low, high]
        Mean loss without it less mean loss with it, in nats per row (for amounts and values in
        squared units).
    share : [estimate, low, high]
        The same as a share of the base rate's loss.
    """

    removed: list[float]
    share: list[float]

    @property
    def verdict(self) -> str:
        """How the interval stands to zero."""
        low, high = self.removed[1:]
        return "more" if low > 0 else "less" if high < 0 else "nothing shown"


class FieldWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What one field says about one outcome.

    Attributes
    ----------
    alone : Gain
        Over the base rate.
    beside : Gain
        Over what the person's own history says already.
    """

    field: str
    alone: Gain
    beside: Gain


class OutcomeWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What the fields of a table say about one outcome.

    Attributes
    ----------
    outcome : str
    loss : str
        ``log_loss`` or ``squared_error``.
    rows, people : int
        Scored.
    mean : float
        Of the outcome over the scored rows.
    base : float
        Loss of the base rate.
    history : Gain
        What the twin of each person removes, which reads no field.
    fields : tuple of FieldWorth
    together : FieldWorth or None
        All fields at once, but for what people did in the end.
    later : bool
        Scored at later moments than was learned from; either way on other people.
    """

    outcome: str
    loss: str
    rows: int
    people: int
    mean: float
    base: float
    history: Gain
    fields: tuple[FieldWorth, ...]
    together: FieldWorth | None
    later: bool

    def field(self, name: str) -> FieldWorth | None:
        """What is known of one field."""
        return next((each for each in self.fields if each.field == name), None)

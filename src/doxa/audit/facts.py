"""What was counted of one field of a table of people, before anything is made of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Form(StrEnum):
    """How the values of a field are written."""

    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    TEXT = "text"
    LIST = "list"


class FieldFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one field over people, each at their newest row.

    Attributes
    ----------
    name : str
    form : Form
    people : int
        In the table.
    known : int
        People for whom the field says something.
    distinct : int
        Different values.
    largest : int
        People in the largest bucket: those with the commonest value.
    sharers : float
        How many people the bucket of somebody holds on average, themself included:
        sum n^2 / sum n over buckets of n people.
    length : float
        Letters of a value, on average.
    whole : bool
        All numbers are whole.
    low, high : float or None
        Of numbers.
    repeated : int
        People with more than one row that says something of the field.
    changed : int
        Those of them whose value ever changed.
    changes : int
        Changes in all.
    years : float
        Time between first and last row, added up over the repeated people, in years.
    examples : tuple of str
        The commonest values, for the reader.
    """

    name: str
    form: Form
    people: int
    known: int
    distinct: int
    largest: int
    sharers: float
    length: float = 0.0
    whole: bool = False
    low: float | None = None
    high: float | None = None
    repeated: int = 0
    changed: int = 0
    changes: int = 0
    years: float = 0.0
    examples: tuple[str, ...] = ()

    @property
    def missing(self) -> float:
        """Share of people for whom the field says nothing."""
        return 1 - self.known / self.people if self.people else 0.0

    @property
    def largest_share(self) -> float:
        """Share of those known in the largest bucket."""
        return self.largest / self.known if self.known else 0.0

    @property
    def per_person(self) -> float:
        """Different values per person known."""
        return self.distinct / self.known if self.known else 0.0


class KindFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one kind of signal.

    Attributes
    ----------
    name : str
    events, people : int
    per_person_month : float
        Signals per person and 30 days of the whole log.
    gap : float or None
        Days between a day on which somebody did it and their next, the median; None where nobody
        did it on two days, or days are not known.
    fields : dict of field to Form
        What its payload carries.
    distinct : dict of field to int
        Different values of each.
    """

    name: str
    events: int
    people: int
    per_person_month: float
    gap: float | None = None
    fields: dict[str, Form] = {}
    distinct: dict[str, int] = {}

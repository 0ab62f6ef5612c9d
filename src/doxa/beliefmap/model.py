"""The compiled belief map: frozen records, names checked, spans in the unit of the clock."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from doxa.domain.clock import Clock
from doxa.domain.evidence import Channel, EvidenceKind, Once
from doxa.domain.node import Address, NodeKind
from doxa.types import HalfLife, Span


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all records of a map."""


class FieldType(StrEnum):
    """How a payload field is read; declared, or inferred per value from its JSON type."""

    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"
    ITEM = "item"
    ITEMS = "items"
    TEXT = "text"
    TIME = "time"


class Operator(StrEnum):
    """A comparison within a condition."""

    IN = "in"
    NOT = "not"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    PRESENT = "present"


class Test(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One comparison of one field: literals as written, coerced as the field's type when read."""

    field: str
    operator: Operator
    values: tuple[str, ...]


class Condition(Record, frozen=True, kw_only=True, omit_defaults=True):
    """All tests hold; missing fields make a test false, except ``present: false``."""

    tests: tuple[Test, ...]


class Weight(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A weight: a constant, a field, or ln(1 + field)."""

    constant: float = 1.0
    field: str | None = None
    log1p: bool = False


class Rule(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What one kind of signal says about one node.

    ``constant`` holds the fixed member of ``{family: CONSTANT}``; ``fields`` names, for each
    dimension of a family, the payload field that holds its value (after ``by``). A ``claim`` is
    for/against about one named member of a family that counts occurrences or takes values: it is
    read beside the member's own evidence, never as part of it.
    """

    kind: str
    node: str
    channel: Channel
    weight: Weight
    constant: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    value: str | None = None
    amount: str | None = None
    when: Condition | None = None
    each: str | None = None
    once: Once | None = None
    begins: str | Span | None = None
    ends: str | Span | None = None
    deadline: str | Span | None = None
    claim: bool = False
    line: int = 0


class Occasion(StrEnum):
    """What one occasion spans (always within one local day of one source)."""

    SIGNAL = "signal"
    SESSION = "session"
    DAY = "day"


class Done(Record, frozen=True, kw_only=True, omit_defaults=True):
    """When a goal counts as reached."""

    target: str
    kind: str | None = None
    field: str | None = None
    node: Address | None = None
    when: Condition | None = None
    same: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None


class Node(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One declared node or family; ``dimensions`` is empty for a single node."""

    name: str
    kind: NodeKind
    says: str = ""
    dimensions: tuple[str, ...] = ()
    evidence: EvidenceKind | None = None
    half_life: HalfLife
    bands: tuple[HalfLife, ...]
    base: float | None = None
    scale: tuple[float, float] | None = None
    above: float | None = None
    period: Span
    occasion: Occasion = Occasion.SESSION
    axis: str | None = None
    opt_in: bool = False
    protected: bool = False
    held_by: str | None = None
    part_of: str | None = None
    deadline: str | Span | None = None
    begins: str | Span | None = None
    ends: str | Span | None = None
    done: Done | None = None
    value: float | None = None
    renamed_from: str | None = None
    within: str | None = None
    line: int = 0


class Edge(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A declared relation between two nodes; a family without a member means each member."""

    source: Address
    target: Address
    kind: str
    weight: float | None = None
    line: int = 0

    @property
    def sign(self) -> int:
        """+1 or -1 where the edge enters the field, else 0."""
        return {"supports": 1, "contradicts": -1}.get(self.kind, 0)


class Source(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who sends signals: trust in [0, 1] and which purposes see them (None = all)."""

    name: str
    trust: float = 1.0
    seen_by: tuple[str, ...] | None = None


class Zone(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The zone of local days: a name, or a trait of the person with a default."""

    default: str = "UTC"
    trait: str | None = None


class Items(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Which members of a family an outcome is asked for."""

    top: int | None = None
    names: tuple[str, ...] = ()


class AmongSignal(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Eligible: did (or never did) a kind within a span, or since another kind."""

    did: bool
    kind: str
    when: Condition | None = None
    same: tuple[str, ...] = ()
    within: Span | None = None
    since: str | None = None
    at_least: int = 1


class AmongTrait(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Eligible: a trait has one of these values."""

    trait: str
    values: tuple[str, ...]


class AmongNode(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Eligible: the credence of a node lies above or below a bound."""

    node: Address
    above: float | None = None
    below: float | None = None


Among: TypeAlias = AmongSignal | AmongTrait | AmongNode


OTHER = "(other)"
"""What a category is otherwise than its levels."""


class Target(StrEnum):
    """What an outcome asks."""

    HAPPENS = "happens"
    NEVER = "never"
    COUNT = "count"
    SUM = "sum"
    TIME_TO = "time_to"
    VALUE = "value"
    CHOICE = "choice"


class Outcome(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Something a person may do, feel, rate or choose.

    ``kind`` is the signal that decides it: the one that happens or is counted, that carries
    the summed or asked value, or that carries the choice. ``shown`` is the signal that offers
    a choice. ``within`` or ``until`` closes the window; ``after`` opens it, ``plus`` later.

    A category that is asked at a signal is a choice without ``options``: among its ``levels``,
    which a population fills in, and ``otherwise``.
    """

    name: str
    target: Target
    kind: str
    field: str | None = None
    of: str | None = None
    each: str | None = None
    by: dict[str, str] = {}
    items: Items | None = None
    after: str | None = None
    plus: tuple[Span, ...] = ()
    within: Span | None = None
    until: str | None = None
    same: tuple[str, ...] = ()
    when: Condition | None = None
    once: Once | None = None
    among: tuple[Among, ...] = ()
    base: float | None = None
    given: tuple[str, ...] = ()
    recent: dict[str, tuple[str, ...]] = {}
    scale: tuple[float, float] | None = None
    step: float | None = None
    shown: str | None = None
    options: str | None = None
    attributes: tuple[str, ...] = ()
    otherwise: str | None = None
    levels: tuple[str, ...] = ()
    line: int = 0


class Action(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Something the product can do to a person."""

    name: str
    signal: str
    sets: dict[str, str] = {}
    control: dict[str, str] = {}
    randomised: str | float | None = None
    unit: str | None = None
    moderated_by: tuple[str, ...] = ()
    among: tuple[Among, ...] = ()


class Rollout(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How a person is run forward: the step and the outcomes drawn at each."""

    step: Span
    draws: tuple[str, ...]


class Purpose(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Why somebody reads a twin; ``sees`` None = all; ``forecasts`` None = all."""

    name: str
    sees: tuple[str, ...] | None = None
    hidden: tuple[str, ...] = ()
    forecasts: tuple[str, ...] | None = None
    consent: bool = False


class BeliefMap(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a map says, checked and in the units of its clock.

    ``text`` is the document it was read from, empty for a map made by hand. ``unopened`` names the
    families of open nodes that a view of the map does not have. ``former`` is what the maps before
    it in a store called its nodes, by the name of then.
    """

    product: str
    clock: Clock
    zone: Zone
    bands: tuple[HalfLife, ...]
    event_bands: dict[str, tuple[float, ...]] = {}
    fields: dict[str, FieldType] = {}
    groups: dict[str, str] = {}
    sources: dict[str, Source] = {}
    nodes: dict[str, Node] = {}
    edges: tuple[Edge, ...] = ()
    signals: dict[str, tuple[Rule, ...]] = {}
    outcomes: dict[str, Outcome] = {}
    actions: dict[str, Action] = {}
    rollout: Rollout | None = None
    personas: tuple[str, ...] = ()
    purposes: dict[str, Purpose] = {}
    unopened: tuple[str, ...] = ()
    former: dict[str, str] = {}
    text: str = ""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order of the file; a rule's place here is its number in evidence."""
        return tuple(rule for rules in self.signals.values() for rule in rules)

    def trust(self, source: str) -> float:
        """How much the for/against evidence and the precision of values of a source count."""
        found = self.sources.get(source) or self.sources.get("default")
        return found.trust if found else 1.0

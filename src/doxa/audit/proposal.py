"""A first belief map from what the fields and events of a product are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doxa.audit.facts import Form, KindFacts
from doxa.audit.names import Meaning, meaning_of
from doxa.audit.report import FieldAudit
from doxa.audit.verdict import Fate
from doxa.beliefmap.names import RESERVED

FAMILY = (5, 5_000)
"""Different values from which a field of an event makes a family, and up to which."""
MONTHLY = 0.2
"""Events per person and month from which somebody who stops can be missed."""

_LONGEST = 40
_MOST_SEGMENTS = 50
_WORDS = frozenset(
    {"on", "off", "yes", "no", "y", "n", "true", "false", "null", "nan", "inf", "infinity"}
)
"""What YAML reads as something else than text, and no map has as a key."""

_KINDS = {
    Fate.BELIEF: "belief",
    Fate.GOAL: "goal",
    Fate.PREFERENCE: "preference",
    Fate.FEELING: "feeling",
    Fate.CONSTRAINT: "constraint",
}


def proposal(product: str, fields: Sequence[FieldAudit], kinds: Sequence[KindFacts]) -> str:
    """The text of a map that loads: to be read, corrected and checked by the product's team.

    What the file cannot say stands as a comment: which signals speak for or against a belief.
    """
    names = _Names()
    habits = [_Habit.of(kind, names) for kind in kinds if _may_be_key(kind.name)]
    held = [(names.given(each.facts.name), each) for each in fields]
    nodes = [line for habit in habits for line in habit.nodes()]
    nodes += [line for name, each in held for line in _node(name, each)]
    signals = [line for habit in habits for line in habit.signals()]
    signals += [line for name, each in held for line in _signal(name, each)]
    outcomes = [line for habit in habits for line in habit.outcomes(names)]
    lines = [
        "# A first draft from what you hold today: correct it, then run doxa map check.",
        "doxa: 1",
        f"product: {_Names().given(product)}",
        "timezone: UTC                # the zone of local days",
    ]
    for title, body in (("nodes", nodes), ("signals", signals), ("outcomes", outcomes)):
        lines += [f"{title}:", *body] if body else [f"# {title}:   nothing to propose"]
    personas = [_quoted(each.facts.name) for each in fields if _is_persona(each)]
    if personas:
        lines.append(f"personas: [{', '.join(personas)}]")
    return "\n".join(lines) + "\n"


class _Names:
    """Names that a map may declare, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def given(self, text: str) -> str:
        """A name for some text.

        Examples
        --------
        >>> names = _Names()
        >>> [names.given(text) for text in ("Order Placed!", "order placed", "3d view", "mean")]
        ['order_placed', 'order_placed_2', 'n3d_view', 'mean_']
        """
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        found = re.sub(r"\W+", "_", plain).strip("_")[:_LONGEST] or "field"
        found = f"n{found}" if found[0].isdigit() else found
        found = f"{found}_" if found in RESERVED or found in _WORDS else found
        name, count = found, 2
        while name in self._given:
            name, count = f"{found}_{count}", count + 1
        self._given.add(name)
        return name


@dataclass(frozen=True, slots=True)
class _Habit:
    """What people do, as one node, and as a family over one field of the event.

    Attributes
    ----------
    kind : KindFacts
    name, node : str
    field : str or None
        The field of the event whose values are worth a member each.
    dimension, family : str
        Names of the field and of the family; empty without one.
    """

    kind: KindFacts
    name: str
    node: str
    field: str | None
    dimension: str
    family: str

    @classmethod
    def of(cls, kind: KindFacts, names: _Names) -> _Habit:
        """Name what a kind of event becomes."""
        name = names.given(kind.name)
        field = _family(kind)
        dimension = names.given(field) if field is not None else ""
        family = names.given(f"does_{name}_by_{dimension}") if dimension else ""
        return cls(kind, name, names.given(f"does_{name}"), field, dimension, family)

    def nodes(self) -> Iterator[str]:
        """Lines under `nodes`."""
        said = self.name.replace("_", " ")
        yield f'  {self.node}: {{kind: preference, says: "Does {said}."}}'
        if self.field is not None:
            yield (
                f"  {self.family}: {{kind: preference, of: {self.dimension},"
                f' says: "Does {said}: {{{self.dimension}}}."}}'
            )

    def signals(self) -> Iterator[str]:
        """Lines under `signals`."""
        yield f"  {_quoted(self.kind.name)}:"
        yield f"    - {{node: {self.node}, count: 1, once: session}}"
        if self.field is not None:
            yield f"    - {{node: {self.family}, count: 1, once: session{self._renamed()}}}"

    def outcomes(self, names: _Names) -> Iterator[str]:
        """Lines under `outcomes`: only what people do often enough to be missed."""
        if self.kind.per_person_month < MONTHLY:
            return
        kind = _quoted(self.kind.name)
        if self.kind.gap is not None:
            days = max(1, round(self.kind.gap))
            yield (
                f"  {names.given(f'{self.name}_again')}: {{happens: {kind}, within: {days}d,"
                f" among: {{did: {kind}, within: {max(4 * days, 28)}d}}}}"
            )
        yield (
            f"  {names.given(f'no_{self.name}_for_a_month')}: {{never: {kind}, within: 28d,"
            f" among: {{did: {kind}, within: 90d}}}}"
        )
        if self.field is not None:
            yield (
                f"  {names.given(f'{self.name}_{self.dimension}_within_week')}:"
                f" {{of: {self.dimension}{self._renamed()}, items: {{top: 50}}, happens: {kind},"
                " within: 7d}"
            )

    def _renamed(self) -> str:
        if self.dimension == self.field:
            return ""
        return f", by: {{{self.dimension}: {_quoted(self.field or '')}}}"


def _is_persona(each: FieldAudit) -> bool:
    return (
        each.verdict.fate is Fate.TRAIT
        and each.verdict.ground is None
        and meaning_of(each.facts.name) is not Meaning.REGISTERED
        and each.facts.distinct <= _MOST_SEGMENTS
        and each.facts.name.isidentifier()
        and _may_be_key(each.facts.name)
    )


def _node(name: str, each: FieldAudit) -> Iterator[str]:
    fate = each.verdict.fate
    if fate in _KINDS:
        more = ", opt_in: true" if fate is Fate.FEELING else ""
        if _is_measured(each):
            more = f", scale: [{_number(each.facts.low)}, {_number(each.facts.high)}]{more}"
        yield f"  {name}: {{kind: {_KINDS[fate]}{more}}}   # {each.verdict.why}"
    elif fate is Fate.TRAIT and name == each.facts.name:
        more = ", protected: true" if each.verdict.ground else ""
        yield f"  {name}: {{kind: trait{more}}}"


def _signal(name: str, each: FieldAudit) -> Iterator[str]:
    if each.verdict.fate not in _KINDS:
        return
    if _is_measured(each):
        yield f"  {name}_given: [{{node: {name}, value: {name}}}]"
    else:
        yield f"  {name}_given: [{{node: {name}, for: 1}}]     # which signals speak of it?"


def _is_measured(each: FieldAudit) -> bool:
    """Whether the field's numbers are values on a scale."""
    facts = each.facts
    spread = facts.low is not None and facts.high is not None and facts.low < facts.high
    return each.verdict.fate in (Fate.BELIEF, Fate.FEELING) and facts.form is Form.NUMBER and spread


def _family(kind: KindFacts) -> str | None:
    """The field of an event whose values are worth a member each: the one with most values."""
    low, high = FAMILY
    fits = {
        name: distinct
        for name, distinct in kind.distinct.items()
        if kind.fields[name] in (Form.TEXT, Form.LIST)
        and low <= distinct <= high
        and meaning_of(name) is not Meaning.IDENTITY
        and name.isidentifier()
        and _may_be_key(name)
    }
    return max(fits, key=lambda name: (fits[name], name)) if fits else None


def _may_be_key(text: str) -> bool:
    """Whether a kind or field can stand in a map under its own name."""
    plain = text.strip() == text and text.isprintable() and 0 < len(text) <= _LONGEST
    return plain and text.lower() not in _WORDS and unicodedata.is_normalized("NFC", text)


def _quoted(text: str) -> str:
    """A text as a YAML scalar of a list or a key."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(value: float | None) -> str:
    return "0" if value is None else f"{value:g}"

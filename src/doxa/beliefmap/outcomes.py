"""Outcomes, compiled: in a window, after a trigger, at a signal, among options."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import NUMBERS, Declared, check_kind
from doxa.beliefmap.document import Mapping, Sequence, Tree
from doxa.beliefmap.eligibility import read_among
from doxa.beliefmap.literals import (
    distinct,
    field_name,
    fields,
    mapping,
    number,
    one_of,
    one_or_more,
    positive,
    required,
    scale,
    share,
    span,
    text,
    whole,
)
from doxa.beliefmap.model import FieldType, Items, Outcome, Target
from doxa.beliefmap.names import nearest, unknown
from doxa.domain.clock import Clock
from doxa.domain.evidence import Once
from doxa.types import Span

_ANY = ["after", "plus", "within", "until", "same", "when", "among", "base", "of", "by", "items"]
_AT_SIGNAL = ["of_signal", "given", "recent", "each"]
KEYS: dict[Target, list[str]] = {
    Target.HAPPENS: [*_ANY, "each"],
    Target.NEVER: [*_ANY, "each"],
    Target.COUNT: [*_ANY, "once", "each"],
    Target.SUM: [*_ANY, "of_signal", "each"],
    Target.TIME_TO: [*_ANY, "each"],
    Target.VALUE: [*_ANY, *_AT_SIGNAL, "scale", "step"],
    Target.CHOICE: [*_ANY, *_AT_SIGNAL, "options", "attributes", "chosen", "otherwise"],
}
_EXPECTED = f"exactly one of {', '.join(Target)}"
_CHANCES = frozenset({Target.HAPPENS, Target.NEVER, Target.TIME_TO})
_ASKED = NUMBERS | {FieldType.CATEGORY, FieldType.ITEM}


def read_outcomes(top: Mapping, declared: Declared) -> dict[str, Outcome]:
    """Compile all outcomes."""
    tree = top.get("outcomes")
    if tree is None:
        return {}
    section = mapping(tree, "outcomes by name")
    return {
        name: _outcome(name, body, declared, section.places[name].line)
        for name, body in section.entries.items()
    }


def _outcome(name: str, tree: Tree, declared: Declared, line: int) -> Outcome:
    section = mapping(tree, "an outcome, such as {happens: purchase, within: 7d}")
    target = _target(section)
    kind, shown = _kinds(section, target, declared)
    of = _of(section, declared)
    by = _by(section, of, declared)
    _check_window(section, target)
    after, among, base = section.get("after"), section.get("among"), section.get("base")
    once, each = section.get("once"), section.get("each")
    known = frozenset(by) | ({of} if of else frozenset()) | frozenset(fields(section.get("given")))
    outcome = Outcome(
        name=name,
        target=target,
        kind=kind,
        shown=shown,
        of=of,
        by=by,
        items=_items(section),
        after=declared.kind(after) if after else None,
        same=fields(section.get("same")),
        when=read_condition(section.get("when"), declared),
        once=Once(one_of(once, Once, "unit")) if once else None,
        each=field_name(each) if each else None,
        among=read_among(among, declared, known),
        base=_base(base, target) if base else None,
        line=line,
    )
    return msgspec.structs.replace(
        outcome, **_window(section, declared), **_carried(section, target, declared)
    )


def _target(section: Mapping) -> Target:
    found = [target for target in Target if target in section.entries]
    if len(found) != 1:
        problem = f"asks {' and '.join(found)}" if found else "asks nothing"
        hint = (
            ""
            if found
            else next(filter(None, (nearest(key, Target) for key in section.entries)), "")
        )
        raise section.error(problem, expected=_EXPECTED, hint=hint)
    target = found[0]
    allowed = [target.value, *KEYS[target]]
    for key in section.entries:
        if key not in allowed and any(key in keys for keys in KEYS.values()):
            owners = ", ".join(other for other in Target if key in KEYS[other])
            raise section.key_error(
                key, f"{target.value!r} takes no {key!r}", expected=f"it beside {owners}"
            )
    mapping(section, _EXPECTED, allowed)
    return target


def _kinds(section: Mapping, target: Target, declared: Declared) -> tuple[str, str | None]:
    body = required(section, target, _EXPECTED)
    carrier = section.get("of_signal")
    if target is Target.CHOICE:
        shown = declared.kind(body)
        return (declared.kind(carrier) if carrier else shown), shown
    if target in (Target.SUM, Target.VALUE):
        return declared.kind(required(section, "of_signal", "the kind that carries it")), None
    return declared.kind(body), None


def _of(section: Mapping, declared: Declared) -> str | None:
    tree = section.get("of")
    if tree is None:
        return None
    name = field_name(tree, "a dimension")
    known = {*_dimensions(declared), *declared.header.fields}
    if name not in known:
        raise unknown(tree, "dimension", name, sorted(known))
    return name


def _dimensions(declared: Declared) -> set[str]:
    return {each for outline in declared.nodes.values() for each in outline.dimensions}


def _by(section: Mapping, of: str | None, declared: Declared) -> dict[str, str]:
    tree = section.get("by")
    if tree is None:
        return {}
    known = _dimensions(declared) | ({of} if of else set())
    found = {}
    for dimension, body in mapping(tree, "{dimension: field}").entries.items():
        if dimension not in known:
            raise unknown(body, "dimension", dimension, sorted(known))
        found[dimension] = field_name(body)
    return found


def _items(section: Mapping) -> Items | None:
    tree = section.get("items")
    if tree is None:
        return None
    if "of" not in section.entries:
        raise tree.error("items of what?", expected="'of' with the dimension beside it")
    if isinstance(tree, Sequence):
        names = distinct(tree, lambda item: text(item, "a member"), "members")
        if not names:
            raise tree.error("is an empty list", expected="members, or {top: n}")
        return Items(names=names)
    keys = mapping(tree, "{top: n}, or a list of members", ["top"])
    return Items(top=whole(required(keys, "top", "a number of members"), 1))


def _check_window(section: Mapping, target: Target) -> None:
    after, within, until = (section.get(key) for key in ("after", "within", "until"))
    for key in ("plus", "until"):
        if key in section.entries and after is None:
            raise section.key_error(key, f"{key!r} needs a trigger", expected="after: kind")
    if within and until:
        raise until.error("closes a window that 'within' closes too", hint="keep one")
    at_signal = target is Target.VALUE and after is None
    at_shelf = target is Target.CHOICE
    if not (within or until) and not at_signal and not at_shelf:
        raise section.error("never ends", expected="within: a duration, or until: a field")
    if within and at_signal:
        raise within.error("a value without a trigger has no window", expected="after: kind")
    if at_shelf:
        _check_choice(section, within)
    elif "same" in section.entries and after is None and not at_signal:
        raise section.key_error(
            "same", "there is no moment to be the same as", expected="after: kind"
        )


def _check_choice(section: Mapping, within: Tree | None) -> None:
    for key in ("after", "of", "items"):
        if key in section.entries:
            raise section.key_error(key, f"a choice takes no {key!r}", hint=f"drop {key!r}")
    if (section.get("of_signal") is None) != (within is None):
        raise section.error(
            "a choice made in another signal needs of_signal and within",
            expected="both, or neither",
        )


def _window(section: Mapping, declared: Declared) -> dict[str, object]:
    within, until, plus = section.get("within"), section.get("until"), section.get("plus")
    return {
        "within": span(within, declared.clock, least=1) if within else None,
        "until": _until(until, declared) if until else None,
        "plus": _plus(plus, declared) if plus else (),
    }


def _until(tree: Tree, declared: Declared) -> str:
    name = field_name(tree, "a time field of the trigger")
    types = NUMBERS if declared.clock is Clock.POSITION else frozenset({FieldType.TIME})
    declared.typed(tree, name, types, "a field that holds a moment")
    return name


def _plus(tree: Tree, declared: Declared) -> tuple[Span, ...]:
    def read(item: Tree) -> Span:
        return span(item, declared.clock)

    found = one_or_more(tree, read, "durations after the trigger, such as [0d, 3d]")
    if len(set(found)) != len(found):
        raise tree.error("names a duration twice", hint="keep one")
    return tuple(sorted(found))


def _base(tree: Tree, target: Target) -> float:
    if target in _CHANCES:
        return share(tree, inner=True)
    if target is Target.CHOICE:
        raise tree.error("a choice has no base", hint="drop it")
    found = number(tree)
    if target is not Target.VALUE and found < 0:
        raise tree.error(f"{found:g} is negative", expected="zero or more")
    return found


def _carried(section: Mapping, target: Target, declared: Declared) -> dict[str, object]:
    if target is Target.SUM:
        return {"field": declared.numeric(section.entries["sum"])}
    if target is Target.VALUE:
        return _value(section, declared)
    return _choice(section, declared) if target is Target.CHOICE else {}


def _value(section: Mapping, declared: Declared) -> dict[str, object]:
    tree, ends, step = section.entries["value"], section.get("scale"), section.get("step")
    name = field_name(tree)
    declared.typed(tree, name, _ASKED, "a number, flag or category")
    if section.get("of") and text(section.entries["of"]) == name:
        raise section.entries["of"].error(f"{name!r} is what is asked", expected="another field")
    return {
        "field": name,
        "scale": scale(ends) if ends else None,
        "step": positive(step) if step else None,
        **_known(section, name, declared),
    }


def _choice(section: Mapping, declared: Declared) -> dict[str, object]:
    chosen = field_name(required(section, "chosen", "the field that holds the option taken"))
    otherwise = section.get("otherwise")
    if otherwise and section.get("of_signal") is None:
        raise otherwise.error("nothing can be left untaken", expected="of_signal and within")
    return {
        "field": chosen,
        "options": field_name(required(section, "options", "the field that lists the options")),
        "attributes": fields(section.get("attributes")),
        "otherwise": text(otherwise) if otherwise else None,
        **_known(section, chosen, declared),
    }


def _known(section: Mapping, asked: str, declared: Declared) -> dict[str, object]:
    given, recent = section.get("given"), section.get("recent")
    known = fields(given)
    if asked in known:
        assert given is not None
        raise given.error(f"{asked!r} is what is asked", expected="fields known beforehand")
    return {"given": known, "recent": _recent(recent, declared) if recent else {}}


def _recent(tree: Tree, declared: Declared) -> dict[str, tuple[str, ...]]:
    section = mapping(tree, "{kind: [fields]}")
    found = {}
    for kind, body in section.entries.items():
        check_kind(section, kind, declared.kinds)
        found[kind] = fields(body)
        if not found[kind]:
            raise body.error("is an empty list", expected="payload fields")
    return found

"""Outcomes, compiled: in a window, after a trigger, at a signal, among options."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.asked import read_asked
from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Sequence, Tree
from doxa.beliefmap.eligibility import read_among
from doxa.beliefmap.literals import (
    distinct,
    field_name,
    fields,
    mapping,
    number,
    one_of,
    required,
    share,
    text,
    whole,
)
from doxa.beliefmap.model import OTHER, FieldType, Items, Outcome, Target
from doxa.beliefmap.names import nearest, unknown
from doxa.beliefmap.windows import check_window, read_window
from doxa.domain.evidence import Once

_ANY = [
    "after",
    "plus",
    "within",
    "until",
    "same",
    "when",
    "among",
    "base",
    "of",
    "by",
    "items",
    "given",
]
_AT_SIGNAL = ["of_signal", "recent", "each"]
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
    check_window(section, target)
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
    found = msgspec.structs.replace(
        outcome, **read_window(section, declared), **read_asked(section, target, declared)
    )
    return _among_levels(found, declared)


def _among_levels(outcome: Outcome, declared: Declared) -> Outcome:
    """A category that is asked at a signal as a choice among its values; any other as it is."""
    kind = declared.header.fields.get(outcome.field or "")
    if outcome.target is not Target.VALUE or kind is not FieldType.CATEGORY:
        return outcome
    if outcome.after is not None or outcome.of is not None or outcome.each is not None:
        return outcome
    return msgspec.structs.replace(
        outcome, target=Target.CHOICE, shown=outcome.kind, otherwise=OTHER
    )


def _target(section: Mapping) -> Target:
    found = [target for target in Target if target in section.entries]
    if len(found) != 1:
        problem = f"asks {' and '.join(found)}" if found else "asks nothing"
        near = [nearest(key, Target) for key in section.entries if not found]
        raise section.error(problem, expected=_EXPECTED, hint=next(filter(None, near), ""))
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


def _base(tree: Tree, target: Target) -> float:
    if target in _CHANCES:
        return share(tree, inner=True)
    if target is Target.CHOICE:
        raise tree.error("a choice has no base", hint="drop it")
    found = number(tree)
    if target is not Target.VALUE and found < 0:
        raise tree.error(f"{found:g} is negative", expected="zero or more")
    return found

"""Selections and folds of an evaluation, read."""

from __future__ import annotations

from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.evaluation import Folds, Nth, People, Selection, When
from doxa.beliefmap.literals import (
    distinct,
    each_of,
    field_name,
    mapping,
    number,
    one_or_more,
    required,
    span,
    text,
    whole,
)
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.moments import read_when
from doxa.beliefmap.names import key_label

_KEYS = [
    *("from", "to", "to_before", "every", "first", "last", "people", "traits", "when", "nth"),
    *("resolved_by", "largest", "without_largest"),
]
MOST_FOLDS = 1000


def read_selection(tree: Tree, belief_map: BeliefMap, declared: Declared) -> Selection:
    """Read a selection such as ``{from: 2017-05-21, to: 2017-09-10, every: 14d}``."""
    section = mapping(tree, "a selection, such as {from: 2017-05-21, to: 2017-09-10}", _KEYS)
    every, first, last = section.get("every"), section.get("first"), section.get("last")
    people, nth = section.get("people"), section.get("nth")
    selection = Selection(
        begin=_when(section, "from", belief_map),
        end=_when(section, "to", belief_map),
        before=_when(section, "to_before", belief_map),
        resolved_by=_when(section, "resolved_by", belief_map),
        every=span(every, belief_map.clock, least=1) if every else None,
        first=_part(first) if first else None,
        last=_part(last) if last else None,
        people=_people(people) if people else None,
        traits=read_traits(section.get("traits")),
        when=read_condition(section.get("when"), declared),
        nth=_nth(nth) if nth else None,
        largest=_shares(section.get("largest")),
        without_largest=_shares(section.get("without_largest")),
    )
    _check_dates(section, selection)
    return selection


def _when(section: Mapping, key: str, belief_map: BeliefMap) -> When | None:
    tree = section.get(key)
    return read_when(tree, belief_map) if tree else None


def _check_dates(section: Mapping, selection: Selection) -> None:
    begin, end, before = selection.begin, selection.end, selection.before
    if end and before:
        raise section.key_error("to_before", "'to' ends it already", hint="keep one")
    if begin and end and end.last < begin.moment:
        raise section.entries["to"].error(
            f"{end.text} lies before {begin.text}", expected="a date after 'from'"
        )
    if begin and before and before.moment <= begin.moment:
        raise section.entries["to_before"].error(
            f"{before.text} does not lie after {begin.text}", expected="a date after 'from'"
        )
    if selection.every and not (begin and end):
        raise section.entries["every"].error("steps need both ends", expected="from and to")


def _part(tree: Tree) -> float:
    found = number(tree, "a share, such as 0.8")
    if not 0 < found <= 1:
        raise tree.error(f"{found:g} is no share", expected="above 0, at most 1")
    return found


def _modulus(section: Mapping) -> tuple[int, bool]:
    forms = [key for key in ("mod", "hash") if key in section.entries]
    if len(forms) != 1:
        raise section.error(
            f"holds {' and '.join(forms) or 'neither'}", expected="either mod: n or hash: n"
        )
    tree = required(section, forms[0], "a whole number")
    return whole(tree, 2), forms[0] == "hash"


def _remainder(tree: Tree, modulus: int) -> int:
    found = whole(tree, 0)
    if found >= modulus:
        raise tree.error(f"{found} is no remainder of {modulus}", expected=f"0 to {modulus - 1}")
    return found


def _remainders(tree: Tree, modulus: int) -> tuple[int, ...]:
    found = distinct(tree, lambda item: _remainder(item, modulus), "remainders, such as [0, 1]")
    if not found:
        raise tree.error("is an empty list", expected=f"remainders from 0 to {modulus - 1}")
    return found


def _people(tree: Tree) -> People:
    section = mapping(tree, "{mod: 5, in: [0]}", ["mod", "hash", "in"])
    modulus, hashed = _modulus(section)
    parts = _remainders(required(section, "in", "a list of remainders"), modulus)
    return People(modulus=modulus, parts=parts, hashed=hashed)


def read_traits(tree: Tree | None) -> dict[str, tuple[str, ...]]:
    """Traits and their values: ``{presentation: [2013B, 2013J]}``."""
    if tree is None:
        return {}
    section = mapping(tree, "{trait: value}, or {trait: [values]}")
    return {
        key_label(section, name): one_or_more(body, lambda item: text(item, "a value"), "values")
        for name, body in section.entries.items()
    }


def _nth(tree: Tree) -> Nth:
    section = mapping(tree, "{from: 6}", ["from", "per"])
    per = section.get("per")
    return Nth(
        begin=whole(required(section, "from", "a number, 1 = the first"), 1),
        per=field_name(per) if per else None,
    )


def _shares(tree: Tree | None) -> dict[str, float]:
    if tree is None:
        return {}
    section = mapping(tree, "{field: share}")
    return {key_label(section, name): _part(body) for name, body in section.entries.items()}


def read_folds(tree: Tree) -> Folds:
    """Read ``{mod: 10, parts: [[0, 1], [2, 3]]}`` or ``{hash: 5}``."""
    section = mapping(tree, "{mod: 10, parts: [..]}, or {hash: 5}", ["mod", "hash", "parts"])
    modulus, hashed = _modulus(section)
    if modulus > MOST_FOLDS:
        raise section.error(f"{modulus} is too large", expected=f"at most {MOST_FOLDS}")
    parts = section.get("parts")
    if parts is None:
        return Folds(modulus=modulus, parts=tuple((n,) for n in range(modulus)), hashed=hashed)
    return Folds(modulus=modulus, parts=_parts(parts, modulus), hashed=hashed)


def _parts(tree: Tree, modulus: int) -> tuple[tuple[int, ...], ...]:
    found = each_of(tree, lambda item: _remainders(item, modulus), "lists of remainders")
    if len(found) < 2:
        raise tree.error(f"holds {len(found)} part", expected="two parts or more")
    every = [number for part in found for number in part]
    if len(set(every)) != len(every):
        raise tree.error("puts a remainder into two parts", expected="parts that do not overlap")
    return found

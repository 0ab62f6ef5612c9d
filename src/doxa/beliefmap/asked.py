"""What an outcome asks of a signal: a sum, a value or a choice, and what is known beforehand."""

from __future__ import annotations

from doxa.beliefmap.declared import NUMBERS, Declared, check_kind
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import (
    field_name,
    fields,
    mapping,
    positive,
    required,
    scale,
    text,
)
from doxa.beliefmap.model import FieldType, Target

_ASKED = NUMBERS | {FieldType.CATEGORY, FieldType.ITEM}


def read_asked(section: Mapping, target: Target, declared: Declared) -> dict[str, object]:
    """The field that is asked, and what is known of the signal that carries it."""
    if target is Target.SUM:
        return {"field": declared.numeric(section.entries["sum"]), **_given(section)}
    if target is Target.VALUE:
        return _value(section, declared)
    return _choice(section, declared) if target is Target.CHOICE else _given(section)


def _given(section: Mapping) -> dict[str, object]:
    """What is known of the trigger of a window."""
    given = section.get("given")
    if given is not None and section.get("after") is None:
        raise given.error("no signal asks this outcome", expected="'after' beside it")
    return {"given": fields(given)}


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

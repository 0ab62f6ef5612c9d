"""Who is asked, read: ``among`` as one requirement or a list that must all hold."""

from __future__ import annotations

from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import (
    field_name,
    fields,
    mapping,
    one_or_more,
    required,
    share,
    span,
    text,
    whole,
)
from doxa.beliefmap.model import Among, AmongNode, AmongSignal, AmongTrait

_SIGNAL_KEYS = ["when", "same", "within", "since", "at_least"]
_EXPECTED = "{did: kind}, {never: kind}, {trait: name, is: value} or {node: name, below: 0.3}"


def read_among(
    tree: Tree | None, declared: Declared, given: frozenset[str] = frozenset()
) -> tuple[Among, ...]:
    """Read ``among``; `given` names the dimensions that the moment itself fixes."""
    if tree is None:
        return ()
    return one_or_more(tree, lambda item: _one(item, declared, given), _EXPECTED)


def _one(tree: Tree, declared: Declared, given: frozenset[str]) -> Among:
    section = mapping(tree, _EXPECTED)
    forms = [key for key in ("did", "never", "trait", "node") if key in section.entries]
    if len(forms) != 1:
        raise section.error(
            "names " + (" and ".join(forms) if forms else "nobody"), expected=_EXPECTED
        )
    if forms[0] == "trait":
        return _trait(section)
    if forms[0] == "node":
        return _node(section, declared, given)
    return _signal(section, forms[0], declared)


def _signal(section: Mapping, form: str, declared: Declared) -> AmongSignal:
    mapping(section, _EXPECTED, [form, *_SIGNAL_KEYS])
    times = section.get("at_least")
    if times is not None and form == "never":
        raise times.error("'never' has no at_least", expected="did: kind, at_least: n")
    since, within = section.get("since"), section.get("within")
    return AmongSignal(
        did=form == "did",
        kind=declared.kind(required(section, form, "a signal kind")),
        when=read_condition(section.get("when"), declared),
        same=fields(section.get("same")),
        within=span(within, declared.clock, least=1) if within else None,
        since=declared.kind(since) if since else None,
        at_least=whole(times, 1) if times else 1,
    )


def _trait(section: Mapping) -> AmongTrait:
    mapping(section, "{trait: name, is: value}", ["trait", "is"])
    values = required(section, "is", "a value, or a list of values")
    return AmongTrait(
        trait=field_name(required(section, "trait", "a trait"), "a trait"),
        values=one_or_more(values, lambda item: text(item, "a value"), "a value, or several"),
    )


def _node(section: Mapping, declared: Declared, given: frozenset[str]) -> AmongNode:
    mapping(section, "{node: name, below: 0.3}", ["node", "above", "below"])
    tree = required(section, "node", "a node")
    address = declared.address(tree)
    open_dimensions = set(declared.nodes[address.node].dimensions) - given
    if not address.member and open_dimensions:
        raise tree.error(f"{address.node!r} is a family", expected=f"{{{address.node}: MEMBER}}")
    above, below = section.get("above"), section.get("below")
    if above is None and below is None:
        raise section.error("has no bound", expected="above or below, a credence")
    return AmongNode(
        node=address,
        above=share(above) if above else None,
        below=share(below) if below else None,
    )

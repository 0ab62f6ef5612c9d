"""Sources, purposes and personas, compiled: whom to trust, and who may see what."""

from __future__ import annotations

from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Scalar, Tree
from doxa.beliefmap.literals import (
    distinct,
    field_name,
    flag,
    mapping,
    one_of,
    required,
    share,
    text,
)
from doxa.beliefmap.model import Purpose, Source
from doxa.beliefmap.names import key_label, unknown
from doxa.domain.claim import ClaimKind, open_family
from doxa.domain.node import NodeKind


def read_sources(top: Mapping, declared: Declared) -> dict[str, Source]:
    """Compile the sources; without any, everybody is trusted with 1."""
    tree = top.get("sources")
    if tree is None:
        return {}
    section = mapping(tree, "sources, such as till: {trust: 1.0}")
    return {
        key_label(section, name): _source(name, body, declared)
        for name, body in section.entries.items()
    }


def _source(name: str, body: Tree, declared: Declared) -> Source:
    section = mapping(body, "{trust: 0.7}", ["trust", "seen_by"])
    trust, seen_by = section.get("trust"), section.get("seen_by")
    return Source(
        name=name,
        trust=share(trust) if trust else 1.0,
        seen_by=distinct(
            seen_by, lambda item: one_of(item, declared.purposes, "purpose"), "a list of purposes"
        )
        if seen_by
        else None,
    )


def read_personas(top: Mapping, declared: Declared) -> tuple[str, ...]:
    """The traits that make a static segment."""
    tree = top.get("personas")
    if tree is None:
        return ()
    return distinct(tree, lambda item: _trait(item, declared), "a list of traits")


def _trait(tree: Tree, declared: Declared) -> str:
    name = field_name(tree, "a trait")
    outline = declared.nodes.get(name)
    if outline is not None and outline.kind is not NodeKind.TRAIT:
        raise tree.error(f"{name!r} is a {outline.kind.value}", expected="a trait")
    return name


def read_purposes(
    top: Mapping, declared: Declared, personas: tuple[str, ...]
) -> dict[str, Purpose]:
    """Compile the purposes."""
    tree = top.get("purposes")
    if tree is None:
        return {}
    mentioned = (name for name in personas if name not in declared.nodes)
    seen = (*declared.nodes, *mentioned, *(open_family(kind) for kind in ClaimKind))
    return {
        name: _purpose(name, body, declared, seen)
        for name, body in mapping(tree, "purposes by name").entries.items()
    }


def _purpose(name: str, body: Tree, declared: Declared, known: tuple[str, ...]) -> Purpose:
    section = mapping(body, "{sees: all}", ["sees", "except", "forecasts", "consent"])
    sees = _sees(required(section, "sees", "all, or a list of nodes"), known)
    hidden, consent = section.get("except"), section.get("consent")
    return Purpose(
        name=name,
        sees=sees,
        hidden=_visible(hidden, known) if hidden else (),
        forecasts=_forecasts(section, sees is None and hidden is None, declared),
        consent=flag(consent) if consent else False,
    )


def _sees(tree: Tree, known: tuple[str, ...]) -> tuple[str, ...] | None:
    if isinstance(tree, Scalar):
        if tree.text != "all":
            raise tree.error(f"{tree.text!r} is not a list", expected="all, or a list of nodes")
        return None
    return _visible(tree, known)


def _visible(tree: Tree, known: tuple[str, ...]) -> tuple[str, ...]:
    return distinct(tree, lambda item: one_of(item, known, "node"), "a list of nodes")


def _forecasts(
    section: Mapping, sees_everything: bool, declared: Declared
) -> tuple[str, ...] | None:
    tree = section.get("forecasts")
    if tree is None:
        return None if sees_everything else ()
    if isinstance(tree, Scalar):
        if text(tree) != "all":
            raise unknown(tree, "outcome", text(tree), declared.outcomes, "write a list, or all")
        return None
    return distinct(tree, declared.outcome, "a list of outcomes, or all")

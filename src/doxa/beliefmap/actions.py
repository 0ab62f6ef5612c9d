"""Actions and the rollout, compiled: what the product can do, and how a person is run forward."""

from __future__ import annotations

from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.eligibility import read_among
from doxa.beliefmap.literals import (
    distinct,
    is_number,
    mapping,
    required,
    share,
    span,
    text,
)
from doxa.beliefmap.model import Action, Rollout
from doxa.beliefmap.names import identifier, key_label

_KEYS = ["signal", "with", "control", "randomised", "unit", "moderated_by", "among"]


def read_actions(top: Mapping, declared: Declared) -> dict[str, Action]:
    """Compile the actions."""
    tree = top.get("actions")
    if tree is None:
        return {}
    section = mapping(tree, "actions by name")
    return {
        identifier(section, name): _action(name, body, declared)
        for name, body in section.entries.items()
    }


def _action(name: str, body: Tree, declared: Declared) -> Action:
    section = mapping(body, "{signal: kind, with: {field: value}}", _KEYS)
    randomised, unit = section.get("randomised"), section.get("unit")
    moderators = section.get("moderated_by")
    if randomised and section.get("control") is None:
        raise randomised.error(
            "what was it randomised against?", expected="control: {field: value}"
        )
    return Action(
        name=name,
        signal=declared.kind(required(section, "signal", "the signal that says it was done")),
        sets=_sets(section.get("with")),
        control=_sets(section.get("control")),
        randomised=_randomised(randomised, declared) if randomised else None,
        unit=declared.group(unit) if unit and text(unit) != "twin" else None,
        moderated_by=distinct(moderators, declared.node, "a list of nodes") if moderators else (),
        among=read_among(section.get("among"), declared),
    )


def _sets(tree: Tree | None) -> dict[str, str]:
    if tree is None:
        return {}
    section = mapping(tree, "{field: value}")
    return {key_label(section, key): text(value) for key, value in section.entries.items()}


def _randomised(tree: Tree, declared: Declared) -> str | float:
    written = text(tree, "a propensity, or the field that holds it")
    if is_number(written):
        return share(tree, inner=True)
    return declared.numeric(tree)


def read_rollout(top: Mapping, declared: Declared) -> Rollout | None:
    """Compile the rollout."""
    tree = top.get("rollout")
    if tree is None:
        return None
    section = mapping(tree, "{step: 1d, draws: [outcomes]}", ["step", "draws"])
    draws = required(section, "draws", "outcomes in order")
    found = distinct(draws, declared.outcome, "a list of outcomes")
    if not found:
        raise draws.error("is an empty list", expected="outcomes in order")
    step = required(section, "step", "a duration, such as 1d")
    return Rollout(step=span(step, declared.clock, least=1), draws=found)

"""The window of an outcome: what opens it, what closes it."""

from __future__ import annotations

from doxa.beliefmap.declared import NUMBERS, Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import field_name, one_or_more, span
from doxa.beliefmap.model import FieldType, Target
from doxa.domain.clock import Clock
from doxa.types import Span


def check_window(section: Mapping, target: Target) -> None:
    """Refuse windows that never begin or end, and moments that do not exist."""
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


def read_window(section: Mapping, declared: Declared) -> dict[str, object]:
    """How long the window is, or which field of the trigger closes it, and when it opens."""
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

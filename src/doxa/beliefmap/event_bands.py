"""Event bands: half-lives counted in this person's later sessions of a kind."""

from __future__ import annotations

from doxa.beliefmap.declared import check_kind
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.header import MOST_BANDS
from doxa.beliefmap.literals import distinct, mapping, positive
from doxa.beliefmap.names import key_label


def read_event_bands(tree: Tree | None, kinds: frozenset[str]) -> dict[str, tuple[float, ...]]:
    """Half-lives in later sessions of a kind."""
    if tree is None:
        return {}
    section = mapping(tree, "kinds and half-lives in sessions, such as trip: [2, 6]")
    return {
        key_label(section, kind): tuple(sorted(_sessions(section, kind, body, kinds)))
        for kind, body in section.entries.items()
    }


def _sessions(section: Mapping, kind: str, body: Tree, kinds: frozenset[str]) -> tuple[float, ...]:
    check_kind(section, kind, kinds)
    found = distinct(body, _later_sessions, "numbers of sessions, such as [2, 6, 20]")
    if not 1 <= len(found) <= MOST_BANDS:
        raise body.error(f"holds {len(found)} bands", expected=f"1 to {MOST_BANDS}")
    return found


def _later_sessions(tree: Tree) -> float:
    return positive(tree, "a number of sessions above zero")

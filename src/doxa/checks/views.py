"""Law 7: a purpose sees what the operator would, had the rest never been sent nor declared.

What is hidden is worked out here from the map by plain loops, apart from how readings do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
from hypothesis import strategies as st

from doxa.beliefmap.model import BeliefMap, Node, Purpose, Source, Zone
from doxa.beliefmap.renames import former_names
from doxa.checks.laws import SLACK, Readings, assert_close
from doxa.checks.strategies import SOURCES, START, TURNING, histories, maps
from doxa.domain.clock import DAY, HOUR
from doxa.domain.node import NodeKind
from doxa.domain.signal import CLAIM, CONSENT, TRAITS, Signal
from doxa.types import Json, Moment

PURPOSES = ("care", "ads")
NODES = ("fair", "knows", "mood", "price", "buys")
OWN_TRAITS = ("tier", "income", "undeclared", "tz")


class Faces(msgspec.Struct, frozen=True):
    """What somebody was shown of one twin.

    Attributes
    ----------
    opinions : Readings
        Of nodes that were met.
    traits : dict
    trails : dict of address to list
        Of every node met: the signals behind it, each with what it counts, and the claims about it.
    timelines : dict of address to list
        Of every node met: its points and pieces of evidence, as plain fields.
    changes : list of dict
        Since some earlier moment.
    course : dict
        Of goals, feelings and constraints, as plain fields.
    """

    opinions: Readings
    traits: dict[str, Json]
    trails: dict[str, list[dict[str, Json]]]
    timelines: dict[str, dict[str, Json]]
    changes: list[dict[str, Json]]
    course: dict[str, Json]


class Shower(Protocol):
    """Shows one twin to a purpose, or (None) to the operator."""

    def __call__(
        self,
        signals: Sequence[Signal],
        belief_map: BeliefMap,
        now: Moment,
        known_at: Moment | None,
        purpose: str | None,
    ) -> Faces:
        """Every face of the twin ``ann``."""


@st.composite
def purposed_maps(draw: st.DrawFn) -> BeliefMap:
    """Maps of every kind of evidence with two purposes, hidden sources and nodes by consent."""
    found = draw(maps())
    opt_in = draw(st.sampled_from([(), ("mood",), ("fair", "buys"), ("fair_when",)]))
    nodes = {
        name: msgspec.structs.replace(node, opt_in=name in opt_in)
        for name, node in found.nodes.items()
    }
    for name, protected in (("tier", False), ("income", True)):
        nodes[name] = Node(
            name=name, kind=NodeKind.TRAIT, half_life=1.0, bands=(), period=1, protected=protected
        )
    seen_by = st.sampled_from([None, None, ("care",), ("ads",), ()])
    sources = {
        name: msgspec.structs.replace(source, seen_by=draw(seen_by))
        for name, source in {**{n: Source(name=n) for n in SOURCES}, **found.sources}.items()
        if name != "rumour"
    }
    named = [name for name, node in found.nodes.items() if node.evidence is not None]
    purposes = {name: draw(_purposes(name, named)) for name in PURPOSES}
    zone = Zone(default=found.zone.default, trait=draw(st.sampled_from([None, "tz"])))
    return msgspec.structs.replace(
        found, nodes=nodes, sources=sources, purposes=purposes, zone=zone
    )


@st.composite
def _purposes(draw: st.DrawFn, name: str, nodes: list[str]) -> Purpose:
    names = st.lists(st.sampled_from([*nodes, "tier", "income"]), unique=True, max_size=4)
    consent = draw(st.booleans())
    if draw(st.booleans()):
        return Purpose(name=name, sees=tuple(draw(names)), forecasts=(), consent=consent)
    return Purpose(name=name, hidden=tuple(draw(names)), forecasts=(), consent=consent)


@st.composite
def purposed_histories(draw: st.DrawFn) -> list[Signal]:
    """One twin's signals, consents given and withdrawn and traits among them."""
    told = draw(histories(most=15, kinds=TURNING))
    for number in range(draw(st.integers(0, 6))):
        at = START + draw(st.sampled_from([-DAY, 0, HOUR, DAY, 40 * DAY, 900 * DAY]))
        kind = draw(st.sampled_from([CONSENT, CONSENT, TRAITS]))
        told.append(
            Signal(
                id=f"c{number}",
                twin="ann",
                kind=kind,
                at=at,
                recorded=at + draw(st.sampled_from([0, 0, 30 * DAY])),
                source=draw(st.sampled_from(SOURCES)),
                order=draw(st.sampled_from([0, 1])),
                payload=draw(_consents() if kind == CONSENT else _traits()),
            )
        )
    return told


def _consents() -> st.SearchStrategy[dict[str, Json]]:
    about = st.sampled_from(
        [("purpose", name) for name in PURPOSES] + [("node", name) for name in (*NODES, "tier")]
    )
    return st.tuples(about, st.booleans()).map(
        lambda told: {told[0][0]: told[0][1], "given": told[1]}
    )


def _traits() -> st.SearchStrategy[dict[str, Json]]:
    values = st.sampled_from(["Asia/Tokyo", "America/New_York", None])
    return st.dictionaries(st.sampled_from(OWN_TRAITS), values, min_size=1)


def left_over(
    signals: Sequence[Signal],
    belief_map: BeliefMap,
    now: Moment,
    known_at: Moment | None,
    purpose: str | None,
) -> tuple[list[Signal], BeliefMap]:
    """What a purpose may see of one twin: the signals that are left, and the rules that are.

    In the map that is left every node may be read: whoever withholds one has no rule about it.
    """
    said = _consents_said(signals, now, known_at)
    hidden = {name for name in belief_map.nodes if _is_hidden(belief_map, name, purpose)}
    for node in belief_map.nodes.values():
        word = said.get(("node", node.name))
        if word is False or (node.opt_in and word is not True):
            hidden.add(node.name)
    kept = [signal for signal in signals if _is_heard(belief_map, signal.source, purpose)]
    if purpose is not None:
        word = said.get(("purpose", purpose))
        if word is False or (belief_map.purposes[purpose].consent and word is not True):
            kept = []
    rules = {
        kind: tuple(rule for rule in rules if rule.node not in hidden)
        for kind, rules in belief_map.signals.items()
    }
    nodes = {
        name: msgspec.structs.replace(
            node, opt_in=False, within=None if node.within in hidden else node.within
        )
        for name, node in belief_map.nodes.items()
    }
    edges = tuple(
        edge for edge in belief_map.edges if not {edge.source.node, edge.target.node} & hidden
    )
    kept = [_shown(signal, belief_map, hidden, purpose) for signal in kept]
    return kept, msgspec.structs.replace(belief_map, signals=rules, nodes=nodes, edges=edges)


def _consents_said(
    signals: Sequence[Signal], now: Moment, known_at: Moment | None
) -> dict[tuple[str, str], bool]:
    """The newest word about everything; a withdrawal wins over a consent of the same moment."""
    said: dict[tuple[str, str], bool] = {}
    told = [s for s in signals if s.kind == CONSENT and s.cause is None and s.at <= now]
    told = [s for s in told if known_at is None or s.recorded <= known_at]
    for signal in sorted(told, key=lambda s: (s.at, s.order, not s.payload["given"])):
        for what in ("purpose", "node"):
            if what in signal.payload:
                said[what, str(signal.payload[what])] = bool(signal.payload["given"])
    return said


def _is_hidden(belief_map: BeliefMap, name: str, purpose: str | None) -> bool:
    if purpose is None:
        return False
    told = belief_map.purposes[purpose]
    if name in told.hidden:
        return True
    if told.sees is not None:
        return name not in told.sees
    node = belief_map.nodes.get(name)
    return node is not None and node.protected and bool(told.hidden)


def _is_heard(belief_map: BeliefMap, source: str, purpose: str | None) -> bool:
    told = belief_map.sources.get(source) or belief_map.sources.get("default")
    return purpose is None or told is None or told.seen_by is None or purpose in told.seen_by


def _shown(signal: Signal, belief_map: BeliefMap, hidden: set[str], purpose: str | None) -> Signal:
    """A signal without the traits and claims that are not seen; that it came is."""
    silent = msgspec.structs.replace(signal, payload={})
    if signal.kind == CONSENT:
        return silent
    if signal.kind == CLAIM:
        if _is_hidden_claim(signal, belief_map, hidden, purpose):
            return silent
        return _unnamed(signal, belief_map, purpose)
    if signal.kind != TRAITS:
        return signal
    listed = None if purpose is None else belief_map.purposes[purpose].sees
    kept = {
        name: value
        for name, value in signal.payload.items()
        if name not in hidden and (listed is None or name in listed)
    }
    return msgspec.structs.replace(signal, payload=kept)


def _unnamed(signal: Signal, belief_map: BeliefMap, purpose: str | None) -> Signal:
    """A claim does not name what it supersedes where that was said by somebody not heard."""
    source = str(signal.payload.get("supersedes_source", signal.source))
    if _is_heard(belief_map, source, purpose):
        return signal
    named = ("supersedes", "supersedes_source")
    kept = {name: value for name, value in signal.payload.items() if name not in named}
    return msgspec.structs.replace(signal, payload=kept)


def _is_hidden_claim(
    signal: Signal, belief_map: BeliefMap, hidden: set[str], purpose: str | None
) -> bool:
    """Claims about hidden nodes; in words of their own, all of them where nodes are listed."""
    if "about" in signal.payload:
        name = str(signal.payload["about"]).partition("[")[0]
        return former_names(belief_map).get(name, name) in hidden
    told = None if purpose is None else belief_map.purposes[purpose]
    return told is not None and (told.sees is not None or bool(told.hidden))


def check_purpose(
    show: Shower,
    signals: Sequence[Signal],
    belief_map: BeliefMap,
    now: Moment,
    known_at: Moment | None,
    purpose: str | None,
) -> None:
    """Law 7: every face under a purpose is the operator's of what is left over."""
    found = show(signals, belief_map, now, known_at, purpose)
    kept, seen = left_over(signals, belief_map, now, known_at, purpose)
    expected = show(kept, seen, now, known_at, None)
    assert_close(found.opinions, expected.opinions, "opinions under a purpose")
    assert found.traits == expected.traits, (purpose, found.traits, expected.traits)
    for name in ("trails", "timelines", "changes", "course"):
        _same(getattr(found, name), getattr(expected, name), name)


def _same(found: object, expected: object, where: str) -> None:
    """Equal in form and words, numbers within 1e-9."""
    if isinstance(found, dict) and isinstance(expected, dict):
        assert found.keys() == expected.keys(), (where, sorted(found), sorted(expected))
        for key, value in expected.items():
            _same(found[key], value, f"{where}.{key}")
    elif isinstance(found, list) and isinstance(expected, list):
        assert len(found) == len(expected), (where, found, expected)
        for place, value in enumerate(expected):
            _same(found[place], value, f"{where}[{place}]")
    elif isinstance(found, float) and isinstance(expected, float):
        assert abs(found - expected) <= SLACK * max(1.0, abs(expected)), (where, found, expected)
    else:
        assert found == expected, (where, found, expected)


def check_trust(
    show: Shower, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment, source: str
) -> None:
    """Law 7: halving the trust in a source halves what its own evidence counts, and nothing else.

    Occurrences count as they did. Where the person speaks, their word bounds the others' together,
    and those nodes are left to the laws about it.
    """
    told = belief_map.sources[source]
    halved = msgspec.structs.replace(told, trust=told.trust / 2)
    lowered = msgspec.structs.replace(belief_map, sources={**belief_map.sources, source: halved})
    before, after = (show(signals, each, now, None, None).trails for each in (belief_map, lowered))
    assert before.keys() == after.keys()
    for name, pieces in before.items():
        if any(piece["source"] == "self" for piece in pieces):
            continue
        for piece, other in zip(pieces, after[name], strict=True):
            if "channel" not in piece:
                assert piece == other
                continue
            scale = 0.5 if piece["source"] == source and piece["channel"] != "count" else 1.0
            _same(other["now"], float(str(piece["now"])) * scale, f"{name}.{piece['id']}")

"""Hypothesis strategies: maps of all kinds of evidence, and the histories that try them."""

from __future__ import annotations

import math
from itertools import combinations

import msgspec
from hypothesis import strategies as st

from doxa.beliefmap.model import (
    BeliefMap,
    Condition,
    Edge,
    Node,
    Occasion,
    Operator,
    Rule,
    Source,
    Test,
    Weight,
    Zone,
)
from doxa.beliefmap.wider import entangled
from doxa.checks.oracle_identity import Lives, Merged, Retracted, may_be_said
from doxa.domain.clock import BEGINNING, DAY, HOUR, MINUTE, Clock
from doxa.domain.evidence import Channel, EvidenceKind, Once
from doxa.domain.node import Address, NodeKind
from doxa.domain.signal import CLAIM, Signal

START = 1_500_000_000 * 1_000_000
"""Where histories begin: 2017, on the time clock."""

DEVICES = st.sampled_from([None, "phone", "tv"])

SOURCES = ("shop", "support", "self", "rumour")
DIMENSION = ("dish",)
_BANDS = (6.0 * HOUR, 3.0 * DAY, 21.0 * DAY, 180.0 * DAY, math.inf)


def _node(name: str, evidence: EvidenceKind, *dimensions: str, **more: object) -> Node:
    settings: dict[str, object] = {"half_life": 90.0 * DAY, "period": 28 * DAY, "bands": _BANDS}
    settings |= more
    return Node(
        name=name,
        kind=NodeKind.BELIEF,
        evidence=evidence,
        dimensions=dimensions,
        # Keyword arguments of differing types, by name.
        **settings,  # type: ignore[arg-type]
    )


def _says(node: str, channel: Channel, holds: str, kind: str | None = None, **more: object) -> Rule:
    test = Test(field="holds", operator=Operator.IN, values=(holds,))
    return Rule(
        kind=kind or f"said_{node}",
        node=node,
        channel=channel,
        weight=Weight(field="weight"),
        when=Condition(tests=(test,)),
        # Keyword arguments of differing types, by name.
        **more,  # type: ignore[arg-type]
    )


_BASES = st.sampled_from([None, 0.1, 0.5, 0.8])


@st.composite
def maps(draw: st.DrawFn) -> BeliefMap:
    """Maps with single nodes and families of every kind of evidence, four sources, either clock;
    some with families over a context, whose members fall back on wider nodes."""
    occasion = draw(st.sampled_from(list(Occasion)))
    base = draw(_BASES)
    half_life = draw(st.sampled_from([6.0 * HOUR, 90.0 * DAY, 100.0 * DAY, math.inf]))
    once = draw(st.sampled_from([None, *Once]))
    opinion, value = EvidenceKind.OPINION, EvidenceKind.VALUE
    nodes = [
        _node("fair", opinion, occasion=occasion, base=base, half_life=half_life),
        _node("knows", opinion, *DIMENSION, occasion=occasion),
        _node("mood", value, scale=(7.0, 1.0), half_life=1.0 * DAY),
        _node("price", value, scale=(0.0, 10.0), above=draw(st.sampled_from([None, 7.0]))),
        _node("buys", EvidenceKind.OCCURRENCE, *DIMENSION, half_life=half_life),
    ]
    both = (("1", Channel.FOR), ("0", Channel.AGAINST))
    signals = {
        "said_fair": tuple(_says("fair", channel, holds) for holds, channel in both),
        "said_knows": tuple(
            _says("knows", channel, holds, fields=DIMENSION) for holds, channel in both
        ),
        "rated": tuple(
            Rule(kind="rated", node=node, channel=Channel.VALUE, weight=Weight(), value=node)
            for node in ("mood", "price")
        ),
        "bought": (
            Rule(
                kind="bought", node="buys", channel=Channel.COUNT, weight=Weight(field="count"),
                fields=DIMENSION, amount="amount", once=once,
            ),
        ),
        "said_buys": tuple(
            _says("buys", channel, holds, constant=("rice",)) for holds, channel in both
        ),
        "visit": (),
    }  # fmt: skip
    clock = draw(st.sampled_from([Clock.TIME, Clock.TIME, Clock.POSITION]))
    if draw(st.booleans()):
        of = "weekpart" if clock is Clock.TIME else "session"
        nodes += [
            _node("fair_when", opinion, of, base=draw(_BASES), occasion=occasion, within="fair"),
            _node("fair_there", opinion, "device", of, half_life=half_life, within="fair_when"),
            _node("mood_on", value, "device", scale=(7.0, 1.0), half_life=1.0 * DAY, within="mood"),
        ]
        signals["said_fair"] += tuple(
            _says(node, channel, holds, "said_fair", fields=fields)
            for node, fields in (("fair_when", (of,)), ("fair_there", ("device", of)))
            for holds, channel in both
        )
        signals["rated"] += (
            Rule(
                kind="rated", node="mood_on", channel=Channel.VALUE, weight=Weight(), value="mood",
                fields=("device",),
            ),
        )  # fmt: skip
    trust = {name: draw(st.sampled_from([0.0, 0.3, 0.7, 1.0])) for name in SOURCES[:2]}
    sources = {name: Source(name=name, trust=value) for name, value in trust.items()}
    return BeliefMap(
        product="laws",
        clock=clock,
        zone=Zone(default=draw(st.sampled_from(["UTC", "America/New_York"]))),
        bands=_BANDS,
        sources={
            **sources,
            "default": Source(name="default", trust=0.9),
            "self": Source(name="self"),
        },
        nodes={node.name: node for node in nodes},
        signals=signals,
    )


@st.composite
def coupled_maps(draw: st.DrawFn) -> BeliefMap:
    """`maps` whose nodes support and contradict each other, one by one and family by family.

    No chain of edges joins a family to what it falls back on: such a map is refused.
    """
    plain = draw(maps())
    pooled = [*_POOLED[plain.clock], *_ENDS] if "fair_when" in plain.nodes else _ENDS
    ends = [Address(name, member) for name, member in pooled]
    drawn = draw(
        st.lists(st.sampled_from(list(combinations(ends, 2))), min_size=1, max_size=5, unique=True)
    )
    pairs: list[tuple[Address, Address]] = []
    for pair in drawn:
        names = [(one.node, other.node) for one, other in (*pairs, pair)]
        if entangled(plain.nodes, names) is None:
            pairs.append(pair)
    edges = tuple(
        Edge(
            source=one,
            target=other,
            kind=draw(st.sampled_from(["supports", "contradicts"])),
            weight=draw(st.sampled_from([None, None, 0.01, 2.0, 1e3])),
        )
        for one, other in pairs
    )
    return msgspec.structs.replace(plain, edges=edges)


_ENDS = [
    ("fair", ()),
    ("mood", ()),
    ("price", ()),
    ("knows", ()),
    ("buys", ()),
    ("buys", ("rice",)),
    ("knows", ("soup",)),
]


_POOLED = {
    Clock.TIME: [("fair_when", ("weekend",)), ("fair_there", ("phone", "weekday")), ("mood_on", ("tv",))],
    Clock.POSITION: [("fair_when", ("a",)), ("fair_there", ("phone", "a")), ("mood_on", ("tv",))],
}  # fmt: skip


WEIGHTS = st.sampled_from([1e-9, 1e-3, 0.2, 0.5, 1.0, 1.0, 3.0, 1e6])
"""Tiny, ordinary and huge weights of one piece of evidence."""

_GAPS = st.sampled_from(
    [0, 0, 0, 1, MINUTE, HOUR, 7 * HOUR, DAY, 3 * DAY, 30 * DAY, 100 * DAY, 800 * DAY]
)


@st.composite
def payloads(draw: st.DrawFn, kind: str) -> dict[str, object]:
    """A payload that fits a kind of `maps`."""
    dish = draw(st.sampled_from(["rice", "soup"]))
    if kind in CLAIMS:
        return draw(claims(moving=kind == MOVING))
    if kind == "rated":
        return {"mood": draw(st.integers(1, 7)), "price": draw(st.floats(0, 10, width=16))}
    if kind == "bought":
        return {"dish": dish, "count": draw(st.sampled_from([0, 1, 2, 40])), "amount": 2.5}
    return {"dish": dish, "holds": draw(st.integers(0, 1)), "weight": draw(WEIGHTS)}


MOVING = "claim moving"
"""In `histories`: a claim that may have an interval, or supersede another signal."""

CLAIMS = (CLAIM, MOVING)


@st.composite
def claims(draw: st.DrawFn, *, moving: bool) -> dict[str, object]:
    """The payload of a claim about a node of `maps`, or in words of its own."""
    nodes = ("fair", "knows[rice]", "buys[rice]", "buys[soup]", "mood", "fair_when[weekend]")
    target: dict[str, object] = {"about": draw(st.sampled_from(nodes))}
    if draw(st.booleans()):
        words = draw(st.sampled_from(["Prefers delivery", "prefers  delivery.", "has a dog"]))
        target = {"says": words, "kind": draw(st.sampled_from(["preference", "fact", "inference"]))}
    told: dict[str, object] = {"holds": draw(st.booleans()), "weight": draw(WEIGHTS)}
    if moving:
        begins, lasts = draw(st.none() | _SHIFTS), draw(st.none() | _SHIFTS)
        if begins is not None:
            told["valid_from"] = START + begins
        if lasts is not None:
            told["valid_until"] = START + (begins or 0) + lasts + 1
        if draw(st.booleans()):
            told["supersedes"] = f"s{draw(st.integers(0, 8))}"
            told["supersedes_source"] = draw(st.sampled_from(SOURCES))
    return {**target, **told}


_SHIFTS = st.sampled_from([0, HOUR, 3 * DAY, 50 * DAY, 1000 * DAY])

KINDS = ("said_fair", "said_fair", "said_knows", "said_buys", "rated", "bought", "visit")
CLAIMING = (*KINDS, CLAIM, CLAIM)
TURNING = (*CLAIMING, MOVING, MOVING, MOVING)
"""Kinds to draw histories from: without claims, with plain ones, and with all."""


@st.composite
def histories(
    draw: st.DrawFn, *, least: int = 1, most: int = 25, kinds: tuple[str, ...] = KINDS
) -> list[Signal]:
    """One twin's signals by time: bursts, equal times, sessions, silent years, late records."""
    at, out = START, list[Signal]()
    for number in range(draw(st.integers(least, most))):
        at += draw(_GAPS)
        kind = draw(st.sampled_from(kinds))
        late = draw(st.sampled_from([0, 0, DAY, 400 * DAY]))
        out.append(
            Signal(
                id=f"s{number}",
                twin="ann",
                kind=CLAIM if kind in CLAIMS else kind,
                at=at,
                recorded=at + late,
                source=draw(st.sampled_from(SOURCES)),
                session=draw(st.sampled_from([None, "a", "b"])),
                device=draw(DEVICES),
                order=draw(st.sampled_from([0, 0, 1])),
                # Hypothesis draws Any of JSON.
                payload=draw(payloads(kind)),  # type: ignore[arg-type]
            )
        )
    return out


TWINS = ("ann", "web", "phone", "bob")


@st.composite
def lives(draw: st.DrawFn, belief_map: BeliefMap, *, most: int = 25) -> Lives:
    """Signals of up to four twins, merged and unmerged and taken back, early and late."""
    signals = [
        msgspec.structs.replace(signal, twin=draw(st.sampled_from(TWINS)))
        for signal in draw(histories(least=2, most=most))
    ]
    said = Lives(signals=tuple(signals))
    for _ in range(draw(st.integers(0, 5))):
        said = msgspec.structs.replace(
            said, merges=_said(said.merges, draw(merges(said, belief_map)))
        )
    taken_back = draw(st.lists(st.sampled_from(signals), max_size=3, unique_by=lambda s: s.id))
    return msgspec.structs.replace(
        said,
        retractions=tuple(
            Retracted(source=each.source, id=each.id, recorded=each.recorded + draw(_GAPS))
            for each in taken_back
        ),
    )


@st.composite
def merges(draw: st.DrawFn, said: Lives, belief_map: BeliefMap) -> Merged:
    """A merge or an unmerge of two twins at or near the moment of some signal."""
    alias, into = draw(st.permutations(TWINS))[:2]
    near = draw(st.sampled_from([said.signals[0], *said.signals])).at + draw(_GAPS)
    timed = belief_map.clock is Clock.TIME
    recorded = max([near + draw(_GAPS), *(merged.recorded for merged in said.merges)])
    return Merged(
        alias=alias,
        into=draw(st.sampled_from([into, into, into, None])),
        at=near if timed else BEGINNING[Clock.POSITION],
        recorded=recorded,
        offset=0 if timed else draw(st.sampled_from([0, 7, -3 * DAY])),
    )


def _said(merges: tuple[Merged, ...], new: Merged) -> tuple[Merged, ...]:
    return (*merges, new) if may_be_said(merges, new) else merges

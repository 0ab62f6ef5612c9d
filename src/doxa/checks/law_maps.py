"""A map that changes while people live by it: what the machine of the laws runs on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.strategies import DEVICES, SOURCES
from doxa.domain.clock import AHEAD, DAY, HOUR, SECOND
from doxa.domain.signal import Signal
from doxa.types import Json, Moment

PURPOSES = ("care", "shop", "ads")
DISHES = ("rice", "soup")
NAMES = ("loyal", "devoted", "attached")

_TEXT = """
doxa: 1
product: laws
timezone: {zone}
sources: {{shop: {{trust: {trust}}}, support: {{trust: 0.9, seen_by: [care]}}, default: {{trust: 0.8}}}}
nodes:
  fair: {{kind: belief, base: 0.3, half_life: {half_life}}}
  fair_when: {{kind: belief, of: weekpart, within: fair}}
  {name}: {{kind: belief, half_life: 21d{renamed}}}
  buys: {{kind: preference, of: dish, half_life: 30d}}
  mood: {{kind: feeling, scale: [1, 7], half_life: 6d}}
  mood_on: {{kind: feeling, of: device, scale: [1, 7], half_life: 6d, within: mood}}
  worried: {{kind: belief, opt_in: true, half_life: 60d}}
edges: [{edges}]
signals:
  said_fair:
    - {{node: fair, for: weight, when: {{holds: 1}}}}
    - {{node: fair, against: weight, when: {{holds: 0}}}}
    - {{node: fair_when, for: weight, when: {{holds: 1}}}}
    - {{node: fair_when, against: weight, when: {{holds: 0}}}}
  said_loyal:
    - {{node: {name}, for: weight, when: {{holds: 1}}}}
    - {{node: {name}, against: weight, when: {{holds: 0}}}}
  bought: [{{node: buys, count: 1, once: session, amount: price}}]
  rated: [{{node: mood, value: mood}}, {{node: mood_on, value: mood}}, {{node: worried, for: 0.5}}]
  visit: [{visit}]
purposes:
  care: {{sees: all}}
  shop: {{sees: all, except: [fair]}}
  ads: {{sees: [fair_when, buys, mood_on], consent: true}}
"""
_EDGES = (
    "{{from: fair, to: {name}, kind: supports}}, "
    "{{from: {{buys: rice}}, to: {name}, kind: contradicts, weight: 2}}, "
    "{{from: {name}, to: mood, kind: supports}}"
)


class LawMap(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of the map; `parsed` gives it."""

    trust: float = 0.7
    half_life: str = "90d"
    zone: str = "America/New_York"
    coupled: bool = False
    visits: bool = False
    name: str = NAMES[0]
    before: str = ""

    def parsed(self) -> BeliefMap:
        """The map, from its text."""
        return parse_map(
            _TEXT.format(
                zone=self.zone,
                trust=self.trust,
                half_life=self.half_life,
                name=self.name,
                renamed=f", renamed_from: {self.before}" if self.before else "",
                edges=_EDGES.format(name=self.name) if self.coupled else "",
                visit=f"{{node: {self.name}, for: 0.2}}" if self.visits else "",
            )
        )


@st.composite
def changes(draw: st.DrawFn, known: LawMap) -> LawMap:
    """The map with one thing changed: a trust, a half-life, the zone, edges, a rule or a name."""
    what = draw(st.sampled_from(["trust", "half_life", "zone", "coupled", "visits", "name"]))
    if what == "trust":
        return msgspec.structs.replace(known, trust=draw(st.sampled_from([0.0, 0.4, 0.7, 1.0])))
    if what == "half_life":
        return msgspec.structs.replace(known, half_life=draw(st.sampled_from(["20d", "90d"])))
    if what == "zone":
        zone = draw(st.sampled_from(["America/New_York", "Asia/Tokyo"]))
        return msgspec.structs.replace(known, zone=zone)
    if what == "coupled":
        return msgspec.structs.replace(known, coupled=not known.coupled)
    if what == "visits":
        return msgspec.structs.replace(known, visits=not known.visits)
    name = draw(st.sampled_from([name for name in NAMES if name != known.name]))
    return msgspec.structs.replace(known, name=name, before=known.name)


AT = st.sampled_from([0, 0, HOUR, 30 * HOUR, 40 * DAY, 400 * DAY, -SECOND, -AHEAD])
"""How long before now something happened; below zero, after it."""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that is not sent yet."""

    twin: str
    kind: str
    payload: dict[str, Json]
    back: int
    source: str
    session: str | None
    device: str | None

    def signal(self, name: str, now: Moment) -> Signal:
        """The signal, sent now."""
        return Signal(
            id=name,
            twin=self.twin,
            kind=self.kind,
            at=now - self.back,
            recorded=now,
            source=self.source,
            session=self.session,
            device=self.device,
            payload=self.payload,
        )


@st.composite
def happenings(draw: st.DrawFn, twins: Sequence[str]) -> Happening:
    """Something that one of some twins, the first most often, did, said or had."""
    kind, payload = draw(sent())
    return Happening(
        twin=draw(st.sampled_from([twins[0], twins[0], *twins])),
        kind=kind,
        payload=payload,
        back=draw(AT),
        source=draw(st.sampled_from(SOURCES)),
        session=draw(st.sampled_from([None, "a", "b"])),
        device=draw(DEVICES),
    )


@st.composite
def sent(draw: st.DrawFn) -> tuple[str, dict[str, Json]]:
    """A kind of the map and a payload that fits it."""
    kind = draw(
        st.sampled_from(["said_fair", "said_fair", "said_loyal", "bought", "rated", "visit"])
    )
    if kind == "bought":
        return kind, {"dish": draw(st.sampled_from(DISHES)), "price": 2.5}
    if kind == "rated":
        return kind, {"mood": draw(st.integers(1, 7))}
    if kind == "visit":
        return kind, {}
    weight = draw(st.sampled_from([0.2, 1.0, 1.0, 3.0]))
    return kind, {"holds": draw(st.integers(0, 1)), "weight": weight}


def claimable(name: str) -> st.SearchStrategy[tuple[str, str | None]]:
    """What a claim may be about, and its kind where it is in words of its own."""
    nodes = ["fair", "fair_when[weekend]", name, "buys[rice]", "mood", "mood_on[tv]", "worried"]
    told = [(node, None) for node in nodes]
    return st.sampled_from([*told, ("Has a dog", "fact"), ("Prefers letters", "preference")])


def consents() -> st.SearchStrategy[dict[str, Json]]:
    """A consent about a purpose or a node, given or withdrawn."""
    about = st.sampled_from(
        [("purpose", "ads"), ("purpose", "ads"), ("purpose", "shop"), ("node", "worried"),
         ("node", "worried"), ("node", "fair"), ("node", "mood"), ("node", "mood")]
    )  # fmt: skip
    return st.tuples(about, st.booleans()).map(
        lambda told: {told[0][0]: told[0][1], "given": told[1]}
    )

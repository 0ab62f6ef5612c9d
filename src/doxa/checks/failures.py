"""Three known failures of systems that remember people, as checks over generated histories.

*Oscillation*: a belief swings with every word. *Context collapse*: what holds in one context
overwrites another. *Credence inflation*: repetition, or the system's own output, is taken for
proof. And after a reversal, silence brings the old belief back.

Every check takes a `Reader` of `doxa.checks.laws` and a seed, makes a history from it, and raises
`AssertionError` with the readings that show the failure.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from doxa.beliefmap.map_file import parse_map
from doxa.checks.laws import SLACK, Reader, counts, number
from doxa.domain.clock import DAY, HOUR, MINUTE
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.types import Json, Moment

HISTORIES = 200
"""Seeds that every check is run for."""

START = 1_600_000_000 * 1_000_000
HALF_LIFE = 40 * DAY

CONTEXTS = parse_map("""
doxa: 1
product: contexts
sources: {till: {trust: 1.0}, support: {trust: 0.8}, rumour: {trust: 0.4}}
nodes:
  fair: {kind: belief, half_life: 40d}
  calm: {kind: belief, of: place, half_life: 40d}
signals:
  said: [{node: fair, for: weight, when: {holds: 1}}, {node: fair, against: weight, when: {holds: 0}}]
  felt: [{node: calm, for: weight, when: {holds: 1}}, {node: calm, against: weight, when: {holds: 0}}]
""")
"""One belief, and one that differs from place to place."""

FAIR = Address("fair")
_PLACES = ("home", "work", "travel")


def said(
    place: int, at: Moment, holds: bool, *, weight: float = 1.0, kind: str = "said", **more: str
) -> Signal:
    """One statement, an occasion of its own unless a session is given."""
    known = {"session": f"s{place}", "source": "till"} | more
    context = {"place": known.pop("context")} if "context" in known else {}
    return Signal(
        id=f"x{place}",
        twin="ann",
        kind=kind,
        at=at,
        recorded=at,
        source=known["source"],
        session=known["session"],
        payload={"holds": int(holds), "weight": weight, **context},
    )


def check_no_oscillation(reader: Reader, seed: int) -> None:
    """Yes and no in turn: one status from the 4th on, and each word moves less than the last did.

    A belief that stands on much evidence never changes sides under such a turn.
    """
    rng = random.Random(seed)
    weight, source = rng.choice([0.3, 0.7, 1.0]), rng.choice(["till", "support", "rumour"])
    at, first, turns = START, rng.random() < 0.5, []
    for place in range(12):
        at += int(rng.uniform(0.05, 0.5) * HALF_LIFE)
        holds = first is (place % 2 == 0)
        turns.append(said(place, at, holds, weight=weight, source=source))
    told = [_fair(reader, turns[: end + 1], turns[end].at) for end in range(len(turns))]
    assert len({each["status"] for each in told[3:]}) == 1, [each["status"] for each in told]
    support = [
        said(100 + place, START - (20 - place) * DAY, first, source=source) for place in range(20)
    ]
    base = _fair(reader, support, START)
    for turn in turns[1:2]:
        after = _fair(reader, [*support, turn], turn.at)
        assert _side(after) * _side(base) > 0, (base, after)


def check_contexts_stay_apart(reader: Reader, seed: int) -> None:
    """What is felt in one place never moves another, however much and however lately it is felt."""
    rng = random.Random(seed)
    loud, *others = rng.sample(_PLACES, 3)
    history = []
    for place in range(rng.randint(4, 12)):
        at = START + int(rng.uniform(0, 90) * DAY)
        context, holds = rng.choice(others), rng.random() < 0.7
        history.append(said(place, at, holds, kind="felt", context=context))
    burst = [
        said(
            100 + place,
            START + 90 * DAY + place * rng.choice([MINUTE, HOUR, DAY]),
            rng.random() < 0.1,
            kind="felt",
            context=loud,
            weight=rng.choice([0.5, 1.0, 3.0]),
        )
        for place in range(rng.randint(5, 40))
    ]
    now = max(signal.at for signal in burst)
    before = reader(history, CONTEXTS, now)
    after = reader([*history, *burst], CONTEXTS, now)
    for address, told in before.items():
        assert after[address] == told, (str(address), told, after[address])
    assert Address("calm", (loud,)) in after


def check_repetition_is_no_proof(reader: Reader, seed: int) -> None:
    """One sentence said n times in one visit counts at most 1 + ln n of once, at any pace."""
    rng = random.Random(seed)
    times, holds = rng.randint(2, 60), rng.random() < 0.5
    source = rng.choice(["till", "support", "rumour"])
    day = START // DAY * DAY + 8 * HOUR
    again = [
        said(n, day + n * rng.choice([0, 1, MINUTE]), holds, session="visit", source=source)
        for n in range(times)
    ]
    now = again[-1].at
    once, many = _fair(reader, again[:1], again[0].at), _fair(reader, again, now)
    one = number(once, "support") + number(once, "attack")
    most = one * counts(float(times))
    assert number(many, "support") + number(many, "attack") <= most * (1 + SLACK), (once, many)


def check_own_output_is_no_proof(reader: Reader, seed: int) -> None:
    """What the product says because of its twin, and what follows from it, proves nothing."""
    rng = random.Random(seed)
    history = [
        said(place, START + int(rng.uniform(0, 60) * DAY), rng.random() < 0.8)
        for place in range(rng.randint(1, 10))
    ]
    now = START + 61 * DAY
    echoes = [
        msgspec.structs.replace(
            said(100 + place, START + int(rng.uniform(0, 60) * DAY), True, weight=5.0),
            cause=rng.choice(["doxa", "forecast-7", f"x{100 + place - 1}"]),
        )
        for place in range(rng.randint(1, 30))
    ]
    found, expected = _fair(reader, [*history, *echoes], now), _fair(reader, history, now)
    assert found == expected, (expected, found)


def check_silence_keeps_a_reversal(reader: Reader, seed: int) -> None:
    """After a reversal the old belief stays gone: silence only brings credence to the base rate."""
    rng = random.Random(seed)
    old = rng.random() < 0.5
    long = rng.randint(5, 60)
    history = [said(n, START + n * 5 * DAY, old) for n in range(long)]
    begins = START + long * 5 * DAY
    place = long
    while not history or _side(_fair(reader, history, history[-1].at)) * (1 if old else -1) >= 0:
        history.append(said(place, begins + (place - long) * DAY, not old, weight=3.0))
        place += 1
        assert place < 1_000, "it never turns"
    last = history[-1].at
    base = number(_fair(reader, history, last), "base")
    turned = -1 if old else 1
    previous = None
    for moment in _later(last, rng):
        told = _fair(reader, history, moment)
        credence = number(told, "credence")
        assert (credence - base) * turned >= -SLACK, (str(moment - last), told)
        if previous is not None:
            assert abs(credence - base) <= abs(previous - base) + SLACK, (previous, told)
        previous = credence


def _later(start: Moment, rng: random.Random) -> Iterator[Moment]:
    moment = start
    for _ in range(12):
        yield moment
        moment += int(rng.choice([HOUR, DAY, 20 * DAY, HALF_LIFE, 400 * DAY]))


def _fair(reader: Reader, history: list[Signal], now: Moment) -> dict[str, Json]:
    return dict(reader(history, CONTEXTS, now)[FAIR])


def _side(told: dict[str, Json]) -> float:
    return number(told, "credence") - number(told, "base")


FAILURES = (
    check_no_oscillation,
    check_contexts_stay_apart,
    check_repetition_is_no_proof,
    check_own_output_is_no_proof,
    check_silence_keeps_a_reversal,
)
"""All of them."""

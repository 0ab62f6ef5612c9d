"""Positions, joined with offsets: whatever is done to a store, it reads as the oracle does.

Moments of time are the law machine's (`doxa.checks.law_machine`).
"""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.runtime.people import Made, say, told

from doxa.checks.laws import assert_close
from doxa.checks.oracle_identity import (
    Lives,
    Merged,
    Retracted,
    may_be_said,
    read_people_plainly,
)
from doxa.checks.strategies import SOURCES, TWINS, maps, payloads
from doxa.domain.clock import BEGINNING, DAY, HOUR, Clock
from doxa.domain.signal import Signal
from doxa.errors import InputError, UnknownName

START = 1_500_000_000 * 1_000_000
KINDS = ("said_fair", "said_knows", "said_buys", "rated", "bought", "visit")
STEPS = st.sampled_from([0, HOUR, 7 * HOUR, 3 * DAY, 40 * DAY])
BACK = st.sampled_from([0, 0, HOUR, 3 * DAY, 40 * DAY, 400 * DAY])


class People(RuleBasedStateMachine):
    """Signals, merges, unmerges and retractions as they come; two stores and the oracle."""

    @initialize(belief_map=maps().filter(lambda drawn: drawn.clock is Clock.POSITION))
    def begin(self, belief_map) -> None:
        self.belief_map = belief_map
        self.now = START
        self.lives = Lives(signals=())
        self.made = [Made(belief_map, on_disk=on_disk) for on_disk in (False, True)]
        self.stores = [made.twins.wiring.store for made in self.made]

    def teardown(self) -> None:
        for made in getattr(self, "made", ()):
            made.__exit__()

    def both(self, ask):
        """Ask both stores; they answer, or refuse, alike."""
        answers = []
        for store in self.stores:
            try:
                answers.append(ask(store))
            except (InputError, UnknownName) as error:
                answers.append(type(error))
        assert answers[0] == answers[1]
        return answers[0]

    @rule(step=STEPS)
    def wait(self, step) -> None:
        self.now += step

    @rule(twin=st.sampled_from(TWINS), source=st.sampled_from(SOURCES), back=BACK, pick=st.data())
    def observe(self, twin, source, back, pick) -> None:
        kind = pick.draw(st.sampled_from(KINDS))
        signal = Signal(
            id=f"s{len(self.lives.signals)}",
            twin=twin,
            kind=kind,
            at=self.now - back,
            recorded=self.now,
            source=source,
            session=pick.draw(st.sampled_from([None, "a", "b"])),
            payload=pick.draw(payloads(kind)),
        )
        self.both(lambda store: store.append([signal])[0].duplicate)
        self.lives = msgspec.structs.replace(self.lives, signals=(*self.lives.signals, signal))

    @rule(
        pair=st.permutations(TWINS),
        joined=st.sampled_from([True, True, False]),
        offset=st.sampled_from([0, 5, -2 * DAY]),
    )
    def say(self, pair, joined, offset) -> None:
        merged = Merged(
            alias=pair[0],
            into=pair[1] if joined else None,
            at=BEGINNING[Clock.POSITION],
            recorded=self.now,
            offset=offset,
        )
        refused = self.both(lambda store: say(store, merged)) is InputError
        assert refused is not may_be_said(self.lives.merges, merged)
        if not refused:
            self.lives = msgspec.structs.replace(self.lives, merges=(*self.lives.merges, merged))

    @precondition(lambda self: self.lives.signals)
    @rule(pick=st.data())
    def retract(self, pick) -> None:
        signal = pick.draw(st.sampled_from(self.lives.signals))
        known = {(each.source, each.id) for each in self.lives.retractions}
        again = self.both(lambda store: store.retract(signal.id, None, self.now).duplicate)
        assert again is ((signal.source, signal.id) in known)
        assert self.both(lambda store: store.append([signal])[0].retracted)
        if not again:
            said = Retracted(source=signal.source, id=signal.id, recorded=self.now)
            gone = (*self.lives.retractions, said)
            self.lives = msgspec.structs.replace(self.lives, retractions=gone)

    @rule()
    def snapshot(self) -> None:
        for made in self.made:
            made.twins.snapshot()

    @rule(twin=st.sampled_from(TWINS), back=BACK, known=st.none() | BACK)
    def read(self, twin, back, known) -> None:
        self.check(twin, self.now - back, None if known is None else self.now - known)

    def check(self, twin, now, known_at) -> None:
        expected = read_people_plainly(self.lives, self.belief_map, twin, now, known_at)
        for made in self.made:
            assert_close(told(made.twins, twin, now, known_at), expected, "not as the oracle")

    @invariant()
    def reads_as_the_oracle(self) -> None:
        if self.lives.signals:
            self.check(self.lives.signals[-1].twin, self.now, None)


TestPeople = People.TestCase
TestPeople.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)

"""Laws 1 to 8 as one machine: whatever is done to a store in whatever order, it reads as the oracle.

Signals now, late and ahead, sent twice and sent otherwise; claims, consents, merges, retractions,
maps that take over, forgetting, snapshots, closing and opening: after any of it the store reads as
plain loops over what was said, on both clocks, for everybody who may look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from doxa.beliefmap.renames import with_history
from doxa.checks.law_life import REMEMBERED, Home, Life, observed, told
from doxa.checks.law_maps import (
    AT,
    PURPOSES,
    Happening,
    LawMap,
    changes,
    claimable,
    consents,
    happenings,
)
from doxa.checks.laws import assert_close
from doxa.checks.oracle_identity import Lives, Merged, Retracted, may_be_said
from doxa.checks.strategies import SOURCES, TWINS
from doxa.domain.clock import AHEAD, DAY, HOUR, datetime_of
from doxa.domain.signal import Signal
from doxa.errors import ForgottenTwin, SignalConflict, SignalError
from doxa.types import Json

STEPS = st.sampled_from([1, HOUR, 9 * HOUR, 3 * DAY, 40 * DAY])
BACK = st.sampled_from([0, 0, 1, HOUR, 3 * DAY, 40 * DAY, 400 * DAY])
VIEWERS = st.sampled_from([None, None, *PURPOSES])


class Machine(Life):
    """Everything that can be done to a store, and how it must read then."""

    @initialize(coupled=st.booleans(), some=st.lists(happenings(TWINS), min_size=2, max_size=8))
    def begin(self, coupled: bool, some: list[Happening]) -> None:
        """Stores on one map, with a few signals in them."""
        self.drawn = LawMap(coupled=coupled)
        given = self.drawn.parsed()
        self.maps = [(self.now, given)]
        self.places = [make() for make in self.homes]
        self.twins = [self._opened(home, given) for home in self.places]
        for each in some:
            self._send(each.signal(self._name(), self.now))

    # what is done

    @rule(step=STEPS)
    def wait(self, step: int) -> None:
        """Time passes."""
        self.now += step

    @rule(some=st.lists(happenings(TWINS), min_size=1, max_size=4))
    def observe(self, some: list[Happening]) -> None:
        """Signals: now, late, or up to five minutes ahead."""
        for each in some:
            self._send(each.signal(self._name(), self.now))

    @rule(twin=st.sampled_from(TWINS), back=AT, payload=consents(), source=st.sampled_from(SOURCES))
    def consent(self, twin: str, back: int, payload: dict[str, Json], source: str) -> None:
        """The person lets somebody read, or something be read, or no longer."""
        self._send(
            Signal(
                id=self._name(),
                twin=twin,
                kind="consent",
                at=self.now - back,
                recorded=self.now,
                source=source,
                payload=payload,
            )
        )

    @rule(twin=st.sampled_from(TWINS), back=AT, source=st.sampled_from(SOURCES), pick=st.data())
    def believe(self, twin: str, back: int, source: str, pick: st.DataObject) -> None:
        """A claim about a node, or in words of its own; perhaps with an interval."""
        what, kind = pick.draw(claimable(self.drawn.name))
        holds, weight = pick.draw(st.booleans()), pick.draw(st.sampled_from([0.3, 1.0, 3.0]))
        lasts = pick.draw(st.sampled_from([None, None, DAY, 90 * DAY]))
        name, at = self._name(), self.now - back
        done = self._every(
            lambda twins: (
                twins.believe(
                    twin,
                    what,
                    kind=kind,
                    holds=holds,
                    weight=weight,
                    source=source,
                    valid_until=None if lasts is None else datetime_of(at + lasts),
                    at=datetime_of(at),
                    id=name,
                    recorded=datetime_of(self.now),
                ).duplicate
            )
        )
        if self._refuses(twin, at):
            assert done is ForgottenTwin, done
            return
        assert done is False, done
        store = self.twins[0].wiring.store
        signals = store.signals(store.twin_key(twin) or 0)
        self._take(next(each for each in signals if each.id == name))

    @rule(twin=st.sampled_from(TWINS), beyond=st.sampled_from([1, HOUR, 40 * DAY]))
    def observe_too_far_ahead(self, twin: str, beyond: int) -> None:
        """What lies more than five minutes in the future is refused."""
        signal = Signal(
            id="far", twin=twin, kind="visit", at=self.now + AHEAD + beyond, recorded=self.now
        )
        refused = self._every(lambda twins: observed(twins, signal))
        assert refused in (SignalError, ForgottenTwin), refused

    @precondition(lambda self: self.lives.signals)
    @rule(pick=st.data())
    def send_again(self, pick: st.DataObject) -> None:
        """The same id with the same content is a no-op."""
        signal = self._one(pick)
        assert self._every(lambda twins: observed(twins, signal)) is True

    @precondition(lambda self: self.lives.signals)
    @rule(pick=st.data())
    def send_otherwise(self, pick: st.DataObject) -> None:
        """The same id with other content is a conflict."""
        signal = self._one(pick)
        other = msgspec.structs.replace(signal, order=signal.order + 1)
        assert self._every(lambda twins: observed(twins, other)) is SignalConflict

    @precondition(lambda self: self.lives.signals)
    @rule(pick=st.data())
    def retract(self, pick: st.DataObject) -> None:
        """A signal is taken back; once more changes nothing."""
        signal = self._one(pick)
        known = {(each.source, each.id) for each in self.lives.retractions}
        again = self._every(lambda twins: twins.retract(signal.id).duplicate)
        assert again is ((signal.source, signal.id) in known)
        self.touched = signal.twin
        if not again:
            said = Retracted(source=signal.source, id=signal.id, recorded=self.now)
            self._live(retractions=(*self.lives.retractions, said))
        self._tick()

    @rule(pair=st.permutations(TWINS), joined=st.sampled_from([True, True, False]), back=BACK)
    def say_who_is_whom(self, pair: list[str], joined: bool, back: int) -> None:
        """A merge or an unmerge, from now on or from earlier; no circles."""
        alias, into = pair[:2]
        at = self.now - back
        said = Merged(alias=alias, into=into if joined else None, at=at, recorded=self.now)
        when = datetime_of(at)
        done = self._every(
            lambda twins: (
                (
                    twins.merge(alias, into=into, at=when)
                    if joined
                    else twins.unmerge(alias, at=when)
                ).duplicate
            )
        )
        refused = isinstance(done, type)
        assert refused is not may_be_said(self.lives.merges, said), (done, said)
        self.touched = alias
        if done is False:
            self._live(merges=(*self.lives.merges, said))
        self._tick()

    @rule(pick=st.data())
    def apply_map(self, pick: st.DataObject) -> None:
        """Another map takes over from now on."""
        self.drawn = pick.draw(changes(self.drawn))
        given = self.drawn.parsed()
        self._reopen(given)
        if given.text != self.maps[-1][1].text:
            known = with_history(given, [each for _, each in self.maps])
            self.maps.append((self.now, known))
        self._tick()

    @rule()
    def reopen(self) -> None:
        """Closed and opened again, nothing is lost."""
        self._reopen(None)

    @rule()
    def snapshot(self) -> None:
        """Everybody's state is kept up to a moment."""
        for twins in self.twins:
            twins.snapshot()

    @precondition(lambda self: len(self.lives.signals) >= 8)
    @rule(twin=st.sampled_from(TWINS))
    def forget(self, twin: str) -> None:
        """Law 8: a person is gone, the others read the same, and nothing comes back."""
        gone = self._parts(twin)
        others = [each for each in TWINS if each not in gone]
        before = [[told(twins, each) for each in others] for twins in self.twins]
        for twins in self.twins:
            twins.forget(twin)
        after = [[told(twins, each) for each in others] for twins in self.twins]
        assert after == before
        for name in gone:
            own = [signal.at for signal in self.lives.signals if signal.twin == name]
            known = self.forgotten.get(name, self.now)
            self.forgotten[name] = max([self.now, known, *own])
        lost = [signal for signal in self.lives.signals if signal.twin in gone]
        named = {(signal.source, signal.id) for signal in lost}
        self.erased = (self.erased + lost)[-REMEMBERED:]
        self.lives = Lives(
            signals=tuple(each for each in self.lives.signals if each.twin not in gone),
            merges=tuple(each for each in self.lives.merges if not {each.alias, each.into} & gone),
            retractions=tuple(
                each for each in self.lives.retractions if (each.source, each.id) not in named
            ),
        )
        self.memories = [each for each in self.memories if not each.parts & gone]
        self._tick()

    @precondition(lambda self: self.erased)
    @rule(pick=st.data())
    def send_what_was_erased(self, pick: st.DataObject) -> None:
        """What a forgotten person sent before is refused."""
        signal = pick.draw(st.sampled_from(self.erased))
        assert self._every(lambda twins: observed(twins, signal)) is ForgottenTwin

    # what is read

    @rule(twin=st.sampled_from(TWINS), back=AT, known=st.none() | BACK, purpose=VIEWERS)
    def read(self, twin: str, back: int, known: int | None, purpose: str | None) -> None:
        """On both clocks, for whoever may look."""
        self._check(twin, self.now - back, None if known is None else self.now - known, purpose)

    @rule(back=BACK, purpose=VIEWERS)
    def read_everybody(self, back: int, purpose: str | None) -> None:
        """Many twins at once read as one by one."""
        for twins in self.twins:
            nodes = ["fair_when[weekend]", "buys[rice]", "mood_on[tv]"]
            when = datetime_of(self.now - back)
            found = twins.read(list(TWINS), nodes, as_of=when, purpose=purpose)
            for place, name in enumerate(TWINS):
                one = twins.twin(name, when, purpose=purpose)
                for node in nodes:
                    assert found.nodes[node].one(place) == one.opinion(node), (name, node)

    @invariant()
    def remembers(self) -> None:
        """What was read then is what was known then, whatever came since."""
        if not self.memories:
            return
        then = self.memories[self.turns % len(self.memories)]
        for twins in self.twins:
            found = told(twins, then.twin, then.at, then.at, then.purpose)
            assert_close(found, then.read, "not as it was read then")

    @rule(twin=st.sampled_from(TWINS), purpose=VIEWERS)
    def read_as_of_now(self, twin: str, purpose: str | None) -> None:
        """Law 3: reading without saying when is reading as of now."""
        for twins in self.twins:
            found = told(twins, twin, self.now, purpose=purpose)
            assert found == told(twins, twin, purpose=purpose), "as of now is not now"

    @invariant()
    def reads_as_the_oracle(self) -> None:
        """Whoever was touched last, now: the operator, and one purpose after the other."""
        viewers = (None, PURPOSES[self.turns % len(PURPOSES)])
        self.turns += 1
        self._check(self.touched, self.now, None, viewers[self.turns % 2])


def law_machine(homes: Sequence[Callable[[], Home]]) -> type[Life]:
    """The machine for some stores: run its `TestCase`, or `run_state_machine_as_test`.

    Parameters
    ----------
    homes : callables
        Each makes a new place in which a store may live.
    """
    return type("LifeOfStores", (Machine,), {"homes": tuple(homes)})

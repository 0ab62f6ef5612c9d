"""The laws, run on the facade over a real store, with a snapshot after every read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doxa.beliefmap.model import BeliefMap, Occasion
from doxa.checks import laws
from doxa.checks.oracle import read_plainly
from doxa.checks.strategies import CLAIMING, TURNING, histories, maps
from doxa.domain.clock import DAY, HOUR
from doxa.domain.node import Address
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore
from doxa.storage.sqlite import SqliteStore

SETTINGS = settings(
    deadline=None, max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck)
)
AGES = st.sampled_from([0, HOUR, 5 * DAY, 40 * DAY, 300 * DAY, 4000 * DAY])
FAIR = Address("fair")


def facade(make_store):
    """A reader of the laws: signals observed in halves, read in between, read at the end."""

    def read(signals, belief_map: BeliefMap, now, known_at=None):
        with make_store(belief_map) as twins:
            half = len(signals) // 2
            for part in (signals[:half], signals[half:]):
                twins.wiring.store.append(part)
                for moment in (now, now + 90 * DAY):
                    twins.twin("ann", as_of=moment)
            told = twins.twin("ann", as_of=now, known_at=known_at).opinions()
        return {each.node: each.opinion.as_dict() for each in told if each.met}

    return read


class Made:
    """A store in a folder of its own, with every read leaving a snapshot."""

    def __init__(self, belief_map: BeliefMap, on_disk: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "laws.db"
        store = (
            SqliteStore(path, zone=belief_map.zone)
            if on_disk
            else MemoryStore(zone=belief_map.zone)
        )
        far = 4_000_000_000 * 1_000_000
        self.twins = Twins(Wiring(store, belief_map, path, lambda: far, snapshot_after=1))

    def __enter__(self) -> Twins:
        return self.twins

    def __exit__(self, *_: object) -> None:
        self.twins.close()
        self.folder.cleanup()


IN_MEMORY = facade(lambda belief_map: Made(belief_map, on_disk=False))
ON_DISK = facade(lambda belief_map: Made(belief_map, on_disk=True))
READERS = pytest.mark.parametrize("reader", [IN_MEMORY])
BOTH = pytest.mark.parametrize("reader", [IN_MEMORY, ON_DISK], ids=["memory", "sqlite"])


def end(history):
    return max(signal.at for signal in history)


@BOTH
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES)
@SETTINGS
def test_the_facade_agrees_with_the_oracle(reader, belief_map, history, age):
    laws.check_agree(reader, read_plainly, history, belief_map, end(history) + age)


@READERS
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES, seed=st.integers(0, 99))
@SETTINGS
def test_order_and_duplicates_change_nothing(reader, belief_map, history, age, seed):
    laws.check_order(reader, history, belief_map, end(history) + age, seed)


@READERS
@given(belief_map=maps(), history=histories(least=2, kinds=TURNING), pick=st.data())
@SETTINGS
def test_the_future_is_not_seen(reader, belief_map, history, pick):
    now = pick.draw(st.sampled_from([signal.at for signal in history]))
    laws.check_as_of(reader, history, belief_map, now)


@READERS
@given(belief_map=maps(), history=histories(least=2, kinds=TURNING), pick=st.data())
@SETTINGS
def test_a_late_signal_changes_later_knowledge_only(reader, belief_map, history, pick):
    late = pick.draw(st.sampled_from(history))
    others = [signal for signal in history if signal is not late]
    laws.check_late(reader, others, belief_map, end(history), late)


@READERS
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES)
@SETTINGS
def test_credence_is_a_probability(reader, belief_map, history, age):
    laws.check_bounds(reader, history, belief_map, end(history) + age)


@READERS
@given(belief_map=maps(), history=histories(kinds=CLAIMING), later=AGES)
@SETTINGS
def test_silence_only_fades(reader, belief_map, history, later):
    laws.check_silence(reader, history, belief_map, end(history), end(history) + later)


@READERS
@given(belief_map=maps(), history=histories(least=2, kinds=CLAIMING))
@SETTINGS
def test_more_evidence_never_raises_uncertainty(reader, belief_map, history):
    laws.check_never_unsure(reader, history[:-1], history[-1], belief_map, end(history))


@READERS
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES)
@SETTINGS
def test_own_output_changes_nothing(reader, belief_map, history, age):
    laws.check_own_output(reader, history, belief_map, end(history) + age)


@READERS
@given(belief_map=maps(), history=histories(most=1, kinds=("said_fair",)))
@SETTINGS
def test_repeats_in_one_occasion_saturate(reader, belief_map, history):
    fair = msgspec.structs.replace(belief_map.nodes["fair"], occasion=Occasion.SESSION)
    belief_map = msgspec.structs.replace(belief_map, nodes={**belief_map.nodes, "fair": fair})
    once = history[0]
    if belief_map.trust(once.source) > 0:
        laws.check_repeats(reader, once, belief_map, FAIR, float(once.payload["weight"]))

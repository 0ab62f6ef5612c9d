"""The laws of identity over generated lives, on the facade over both stores and on the oracle."""

from __future__ import annotations

import json
import random

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from tests.runtime.people import FAR, Made, lived, people_reader, told

from doxa.checks import laws_identity
from doxa.checks.columns import read_columns
from doxa.checks.laws import assert_close
from doxa.checks.oracle import read_plainly
from doxa.checks.oracle_identity import Retracted, may_be_said, read_people_plainly
from doxa.checks.strategies import TWINS, lives, maps, merges
from doxa.domain.clock import BEGINNING, DAY, HOUR, Clock

SETTINGS = settings(
    deadline=None,
    max_examples=24,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
AGES = st.sampled_from([0, HOUR, 5 * DAY, 300 * DAY])
IN_MEMORY, ON_DISK = people_reader(on_disk=False), people_reader(on_disk=True)
STORES = pytest.mark.parametrize("reader", [IN_MEMORY, ON_DISK], ids=["memory", "sqlite"])
READERS = pytest.mark.parametrize(
    "reader", [IN_MEMORY, read_people_plainly], ids=["memory", "oracle"]
)


@st.composite
def worlds(draw):
    """A map, lives that fit its clock, one of the twins and a moment near the lives."""
    belief_map = draw(maps())
    said = draw(lives(belief_map))
    moments = [signal.at for signal in said.signals]
    if belief_map.clock is Clock.TIME:
        moments += [merged.at - 1 for merged in said.merges]
        moments += [merged.at for merged in said.merges]
    now = draw(st.sampled_from([*moments, max(moments)])) + draw(AGES)
    return belief_map, said, draw(st.sampled_from(TWINS)), now


def known_moments(said):
    """Moments at which knowledge changes, and those just before."""
    told = [*said.merges, *said.retractions, *said.signals]
    return sorted({each.recorded - before for each in told for before in (0, 1)})


@STORES
@given(worlds())
@SETTINGS
def test_everybody_reads_as_the_twin_of_the_union(reader, world):
    belief_map, said, twin, now = world
    for alone in (read_plainly, read_columns):
        laws_identity.check_union(reader, alone, said, belief_map, twin, now)


@STORES
@given(worlds(), st.data())
@SETTINGS
def test_and_did_so_as_was_known(reader, world, pick):
    belief_map, said, twin, now = world
    known_at = pick.draw(st.sampled_from(known_moments(said)))
    laws_identity.check_union(reader, read_plainly, said, belief_map, twin, now, known_at)


@READERS
@given(worlds(), st.data())
@SETTINGS
def test_unmerging_restores_both(reader, world, pick):
    belief_map, said, _, now = world
    merged = pick.draw(merges(said, belief_map))
    assume(merged.into is not None and may_be_said(said.merges, merged))
    assume(all(each.alias != merged.alias for each in said.merges))
    laws_identity.check_unmerge(reader, said, belief_map, merged, max(now, merged.at))


@READERS
@given(worlds(), st.data())
@SETTINGS
def test_a_merge_is_not_seen_before_it(reader, world, pick):
    belief_map, said, *_ = world
    merged = pick.draw(merges(said, belief_map))
    assume(merged.into is not None and may_be_said(said.merges, merged))
    assume(merged.at != BEGINNING[belief_map.clock])
    laws_identity.check_merge_is_on_two_clocks(reader, said, belief_map, merged)


@READERS
@given(worlds(), st.data())
@SETTINGS
def test_a_retraction_takes_out_one_signal(reader, world, pick):
    belief_map, said, twin, now = world
    said = msgspec.structs.replace(said, retractions=())
    chosen = pick.draw(st.sampled_from(said.signals))
    newest = max(signal.recorded for signal in said.signals)
    recorded = pick.draw(st.sampled_from([chosen.recorded, newest + 1])) + pick.draw(AGES)
    retracted = Retracted(source=chosen.source, id=chosen.id, recorded=recorded)
    twin = pick.draw(st.sampled_from([chosen.twin, chosen.twin, twin]))
    now = pick.draw(st.sampled_from([now, max(signal.at for signal in said.signals)]))
    laws_identity.check_retraction(reader, said, belief_map, retracted, twin, now)


@given(worlds(), st.integers(0, 99))
@SETTINGS
def test_the_order_of_arrival_never_matters(world, seed):
    belief_map, said, twin, now = world
    signals = list(said.signals)
    random.Random(seed).shuffle(signals)
    shuffled = msgspec.structs.replace(said, signals=tuple(signals))
    found, expected = (IN_MEMORY(each, belief_map, twin, now) for each in (shuffled, said))
    assert_close(found, expected, "order matters")


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "sqlite"])
@given(worlds())
@SETTINGS
def test_an_export_reads_the_same_in_an_empty_store(on_disk, world):
    belief_map, said, twin, _ = world
    now = None if belief_map.clock is Clock.POSITION else FAR
    with lived(said, belief_map, on_disk=on_disk) as twins:
        if twins.wiring.store.twin_key(twin) is None:
            return
        record = json.loads(json.dumps(twins.export(twin)))
        expected = told(twins, twin, now)
        told_of = {(each["source"], each["id"]) for each in record["signals"]}
    with Made(belief_map, on_disk=on_disk) as other:
        receipt = other.load(record)
        assert (receipt.same_map, receipt.signals) == (True, len(told_of))
        assert_close(told(other, twin, now), expected, "the import reads otherwise")
        again = other.load(record)
        assert (again.signals, again.merges, again.retractions) == (0, 0, 0)
        second = other.export(twin)
        for part in ("twin", "twins", "signals", "merges", "traits", "map", "clock"):
            assert second[part] == record[part]
        nodes = [[each["node"] for each in export["opinions"]] for export in (second, record)]
        assert nodes[0] == nodes[1]

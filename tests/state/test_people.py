"""State is a function of the set of signals; a snapshot and its tail are the whole."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from doxa.beliefmap.columns import EvidenceColumns, Members, SignalColumns
from doxa.domain.clock import DAY
from doxa.domain.evidence import EvidenceKind, Once
from doxa.state.cells import PER_CELL
from doxa.state.codec import decode
from doxa.state.decoding import decode_many
from doxa.state.encoding import encode, encode_all
from doxa.state.join import join
from doxa.state.people import State, fold_people, join_people
from doxa.state.written import Sources

CASES = [
    (EvidenceKind.OPINION, None),
    (EvidenceKind.OCCURRENCE, None),
    (EvidenceKind.OCCURRENCE, Once.SESSION),
    (EvidenceKind.VALUE, None),
]


def assert_same(a: State, b: State, *, rtol: float = 1e-9, atol: float = 1e-9) -> None:
    assert a.nodes.keys() == b.nodes.keys()
    for name, cells in a.nodes.items():
        other = b.nodes[name]
        for column in PER_CELL:
            np.testing.assert_allclose(
                getattr(cells, column), getattr(other, column), rtol=rtol, atol=atol, err_msg=column
            )
        for kind, event in cells.events.items():
            assert event.tick.tolist() == other.events[kind].tick.tolist()
            assert event.opened.tolist() == other.events[kind].opened.tolist()
            np.testing.assert_allclose(event.sums, other.events[kind].sums, rtol=rtol, atol=atol)
    for field in fields(a.seen):
        assert getattr(a.seen, field.name).tolist() == getattr(b.seen, field.name).tolist()
    assert a.traits.value == b.traits.value
    for kind, told in a.sessions.items():
        assert told.twin.tolist() == b.sessions[kind].twin.tolist()
        assert told.count.tolist() == b.sessions[kind].count.tolist()


def part(signals: SignalColumns, evidence: EvidenceColumns, keep: np.ndarray) -> tuple:
    place = np.cumsum(keep) - 1
    rows = keep[evidence.row]
    columns = {f: getattr(evidence, f)[rows] for f in ("rule", "member", "weight", "value")}
    names = ("twin", "at", "recorded", "order", "seq", "kind", "source", "session", "day", "inert")
    kept = {name: getattr(signals, name)[keep] for name in names}
    payload = [told for told, here in zip(signals.payload, keep.tolist(), strict=True) if here]
    return replace(signals, payload=payload, **kept), EvidenceColumns(
        row=place[evidence.row[rows]], **columns
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_order_of_arrival_changes_no_bit(world, case):
    signals, evidence, belief_map = world(case[0], once=case[1])
    rng = np.random.default_rng(1)
    shuffle = rng.permutation(len(signals))
    names = ("twin", "at", "recorded", "order", "seq", "kind", "source", "session", "day", "inert")
    moved = replace(signals, **{name: getattr(signals, name)[shuffle] for name in names})
    back = np.argsort(shuffle)
    rows = rng.permutation(len(evidence))
    columns = {f: getattr(evidence, f)[rows] for f in ("rule", "member", "weight", "value")}
    other = EvidenceColumns(row=back[evidence.row[rows]], **columns)
    a, b = fold_people(signals, evidence, belief_map), fold_people(moved, other, belief_map)
    assert_same(a, b, rtol=0, atol=0)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_snapshot_and_tail_are_the_whole(world, case, seed):
    signals, evidence, belief_map = world(case[0], once=case[1], seed=seed)
    border = int(np.quantile(signals.day, 0.2 * (seed + 1)))
    old = signals.day < border
    snapshot = fold_people(*part(signals, evidence, old), belief_map)
    tail = fold_people(*part(signals, evidence, ~old), belief_map)
    assert_same(join_people(snapshot, tail), fold_people(signals, evidence, belief_map))


def test_any_disjoint_days_add_up_for_opinions(world):
    signals, evidence, belief_map = world(EvidenceKind.OPINION)
    odd = signals.day % 2 == 1
    a, b = (
        fold_people(*part(signals, evidence, keep), belief_map).nodes["node"]
        for keep in (odd, ~odd)
    )
    whole = fold_people(signals, evidence, belief_map).nodes["node"]
    np.testing.assert_allclose(join(replace(a, events={}), replace(b, events={})).sums, whole.sums)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cells_that_one_side_alone_met_are_put_in_their_place(world, case):
    signals, evidence, belief_map = world(case[0], once=case[1])
    (whole,) = fold_people(signals, evidence, belief_map).tables.values()
    assert len(whole) > 5
    for some in ([0], [3], [len(whole) - 1], [1, 2, 4]):
        rest = np.delete(np.arange(len(whole)), some)
        a, b = whole.take(rest), whole.take(np.array(some))
        for joined in (join(a, b), join(b, a)):
            for name in PER_CELL:
                np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name), name)


def test_occurrences_among_each_other_are_refused(world):
    signals, evidence, belief_map = world(EvidenceKind.OCCURRENCE)
    odd = signals.day % 2 == 1
    a, b = (
        fold_people(*part(signals, evidence, keep), belief_map).nodes["node"]
        for keep in (odd, ~odd)
    )
    with pytest.raises(ValueError, match="rebuild"):
        join(a, b)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bytes_hold_one_twin_whole(world, case):
    signals, evidence, belief_map = world(case[0], once=case[1])
    traits = signals.at % 7 == 0
    signals = replace(
        signals,
        kinds=("a", "b", "traits"),
        kind=np.where(traits & (signals.kind == 1), 2, signals.kind),
        payload=[b'{"age": %d, "name": "Ann"}' % (at // DAY) for at in signals.at],
    )
    one = fold_people(signals, evidence, belief_map).twin(3)
    members = Members({"node": {("x",): 0, ("y",): 1}})
    blob = encode(one, members, signals.sources)
    assert_same(
        one, decode(blob, 3, members, Sources(signals.sources), one.entries), rtol=0, atol=0
    )
    turned = Members({"node": {("y",): 0, ("x",): 1}})
    other = decode(blob, 8, turned, Sources(("self",)), one.entries)
    assert other.nodes["node"].twin.tolist() == [8] * len(one.nodes["node"])
    blob = encode(other, turned, ("self", "shop"))
    again = decode(blob, 3, members, Sources(signals.sources), one.entries)
    assert_same(one, replace(again, seen=one.seen), rtol=0, atol=0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bytes_of_many_twins_read_as_one_state(world, case):
    signals, evidence, belief_map = world(case[0], once=case[1])
    some = (signals.at % 7 == 0) & (signals.twin % 2 == 0)
    signals = replace(
        signals,
        kinds=("a", "b", "traits"),
        kind=np.where(some, 2, signals.kind),
        payload=[b'{"age": %d}' % (at // DAY) for at in signals.at],
    )
    state = fold_people(signals, evidence, belief_map)
    members = Members({"node": {("x",): 0, ("y",): 1}})
    twins = np.unique(signals.twin)
    assert len(twins) > 2
    blobs = list(encode_all(state, twins, members, signals.sources))
    assert blobs == [encode(state.twin(key), members, signals.sources) for key in twins.tolist()]
    told = (blobs, twins.tolist(), members, Sources(signals.sources), state.entries)
    read = decode_many(*told)
    assert_same(state, read, rtol=0, atol=0)
    for known in (True, False):
        some = decode_many(*told, np.full(len(state.entries), known))
        assert_same(state if known else state.without(*state.entries), some, rtol=0, atol=0)


def test_exposure_starts_with_the_first_visible_signal(world):
    signals, evidence, belief_map = world(EvidenceKind.VALUE)
    state = fold_people(signals, evidence, belief_map)
    met, since = state.seen.since(np.array([3, 99]), np.array([False, True]))
    mine = (signals.twin == 3) & (signals.source == 1)
    assert met.tolist() == [True, False]
    assert since[0] == signals.at[mine].min()


def test_nothing_folds_to_nothing(world):
    signals, evidence, belief_map = world(EvidenceKind.VALUE)
    none = np.zeros(len(signals), dtype=bool)
    state = fold_people(*part(signals, evidence, none), belief_map)
    assert state.nodes == {}
    assert join_people(state, state).seen.twin.tolist() == []

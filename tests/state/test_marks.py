"""Goals that nothing but evidence forms: the columns tell what each signal alone would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doxa.beliefmap.columns import Members
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.marking import Role
from doxa.beliefmap.rows import evidence_of
from doxa.checks.columns import signal_columns
from doxa.domain.evidence import Channel
from doxa.domain.signal import Signal
from doxa.runtime.folding.fold import evidence_of as evidence_in_columns
from doxa.state.entries import entries_of
from doxa.state.marks import marks_among

MAP = parse_map("""
doxa: 1
product: kitchen
nodes:
  cook: {kind: goal, of: dish}
  save: {kind: goal}
  move: {kind: goal, deadline: due}
fields: {dish: items, due: time}
signals:
  wish: [{node: cook, for: strength}, {node: save, for: 1, when: {dish: RYE}}]
  doubt: [{node: save, against: 1}]
  plan: [{node: move, for: 1}, {node: save, for: 0.5}]
""")


def _signal(number: int, parts: tuple[object, ...]) -> Signal:
    twin, kind, at, order, source, dish, strength, caused = parts
    payload = {"dish": dish, "strength": strength, "due": "2026-01-01T00:00Z"}
    return Signal(
        id=f"n{number}", twin=str(twin), kind=str(kind), at=int(str(at)), recorded=0,
        order=int(str(order)), source=str(source), payload=payload,
        cause="doxa" if caused else None,
    )  # fmt: skip


SIGNALS = st.lists(
    st.tuples(
        st.sampled_from(("ann", "bob")),
        st.sampled_from(("wish", "wish", "doubt", "plan")),
        st.integers(0, 3),
        st.integers(0, 1),
        st.sampled_from(("shop", "self")),
        st.sampled_from((["RYE"], ["MILK", "RYE"], [], None)),
        st.sampled_from((0, 1, 0.5, None)),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
).map(lambda drawn: [_signal(number, parts) for number, parts in enumerate(drawn)])


@given(SIGNALS)
def test_a_goal_is_wanted_since_its_first_evidence(signals):
    columns, members = signal_columns(signals, MAP), Members()
    evidence = evidence_in_columns(MAP, columns, members)
    marks = marks_among(columns, evidence, MAP, members)
    twins = list(dict.fromkeys(signal.twin for signal in signals))
    first: dict[tuple[object, ...], tuple[int, int]] = {}
    for signal in signals:
        for piece in evidence_of(MAP, signal, inert=signal.cause is not None):
            if piece.channel is Channel.FOR:
                key = signal.twin, signal.source, piece.node, piece.member
                when = signal.at, signal.order
                first[key] = min(when, first.get(key, when))
    entry = {code: name for name, code in entries_of(MAP).codes.items()}
    told = {
        (
            twins[marks.twin[row]],
            columns.sources[marks.source[row]],
            entry[int(marks.entry[row])],
            members.names(entry[int(marks.entry[row])])[int(marks.member[row])],
        ): (int(marks.at[row]), int(marks.order[row]))
        for row in range(len(marks))
        if marks.role[row] == Role.WANTED
    }
    assert told == first
    dues = sum(signal.kind == "plan" and signal.cause is None for signal in signals)
    assert int((marks.role == Role.DUE).sum()) == dues

"""Traits as of a moment: the value at the newest (at, order) that was known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import BeliefMap, Condition, Operator, Outcome, Test
from doxa.beliefmap.payloads import Bools
from doxa.domain.signal import TRAITS
from doxa.features.past import KindColumns, Past
from doxa.features.plan import members_apart
from doxa.features.rows import NONE, Rows
from doxa.state.timeline import Timeline


def segment_traits(belief_map: BeliefMap) -> tuple[str, ...]:
    """The traits that make segments: the map's personas, but none that is protected.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> text = "{doxa: 1, product: p, nodes: {income: {kind: trait, protected: true}}, personas: [age, income]}"
    >>> segment_traits(parse_map(text))
    ('age',)
    """
    protected = {node.name for node in belief_map.nodes.values() if node.protected}
    return tuple(name for name in belief_map.personas if name not in protected)


def traits_read(belief_map: BeliefMap, outcome: Outcome) -> tuple[str, ...]:
    """The traits a head reads: those of segments, unless it forecasts many members of a family.

    Of each of them a trait would have to say something else.
    """
    few = outcome.of is None or bool(members_apart(outcome))
    return segment_traits(belief_map) if few else ()


def trait_of(past: Past, rows: Rows, name: str) -> Ints:
    """Code of each row's trait in the values of ``trait:<name>``; -1 = not known, or cleared.

    Parameters
    ----------
    past : Past
        Keeps the trait among its columns of kind ``traits``.
    """
    columns = past.columns.get(TRAITS)
    if columns is None or not len(columns.row):
        return np.full(len(rows), NONE)
    code = past.codes(f"trait:{name}", columns.fields[name])
    told = _told(past, columns, code, name, rows)
    return np.where(told >= 0, code[told], NONE)


def trait_signals(past: Past, rows: Rows, name: str) -> Ints:
    """The signal that says each row's trait, as a row of the past; -1 = not known, or cleared."""
    columns = past.columns.get(TRAITS)
    if columns is None or not len(columns.row):
        return np.full(len(rows), NONE)
    code = past.codes(f"trait:{name}", columns.fields[name])
    told = _told(past, columns, code, name, rows)
    return np.where(told >= 0, columns.row[told], NONE)


def trait_is(past: Past, rows: Rows, name: str, values: Sequence[str]) -> Bools:
    """Whether each row's trait is one of some values, compared as the field's type."""
    columns = past.columns.get(TRAITS)
    if columns is None or not len(columns.row):
        return np.zeros(len(rows), dtype=bool)
    test = Test(field=name, operator=Operator.IN, values=tuple(values))
    passed = mask(Condition(tests=(test,)), columns.fields)
    code = past.codes(f"trait:{name}", columns.fields[name])
    told = _told(past, columns, code, name, rows)
    return (told >= 0) & passed[told]


def _told(past: Past, columns: KindColumns, code: Ints, name: str, rows: Rows) -> Ints:
    """Which of the traits signals says each row's trait; -1 = none yet.

    Null clears a trait. Between equal (at, order) the larger value as text holds, so that the
    order of arrival decides nothing. What doxa put out itself is no trait.
    """
    signals = past.signals
    cleared = columns.cleared.get(name, np.zeros(len(code), dtype=bool))
    place = np.flatnonzero(((code >= 0) | cleared) & ~signals.inert[columns.row])
    signal = columns.row[place]
    twins, group = np.unique(signals.twin[signal], return_inverse=True)
    if not len(twins):
        return np.full(len(rows), NONE)
    at, order = signals.at[signal], signals.order[signal]
    by_text = np.argsort(np.argsort([*past.values(f"trait:{name}"), ""]))
    sort = np.lexsort((by_text[code[place]], order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    spot = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    of = np.where(twins[spot] == rows.twin, spot, NONE)
    after = timeline.before(of, rows.seen.at, rows.seen.order, strictly=True)
    known = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
    found = place[sort][np.where(known, after - 1, 0)]
    return np.where(known & (code[found] >= 0), found, NONE)

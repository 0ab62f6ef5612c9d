"""Who is asked: twins registered by the origin, and those whom `among` admits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.conditions import fields_of, mask
from doxa.beliefmap.model import Among, AmongNode, AmongSignal, AmongTrait, Outcome
from doxa.domain.signal import TRAITS
from doxa.features.consents import withheld, withholdable
from doxa.features.credence import credence_of
from doxa.features.events import field_codes
from doxa.features.knowledge import as_known
from doxa.features.known import carrier
from doxa.features.labels import already_done
from doxa.features.past import Past
from doxa.features.rows import Bound, Rows
from doxa.features.since import Since
from doxa.features.traits import trait_is
from doxa.state.timeline import Timeline


def fields_asked(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    """The payload fields that eligibility reads, by kind."""
    found: dict[str, tuple[str, ...]] = {}
    for among in outcome.among:
        if isinstance(among, AmongSignal):
            found[among.kind] = (*found.get(among.kind, ()), *fields_of(among.when), *among.same)
            asking = carrier(outcome)
            found[asking] = (*found.get(asking, ()), *among.same)
        elif isinstance(among, AmongTrait):
            found[TRAITS] = (*found.get(TRAITS, ()), among.trait)
    return found


def eligible(outcome: Outcome, past: Past, rows: Rows) -> NDArray[np.bool_]:
    """Rows of twins registered at or before the origin, and admitted by `among`, as known then."""
    past, rows = as_known(past, rows)
    admitted = _registered(past, rows) & ~already_done(outcome, past, rows)
    for among in outcome.among:
        admitted &= _admits(among, outcome, past, rows)
    return admitted


def _registered(past: Past, rows: Rows) -> NDArray[np.bool_]:
    own = np.flatnonzero(~past.signals.inert)
    since = Since.of(past.signals.twin[own], past.signals.at[own])
    never = np.full(len(rows), np.iinfo(np.int64).max)
    return np.asarray(since.of_twins(rows.twin, never) <= rows.seen.at)


def _admits(among: Among, outcome: Outcome, past: Past, rows: Rows) -> NDArray[np.bool_]:
    if isinstance(among, AmongSignal):
        return _did(among, outcome, past, rows)
    if isinstance(among, AmongTrait):
        return trait_is(past, rows, among.trait, among.values)
    return _between(among, past, rows)


def _between(among: AmongNode, past: Past, rows: Rows) -> NDArray[np.bool_]:
    credence = credence_of(past, rows, among.node)
    above = np.asarray(credence > (-np.inf if among.above is None else among.above))
    if among.node.node in withholdable(past):
        above &= ~withheld(past, rows.twin, rows.seen, among.node.node)
    return above & np.asarray(credence < (np.inf if among.below is None else among.below))


def _did(among: AmongSignal, outcome: Outcome, past: Past, rows: Rows) -> NDArray[np.bool_]:
    signal = past.of_kind(among.kind)
    if among.when is not None:
        columns = past.columns[among.kind]
        signal = columns.row[mask(among.when, columns.fields)]
    group, wanted, total = _groups(among, outcome, past, rows, signal)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], total)
    low = timeline.before(wanted, *_from(among, past, rows), strictly=True)
    high = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
    enough = np.where(wanted >= 0, high - low, 0) >= among.at_least
    return enough if among.did else ~enough


def _from(among: AmongSignal, past: Past, rows: Rows) -> tuple[Ints, Ints]:
    """Where the span in which it was done begins: a bound, exclusive of what `since` names."""
    lowest = np.iinfo(np.int64).min
    start = np.full(len(rows), lowest)
    order = np.full(len(rows), lowest)
    if among.within is not None:
        start = rows.seen.at - among.within
    if among.since is not None:
        newest = _newest(past, rows, past.of_kind(among.since))
        later = newest.at >= start
        start, order = np.where(later, newest.at, start), np.where(later, newest.order, order)
    return start, order


def _newest(past: Past, rows: Rows, signal: Ints) -> Bound:
    """Just after each twin's newest signal among some, or the lowest bound without one."""
    lowest = np.iinfo(np.int64).min
    if not len(signal):
        return Bound(np.full(len(rows), lowest), np.full(len(rows), lowest))
    twins, group = np.unique(past.signals.twin[signal], return_inverse=True)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    place = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    of = np.where(twins[place] == rows.twin, place, -1)
    after = timeline.before(of, rows.seen.at, rows.seen.order, strictly=True)
    known = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
    row = np.where(known, after - 1, 0)
    return Bound(
        np.where(known, at[sort][row], lowest), np.where(known, order[sort][row] + 1, lowest)
    )


def _groups(
    among: AmongSignal, outcome: Outcome, past: Past, rows: Rows, signal: Ints
) -> tuple[Ints, Ints, int]:
    """Groups of the signals (a twin and what is `same`), the group of each row, and their number."""
    own = [past.signals.twin[signal]]
    asked = [rows.twin]
    for name in among.same:
        own.append(field_codes(past, among.kind, name, signal))
        asked.append(field_codes(past, carrier(outcome), name, rows.signal))
    both = np.stack([np.concatenate(pair) for pair in zip(own, asked, strict=True)], axis=1)
    _, code = np.unique(both, axis=0, return_inverse=True)
    code = code.ravel().astype(np.int64)
    return code[: len(signal)], code[len(signal) :], int(code.max(initial=-1)) + 1

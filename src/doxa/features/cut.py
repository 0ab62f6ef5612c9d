"""Cuts of the past: every row reads one part of what its twin sent, as if the rest had never been.

A part is a session, a device, a source, or an id that was joined to others later. What a product
knows that begins anew with every part is what a head makes of such a past.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import BEGINNING, Clock
from doxa.domain.signal import BUILT_IN_KINDS, CONSENT
from doxa.features.events import groups_of
from doxa.features.knowledge import with_copies
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.state.timeline import Timeline


class Part(StrEnum):
    """Where a product may forget what it knew."""

    SESSION = "session"
    DEVICE = "device"
    SOURCE = "source"


def parts_of(past: Past, part: Part) -> Ints:
    """The part each signal belongs to, int64[signals], as codes.

    A signal without a session stands with those of its local day (on a position clock, of its
    position); signals without a device stand together.
    """
    signals = past.signals
    if part is Part.SOURCE:
        return signals.source
    if part is Part.DEVICE:
        none = np.full(len(signals), NONE)
        return none if signals.device is None else signals.device
    alone = signals.at if past.map.clock is Clock.POSITION else signals.day
    named = signals.session != NONE
    code, _ = groups_of(
        [np.where(named, signals.session, NONE), np.where(named, 0, alone)],
        [signals.session[:0], signals.session[:0]],
    )
    return code


def cut(past: Past, rows: Rows, part: Ints) -> tuple[Past, Rows]:
    """The past and rows to compute features from, had state been reset at every part.

    A row reads the part of its own signal where it is asked at one, else the part of the newest
    signal before it; a row before which there is none reads nothing. Consents hold in every part.

    Parameters
    ----------
    past : Past
        As known then, see `as_known`: a cut goes over what that gave.
    part : int64[signals]
        The part each signal of the past belongs to, see `parts_of`.

    Returns
    -------
    Past, Rows
        The same signals in the same places (copies of consents behind them), and the same rows;
        their `twin` is the key of a twin and a part, their `person` stays who it is.
    """
    twin = past.signals.twin
    own = newest_before(past, rows)
    place = np.where(own >= 0, part[np.maximum(own, 0)], NONE)
    code, wanted = groups_of([twin, part], [rows.twin, place])
    nobody = int(code.max(initial=-1)) + 1
    reset = replace(past, signals=replace(past.signals, twin=code))
    found = replace(rows, twin=np.where((own >= 0) & (wanted >= 0), wanted, nobody))
    return _with_consents(past, reset, code), found


def newest_before(past: Past, rows: Rows) -> Ints:
    """The signal each row stands at: its own, else its twin's newest one before; -1 = none.

    Traits, claims and consents are no visits, nor is what doxa put out itself.
    """
    signals = past.signals
    quiet = [code for code, kind in enumerate(signals.kinds) if kind in BUILT_IN_KINDS]
    dated = ~signals.inert & (signals.at > BEGINNING[past.map.clock])
    visits = np.flatnonzero(dated & ~np.isin(signals.kind, quiet))
    newest = np.full(len(rows), NONE)
    if len(visits):
        twins, group = np.unique(signals.twin[visits], return_inverse=True)
        at, order = signals.at[visits], signals.order[visits]
        sort = np.lexsort((order, at, group))
        timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
        spot = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
        of = np.where(twins[spot] == rows.twin, spot, NONE)
        after = timeline.before(of, rows.seen.at, rows.seen.order, strictly=True)
        met = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
        newest = np.where(met, visits[sort[np.where(met, after - 1, 0)]], NONE)
    asked = rows.signal >= 0
    asked[asked] = signals.at[rows.signal[asked]] == rows.seen.at[asked]
    return np.where(asked, rows.signal, newest)


def _with_consents(past: Past, reset: Past, code: Ints) -> Past:
    """Copies of every consent for each other part of the twin, as rows that tell nothing else."""
    kinds = past.signals.kinds
    said = np.flatnonzero(past.signals.kind == (kinds.index(CONSENT) if CONSENT in kinds else NONE))
    if not len(said):
        return reset
    pairs = np.unique(np.stack([past.signals.twin, code], axis=1), axis=0)
    low = np.searchsorted(pairs[:, 0], past.signals.twin[said], side="left")
    size = np.searchsorted(pairs[:, 0], past.signals.twin[said], side="right") - low
    source = np.repeat(said, size)
    place = np.arange(len(source)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(low, size)
    key = pairs[place, 1]
    other = key != code[source]
    found = with_copies(reset, source[other], key[other])
    inert = found.signals.inert.copy()
    inert[len(past.signals) :] = True
    return replace(found, signals=replace(found.signals, inert=inert))

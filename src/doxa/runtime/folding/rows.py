"""The ledger's rows of some twins, as one table, with local days in a map's zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from doxa.beliefmap.columns import SignalColumns, joined
from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.model import BeliefMap, Zone
from doxa.domain.clock import Clock
from doxa.domain.signal import CLAIM, TRAITS
from doxa.domain.view import EVERYTHING, Sight
from doxa.reading.view import heard, heard_and_said
from doxa.storage.days import LocalDays, zone_history
from doxa.storage.identity import ALONE, Identity
from doxa.storage.port import Store
from doxa.types import Moment


def ledger_rows(
    store: Store,
    belief_map: BeliefMap,
    keys: Sequence[int],
    *,
    since: Moment | None = None,
    until: Moment | None = None,
    known_at: Moment | None = None,
    ids: bool = False,
    identity: Identity = ALONE,
    retractions: int | None = None,
    sight: Sight = EVERYTHING,
) -> SignalColumns:
    """The signals of some people with ``since <= at <= until``, in ledger order.

    Parameters
    ----------
    belief_map : BeliefMap
        That reads them: an older one may have another zone than the store has now.
    identity, retractions
        As `Ledger.scan` takes them.
    ids : bool
        All ids; left out, those of claims alone, which name each other by them.
    sight : Sight
        Only signals of the sources it hears; what the others said of a person's zone counts for
        nothing.
    """
    zone = belief_map.zone
    other = days_differ(store.clock, store.zone, zone, sight)
    found = store.scan(
        twins=keys,
        since=None if other else since,
        until=until,
        known_at=known_at,
        ids=ids or other,
        identity=identity,
        retractions=retractions,
        contexts=contexts_of(belief_map),
    )
    rows = heard(joined(list(found)), sight)
    rows = with_ids_of_claims(store, rows, identity)
    if not other or not len(rows):
        return rows
    rows = replace(rows, day=_days(rows, zone))
    return rows if since is None else rows.take(np.flatnonzero(rows.at >= since))


def with_ids_of_claims(
    store: Store, rows: SignalColumns, identity: Identity = ALONE
) -> SignalColumns:
    """The rows with the ids of claims, and no others, where they came without."""
    code = rows.kinds.index(CLAIM) if CLAIM in rows.kinds else -1
    claims = np.flatnonzero(rows.kind == code)
    if rows.ids is not None or not len(claims):
        return rows
    twins = np.unique(rows.twin[claims]).tolist()
    found = store.scan(kinds=(CLAIM,), twins=twins, ids=True, identity=identity, retractions=0)
    named = joined(list(found))
    known = dict(zip(named.seq.tolist(), named.ids or [], strict=True))
    ids = [""] * len(rows)
    for row in claims.tolist():
        ids[row] = known.get(int(rows.seq[row]), "")
    return replace(rows, ids=ids)


def seen_scan(
    store: Store,
    belief_map: BeliefMap,
    sight: Sight,
    *,
    until: Moment | None = None,
    known_at: Moment | None = None,
    twins: Sequence[int] | None = None,
    identity: Identity = ALONE,
) -> Iterator[SignalColumns]:
    """The ledger in batches as a sight has it: heard signals, every consent, days by what is seen.

    Parameters
    ----------
    belief_map : BeliefMap
        As the sight has it.
    """
    zone = belief_map.zone
    scan = partial(store.scan, until=until, known_at=known_at, twins=twins, identity=identity)
    days = None
    if days_differ(store.clock, store.zone, zone, sight):
        days = _local_days(heard(joined(list(scan(kinds=[TRAITS], ids=True))), sight), zone)
    for batch in scan(contexts=contexts_of(belief_map)):
        found = heard_and_said(batch, sight)
        yield found if days is None else replace(found, day=days.of(found.twin, found.at))


def days_differ(clock: Clock, known: Zone, zone: Zone, sight: Sight) -> bool:
    """Whether local days in a zone, by what a sight hears, may be others than in a known one."""
    told = zone.trait is not None and not sight.hears_all
    return clock is Clock.TIME and (told or zone != known)


def _days(rows: SignalColumns, zone: Zone) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Local days in another zone than the store's."""
    return _local_days(rows, zone).of(rows.twin, rows.at)


def _local_days(rows: SignalColumns, zone: Zone) -> LocalDays:
    """Local days by what the traits among some rows, read with their ids, say of people's zones."""
    code = rows.kinds.index(TRAITS) if TRAITS in rows.kinds else -1
    told = np.flatnonzero(rows.kind == code).tolist()
    ids = rows.ids or []
    history = zone_history(
        (
            (
                int(rows.twin[row]),
                int(rows.at[row]),
                int(rows.order[row]),
                ids[row],
                rows.payload[row],
            )
            for row in told
        ),
        zone,
    )
    return LocalDays(Clock.TIME, zone, history)

"""Whose consent is missing at a moment: what a row may not read, whatever the ledger holds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Ints
from doxa.beliefmap.consent import readable_names
from doxa.beliefmap.payloads import Bools
from doxa.domain.consent import NODE, PURPOSE
from doxa.domain.signal import CONSENT
from doxa.features.past import Past
from doxa.features.rows import FIRST, Bound
from doxa.reading.view import opt_in_nodes
from doxa.state.timeline import Timeline

_CODES = "consent"


def withholdable(past: Past) -> frozenset[str]:
    """Nodes that somebody may withhold: `opt_in` ones, and those that a consent spoke of."""
    asked = frozenset(opt_in_nodes(past.map))
    columns = past.columns.get(CONSENT)
    if columns is None or not len(columns.row):
        return asked
    told = set(past.codes(_CODES, columns.fields[NODE]).tolist())
    named = {name for code, name in enumerate(past.values(_CODES)) if code in told}
    return asked.union(named.intersection(readable_names(past.map)))


def withheld(past: Past, twin: Ints, seen: Bound, node: str) -> Bools:
    """Who does not let a node be read at a moment, bool[n]: by what was said strictly before it.

    Parameters
    ----------
    past : Past
        As known then, see `as_known`.
    twin : int64[n]
    """
    asked = node in opt_in_nodes(past.map)
    columns = past.columns.get(CONSENT)
    if columns is None or not len(columns.row):
        return np.full(len(twin), asked)
    code = past.coder(_CODES)(node)
    given = columns.fields["given"].numbers()
    about = past.codes(_CODES, columns.fields[NODE]) == code
    place = np.flatnonzero(about & ~columns.fields[PURPOSE].present() & ~np.isnan(given))
    if not len(place):
        return np.full(len(twin), asked)
    signal = columns.row[place]
    twins, group = np.unique(past.signals.twin[signal], return_inverse=True)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((-given[place], order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    spot = np.minimum(np.searchsorted(twins, twin), len(twins) - 1)
    of = np.where(twins[spot] == twin, spot, -1)
    after = timeline.before(of, seen.at, seen.order, strictly=True)
    known = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
    says = given[place][sort][np.where(known, after - 1, 0)] > 0
    return np.where(known, ~says, asked)


@dataclass(frozen=True, slots=True)
class Withholding:
    """Who does not let which node be read at the cut of each row; twins are the places of rows."""

    past: Past
    twin: Ints
    seen: Bound

    @property
    def open(self) -> bool:
        """Whether nobody may withhold anything."""
        return not withholdable(self.past)

    def unseen(self, name: str, twins: Ints) -> Bools:
        """Of which rows a node may not be read, bool[q]."""
        if name not in withholdable(self.past):
            return np.zeros(len(twins), dtype=bool)
        return withheld(self.past, self.twin[twins], self.seen.take(twins), name)


def without_withheld(past: Past, origin: int) -> Past:
    """The past without the evidence about nodes that people withhold at an origin."""
    kept = np.ones(len(past.evidence), dtype=bool)
    node = [rule.node for rule in past.map.rules]
    for name in withholdable(past):
        rules = [place for place, each in enumerate(node) if each == name]
        rows = np.flatnonzero(np.isin(past.evidence.rule, rules))
        twin = past.signals.twin[past.evidence.row[rows]]
        cut = Bound(np.full(len(rows), origin), np.full(len(rows), FIRST))
        kept[rows] = ~withheld(past, twin, cut, name)
    if kept.all():
        return past
    columns = (getattr(past.evidence, each.name)[kept] for each in fields(EvidenceColumns))
    return replace(past, evidence=EvidenceColumns(*columns))

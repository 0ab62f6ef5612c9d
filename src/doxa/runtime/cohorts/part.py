"""Some people as of a moment, and the columns that a condition tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap import values
from doxa.beliefmap.cohorts.tree import OfKind, OfNode, OfTrait
from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.conditions import COMPARE, passes
from doxa.beliefmap.model import BeliefMap, Node, Operator, Test
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.payloads import Bools
from doxa.domain.node import NodeKind
from doxa.domain.view import EVERYTHING, Sight
from doxa.reading.coupling.field import Field
from doxa.reading.coupling.read import Leaning, Wanted, read_coupled
from doxa.reading.opinion import Opinion, Opinions, Status, Truth
from doxa.reading.pooled import Voices
from doxa.reading.priors import Priors
from doxa.reading.view import Gate, hearing
from doxa.runtime.folding.fold import Folded
from doxa.state.entries import claims_about, entry_of_key, member_of_key

_CODES = {
    "status": {code.name.lower(): int(code) for code in Status},
    "truth": {code.name.lower(): int(code) for code in Truth},
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some twins folded, and how they are read.

    Attributes
    ----------
    belief_map : BeliefMap
    folded : Folded
    keys : int64[q]
        Distinct.
    now : int64[q]
    priors : Priors
    field : Field
    gate : Gate
        Of whom what is seen.
    voices : Voices
    """

    belief_map: BeliefMap
    folded: Folded
    keys: Ints
    now: Ints
    priors: Priors
    field: Field
    gate: Gate
    voices: Voices

    def of_nodes(self, tests: Sequence[OfNode]) -> list[Bools]:
        """Tests of named nodes, all of them read in one pass."""
        if not tests:
            return []
        addresses = list(dict.fromkeys(test.node for test in tests))
        names = dict.fromkeys(address.node for address in addresses)
        nodes = tuple(self.belief_map.nodes[name] for name in names)
        place = {name: number for number, name in enumerate(names)}
        members = self.folded.members
        node = [place[address.node] for address in addresses]
        code = [members.code(address.node, address.member) for address in addresses]
        q = len(self.keys)
        read = self._read(
            nodes,
            np.repeat(np.array(node, dtype=np.int64), q),
            np.tile(np.arange(q), len(addresses)),
            np.repeat(np.array(code, dtype=np.int64), q),
        )
        start = {address: number * q for number, address in enumerate(addresses)}
        return [
            passed(test, read.take(np.arange(start[test.node], start[test.node] + q)))
            for test in tests
        ]

    def anyone(self, test: OfNode) -> Bools:
        """Whether some member that the twin met passes."""
        node = self.belief_map.nodes[test.node.node]
        return self._some((node,), lambda read: passed(test, read))

    def of_kind(self, test: OfKind) -> Bools:
        """Whether some node of a kind stands so; unmet ones are those nobody spoke of."""
        nodes = tuple(node for node in nodes_of(self.belief_map).values() if node.kind is test.kind)
        code = _CODES["status"][test.word]
        if code != Status.UNMET:
            return self._some(nodes, lambda read: read.status == code)
        single = tuple(node for node in nodes if not node.dimensions)
        _, twin, _ = self._met(single)
        met = np.bincount(twin, minlength=len(self.keys))
        return np.asarray(met < self.single_seen(test.kind))

    def single_seen(self, kind: NodeKind) -> Ints:
        """How many single nodes of a kind each twin lets be read, int64[q]."""
        found = np.zeros(len(self.keys), dtype=np.int64)
        for node in self.belief_map.nodes.values():
            if node.kind is kind and not node.dimensions:
                found += ~self.gate.unseen(node.name, self.keys)
        return found

    def of_trait(self, test: OfTrait) -> Bools:
        """Tests of a trait, its newest value over all visible sources."""
        schema = values.schema_of(self.belief_map)
        kind, calendar = schema.types.get(test.name), schema.calendar
        asked = Test(field=test.name, operator=test.operator, values=test.values)
        told = self.folded.state.traits
        newest: dict[int, tuple[tuple[int, int], int]] = {}
        for row, name in enumerate(told.name):
            if name == test.name and self.voices.visible[told.source[row]]:
                when = (int(told.at[row]), int(told.order[row]))
                twin = int(told.twin[row])
                if twin not in newest or when > newest[twin][0]:
                    newest[twin] = (when, row)
        holding = [
            twin
            for twin, (_, row) in newest.items()
            if passes(asked, told.value[row], kind, calendar)
        ]
        return np.isin(self.keys, np.array(holding, dtype=np.int64))

    def opinions(
        self, nodes: tuple[Node, ...], asked: Bools
    ) -> dict[int, dict[tuple[str, int], Opinion]]:
        """Some nodes of some twins as records, by (node, code of the member), by place.

        Single nodes, met or not, and the members met.

        Parameters
        ----------
        asked : bool[q]
        """
        node, twin, member = self._met(nodes)
        single = np.array([not each.dimensions for each in nodes], dtype=bool)
        kept = asked[twin] & ~single[node]
        places, every = np.flatnonzero(asked), np.flatnonzero(single)
        rows = (
            np.concatenate([np.repeat(every, len(places)), node[kept]]),
            np.concatenate([np.tile(places, len(every)), twin[kept]]),
            np.concatenate([np.zeros(len(every) * len(places), dtype=np.int64), member[kept]]),
        )
        found: dict[int, dict[tuple[str, int], Opinion]] = {place: {} for place in places.tolist()}
        columns = (column.tolist() for column in rows)
        for of, place, code, opinion in zip(
            *columns, self._read(nodes, *rows).records(), strict=True
        ):
            found[place][nodes[of].name, code] = opinion
        return found

    def _some(self, nodes: tuple[Node, ...], passing: Callable[[Opinions], Bools]) -> Bools:
        """Whether some row of evidence about some of the nodes passes, by twin."""
        node, twin, member = self._met(nodes)
        found = np.zeros(len(self.keys), dtype=bool)
        if len(node):
            found[twin[passing(self._read(nodes, node, twin, member))]] = True
        return found

    def _met(self, nodes: tuple[Node, ...]) -> tuple[Ints, Ints, Ints]:
        """Rows of (place of the node, place of the twin, member) that evidence speaks of."""
        state = self.folded.state
        place = np.full(len(state.entries), -1, dtype=np.int64)
        for number, node in enumerate(nodes):
            place[[state.entries[node.name], state.entries[claims_about(node.name)]]] = number
        sort = np.argsort(self.keys)
        rows = []
        for cells in state.tables.values():
            of = place[entry_of_key(cells.member)]
            kept = np.flatnonzero((of >= 0) & self.voices.visible[cells.source])
            twin = sort[np.searchsorted(self.keys[sort], cells.twin[kept])]
            rows.append(np.stack([of[kept], twin, member_of_key(cells.member[kept])], axis=1))
        if not rows:
            return (np.zeros(0, dtype=np.int64),) * 3
        node, twin, member = np.unique(np.concatenate(rows), axis=0).T
        return node, twin, member

    def _read(self, nodes: tuple[Node, ...], node: Ints, twin: Ints, member: Ints) -> Opinions:
        wanted = Wanted(nodes, node, self.keys[twin], member)
        leaning = Leaning(self.field, self.priors, self.folded.members, self.gate)
        return read_coupled(self.folded.state, wanted, self.now[twin], self.voices, leaning)


def registered_in(folded: Folded, keys: Ints, sight: Sight = EVERYTHING) -> Bools:
    """Of whom anything was heard that a sight lets be seen, bool[q]."""
    state, hears = folded.state, hearing(sight, folded.sources)
    traits = state.traits
    seen = np.array([sight.sees(name) for name in traits.name], dtype=bool)
    known = [state.seen.twin[hears[state.seen.source]], traits.twin[hears[traits.source] & seen]]
    return np.isin(keys, np.concatenate(known))


def passed(test: OfNode, read: Opinions) -> Bools:
    """Whether each opinion passes; what does not apply to a node passes nothing."""
    column: Ints | Floats = getattr(read, test.facet)
    codes = _CODES.get(test.facet)
    if codes is not None:
        wanted = np.isin(column, [codes[value] for value in test.values])
        return ~wanted if test.operator is Operator.NOT else wanted
    return compared(np.asarray(column, dtype=np.float64), test.operator, test.values)


def compared(column: Floats, operator: Operator, literals: Sequence[str]) -> Bools:
    """A column of numbers against literals; NaN passes nothing.

    Examples
    --------
    >>> compared(np.array([0.1, 0.4, np.nan]), Operator.LT, ["0.3"]).tolist()
    [True, False, False]
    """
    numbers = [float(value) for value in literals]
    if operator is Operator.IN:
        return np.isin(column, numbers)
    if operator is Operator.NOT:
        return ~np.isin(column, numbers) & ~np.isnan(column)
    return np.asarray(COMPARE[operator](column, numbers[0]))

"""What phi asks of the past: anything that can say what each row sees of every node.

`doxa.features.views.Views` answers from the ledger; people who are run forward answer from the sums
they carry along.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Protocol, TypeAlias

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.pursuits import Binding, Pursuit
from doxa.features.rows import Rows
from doxa.features.views import View
from doxa.reading.coupling.field import Field

Columns: TypeAlias = list[tuple[str, Floats]]


class Joining(Protocol):
    """Coupled credences; see `doxa.features.coupling.Coupling`."""

    @property
    def field(self) -> Field:
        """Which nodes lean on each other."""
        ...

    def credences(
        self, rows: Rows, members: Mapping[str, Ints], silenced: Collection[str] = ()
    ) -> dict[str, tuple[Floats, Floats]]:
        """Coupled and native credence by node, float64[n] each."""
        ...


class Pursuing(Protocol):
    """Goals and constraints; see `doxa.features.living.Living`."""

    def has_columns(self, name: str) -> bool:
        """Whether marks tell more of a goal or constraint than its evidence does."""
        ...

    def pursuit(self, name: str, rows: Rows) -> Pursuit:
        """One goal at the moments of some rows."""
        ...

    def constraint(self, name: str, rows: Rows) -> Binding:
        """One constraint at the moments of some rows."""
        ...

    def below(self, name: str) -> list[str]:
        """A goal and everything it is made of; a constraint alone."""
        ...


class Seeing(Protocol):
    """What each row sees of every node; see `doxa.features.views.Views`."""

    @property
    def past(self) -> Past:
        """Where members and payload fields are coded."""
        ...

    @property
    def map(self) -> BeliefMap:
        """The map it is read under."""
        ...

    @property
    def coupling(self) -> Joining:
        """How nodes lean on each other."""
        ...

    @property
    def living(self) -> Pursuing:
        """Goals and constraints."""
        ...

    def absent(self, node: str, rows: Rows) -> Bools | None:
        """Rows of people who do not let a node be read then; None where all of them do."""
        ...

    def view(self, reading: Reading, rows: Rows, member: Ints) -> View:
        """One node for some rows."""
        ...

    def kept(
        self, reading: Reading, rows: Rows, by: Hashable, make: Callable[[Rows], Columns]
    ) -> Columns:
        """The columns of a node that `make` makes of some rows; those by the same may be kept.

        What it makes of a row must not depend on the rows beside it.
        """
        ...

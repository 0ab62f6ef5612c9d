"""The view: what somebody may see of a twin, purpose and consent applied."""

from __future__ import annotations

import msgspec


class Sight(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reader may see of anybody: everything but some nodes, traits and sources.

    Attributes
    ----------
    hidden : tuple of str
        Declared nodes and traits that are not seen, ascending.
    only : tuple of str or None
        The only nodes and traits seen, ascending, where undeclared ones are not; None = all but
        the hidden ones.
    unheard : tuple of str
        Declared sources that are not heard, ascending.
    heard : tuple of str or None
        The only sources heard, where undeclared ones are not; None = all but the unheard.

    Examples
    --------
    >>> sight = Sight(hidden=("worried",), unheard=("support",))
    >>> sight.hears("shop"), sight.hears("support"), sight.sees("age")
    (True, False, True)
    """

    hidden: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    unheard: tuple[str, ...] = ()
    heard: tuple[str, ...] | None = None

    @property
    def hears_all(self) -> bool:
        """Whether every source is heard, declared or not."""
        return not self.unheard and self.heard is None

    def hears(self, source: str) -> bool:
        """Whether signals of a source are seen."""
        return source not in self.unheard if self.heard is None else source in self.heard

    def sees(self, name: str) -> bool:
        """Whether a node or trait is seen, declared or not."""
        return name not in self.hidden and (self.only is None or name in self.only)


EVERYTHING = Sight()
"""The operator's sight."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What may be seen of one person at one moment.

    Attributes
    ----------
    purpose : str or None
        None = the operator's read.
    sight : Sight
        What the purpose may see of anybody.
    withheld : frozenset of str
        Nodes and traits that this person does not let be read: an `opt_in` node without consent,
        or any whose consent was withdrawn.
    closed : bool
        True where the person's consent to the purpose is missing or withdrawn: nothing is seen.
    """

    purpose: str | None = None
    sight: Sight = EVERYTHING
    withheld: frozenset[str] = frozenset()
    closed: bool = False

    def within(self, other: View) -> View:
        """What this view and another both let be seen of the person."""
        return msgspec.structs.replace(
            self,
            withheld=self.withheld.union(other.withheld),
            closed=self.closed or other.closed,
        )

    def sees(self, name: str) -> bool:
        """Whether a node or trait of this person is seen."""
        return name not in self.withheld and self.sight.sees(name)

"""The claim: somebody says that a node holds, or does not. The payload of the built-in `claim`."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

import msgspec

from doxa.domain.node import Address, NodeKind
from doxa.types import Moment

WORDS = "words"
"""The dimension of open nodes: the claim's own words, in canonical form."""

_OPEN = "open:"
"""No name in a map may hold a colon, so open nodes and declared ones never meet."""


class ClaimKind(StrEnum):
    """What an open claim is about; decides how long it is remembered."""

    BELIEF = "belief"
    GOAL = "goal"
    PREFERENCE = "preference"
    FEELING = "feeling"
    CONSTRAINT = "constraint"
    FACT = "fact"
    INFERENCE = "inference"

    @property
    def node_kind(self) -> NodeKind:
        """What the open node counts as: facts and inferences are beliefs."""
        known = {kind.value for kind in NodeKind}
        return NodeKind(self.value) if self.value in known else NodeKind.BELIEF


class Claim(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What one claim says; either `about` a declared node or in its own words.

    Attributes
    ----------
    about : str or None
        The address of a node that the map declares: ``prices_are_fair``, ``buys[MILK]``.
    says : str or None
        The claim's own words: an open node.
    kind : str or None
        Of an open node, one of `ClaimKind`.
    holds : bool
        False: it does not hold.
    weight : float
        Above zero; one full statement weighs 1.
    quote : str or None
        The words it was taken from, for the reader.
    valid_from, valid_until : int or None
        The moments between which it counts, the end excluded, on the map's clock.
    supersedes : str or None
        Id of an earlier claim about the same twin that this one replaces.
    supersedes_source : str or None
        Who sent that one; left out, the source of this one.
    """

    about: str | None = None
    says: str | None = None
    kind: str | None = None
    holds: bool = True
    weight: float = 1.0
    quote: str | None = None
    valid_from: Moment | str | None = None
    valid_until: Moment | str | None = None
    supersedes: str | None = None
    supersedes_source: str | None = None


def canonical_words(text: str) -> str:
    """The one form of a claim's words: case, blanks and a final stop do not matter.

    Examples
    --------
    >>> canonical_words("  Prefers\\tDelivery. ")
    'prefers delivery'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split()).rstrip(" .!;,")


def open_family(kind: ClaimKind) -> str:
    """The family whose members are a twin's open nodes of one kind.

    Examples
    --------
    >>> open_family(ClaimKind.PREFERENCE)
    'open:preference'
    """
    return _OPEN + kind.value


def open_address(kind: ClaimKind, words: str) -> Address:
    """The address of an open node: its kind and its words.

    Examples
    --------
    >>> str(open_address(ClaimKind.PREFERENCE, "Prefers delivery"))
    'open:preference[prefers delivery]'
    """
    return Address(open_family(kind), (canonical_words(words),))


def is_open(node: str) -> bool:
    """Whether a node's name is that of a family of open nodes.

    Examples
    --------
    >>> is_open("open:fact"), is_open("buys")
    (True, False)
    """
    return node.startswith(_OPEN)


def kind_of_open(node: str) -> ClaimKind:
    """The kind of an open family by its name."""
    return ClaimKind(node.removeprefix(_OPEN))

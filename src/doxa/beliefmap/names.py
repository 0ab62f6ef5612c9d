"""Names: which ones may be declared, and the nearest declared one to a name that is not."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from doxa.beliefmap.document import Mapping, Scalar, Tree
from doxa.domain.node import NodeKind
from doxa.errors import MapError

RESERVED = frozenset(
    {"all", "and", "consent", "false", "in", "is", "mean", "none", "not", "null", "or", "self"}
    | {"traits", "true", "twin"}
    | {kind.value for kind in NodeKind}
)
"""Words that conditions, selections and addresses use themselves."""
LONGEST = 80


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest known name, or nothing.

    Examples
    --------
    >>> nearest("purchse", ["purchase", "trip"])
    "did you mean 'purchase'?"
    """
    names = sorted(map(str, known))
    folded = {each.lower(): each for each in names}
    cutoff = 0.5 if len(name) < 4 else 0.6
    found = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=cutoff)
    return f"did you mean {folded[found[0]]!r}?" if found else ""


def listed(names: Iterable[str], limit: int = 16) -> str:
    """Names in a row, for what was expected."""
    every = list(names)
    shown = ", ".join(every[:limit])
    return f"{shown}, ..." if len(every) > limit else shown


def identifier(section: Mapping, key: str) -> str:
    """Check a name that the map gives to a node, outcome, group, action or purpose.

    Letters of any alphabet, digits and ``_``, not beginning with a digit, in Unicode's
    composed form (NFC), at most 80 long, and none of the reserved words.
    """
    if not key.isidentifier() or len(key) > LONGEST:
        raise section.key_error(
            key,
            f"{key!r} cannot be a name",
            expected="letters, digits and _, not beginning with a digit, at most 80",
        )
    if unicodedata.normalize("NFC", key) != key:
        raise section.key_error(
            key, f"{key!r} is not in composed form (NFC)", hint="type the accented letters anew"
        )
    if key.lower() in RESERVED:
        raise section.key_error(key, f"{key!r} is a reserved word", hint="choose another name")
    return key


def key_label(section: Mapping, key: str) -> str:
    """Check a key that names a kind, field, source or trait."""
    return label(Scalar(key, section.places[key]), key)


def label(tree: Scalar, text: str) -> str:
    """Check a name that the product's data give: a kind, field, source or trait."""
    if text != text.strip() or not text.isprintable() or not text or len(text) > LONGEST:
        raise tree.error(
            f"{text!r} cannot be a name",
            expected="printable text without spaces around it, at most 80 letters",
        )
    return text


def unknown(tree: Tree, what: str, name: str, known: Iterable[str], hint: str = "") -> MapError:
    """The error for a name that is not declared, with the nearest one that is."""
    names = list(known)
    return tree.error(
        f"unknown {what} {name!r}",
        expected=f"one of {listed(names)}" if names else f"a declared {what}, and there is none",
        hint=nearest(name, names) or hint,
    )

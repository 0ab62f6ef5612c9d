"""From text to what a payload holds: numbers, flags, lists and objects."""

from __future__ import annotations

from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Scalar, Sequence, Tree
from doxa.beliefmap.literals import is_number, mapping
from doxa.beliefmap.model import FieldType
from doxa.beliefmap.names import key_label
from doxa.types import Json

_FLAGS: dict[str, Json] = {"true": True, "false": False}
_WORDS = frozenset({FieldType.CATEGORY, FieldType.ITEM, FieldType.ITEMS, FieldType.TEXT})


def json_object(tree: Tree, declared: Declared) -> dict[str, Json]:
    """A payload, every field read as its type."""
    section = mapping(tree, "{field: value}")
    return {
        key_label(section, field): json_value(body, field, declared)
        for field, body in section.entries.items()
    }


def json_value(tree: Tree | str, field: str, declared: Declared) -> Json:
    """The value of a field: as its declared type, else as the text looks.

    Raises
    ------
    MapError
        The field is declared a number or flag, and this is none.
    """
    if isinstance(tree, Sequence):
        return [json_value(item, field, declared) for item in tree.items]
    if isinstance(tree, Mapping):
        return json_object(tree, declared)
    written = tree.text if isinstance(tree, Scalar) else tree
    if written is None:
        return None
    kind = declared.header.fields.get(field)
    found = _guess(written) if kind not in (*_WORDS, FieldType.TIME) else written
    if isinstance(tree, Scalar):
        _check(tree, field, kind, found)
    return found


def _guess(written: str) -> Json:
    if written in _FLAGS:
        return _FLAGS[written]
    if not is_number(written):
        return written
    value = float(written)
    return int(value) if value.is_integer() and "e" not in written.lower() else value


def _check(tree: Scalar, field: str, kind: FieldType | None, found: Json) -> None:
    numeric = isinstance(found, (int, float))
    if kind is FieldType.NUMBER and (not numeric or isinstance(found, bool)):
        raise tree.error(f"{tree.text!r} is not a number, but field {field!r} is")
    if kind is FieldType.FLAG and not (isinstance(found, bool) or found in (0, 1)):
        raise tree.error(
            f"{tree.text!r} is not a flag, but field {field!r} is", expected="true or false"
        )

"""Reading YAML strictly: a tree of text that knows file, line and path of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from doxa.errors import MapError

LARGEST = 1 << 20
"""Files above this many bytes are refused."""
DEEPEST = 24
"""Values nested deeper than this are refused."""
SWITCHES = frozenset({"on", "off", "yes", "no", "y", "n"})
"""Words that YAML 1.1 turns into true and false: no key is called so."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Only its events are used; the one in C is there in every common build and ten times faster."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: ``map.yaml:12 nodes.buys.half_life``; line 0 = in no file."""

    file: str
    line: int
    path: str = ""

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line} {self.path}".rstrip()

    def under(self, key: str, line: int) -> Place:
        """The place of the value of `key` here."""
        return Place(self.file, line, f"{self.path}.{key}" if self.path else key)

    def at(self, index: int, line: int) -> Place:
        """The place of element `index` here."""
        return Place(self.file, line, f"{self.path}[{index}]")


class Located:
    """What has a place, and so can say what is wrong there."""

    __slots__ = ()
    place: Place

    def error(self, problem: str, *, expected: str = "", hint: str = "") -> MapError:
        """An error that points here."""
        return MapError(problem, where=str(self.place), expected=expected, hint=hint)


@dataclass(frozen=True, slots=True)
class Scalar(Located):
    """One value as it was written; ``None`` for an empty one."""

    text: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence(Located):
    """A list."""

    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping(Located):
    """Keys and values in the order of the file; ``places`` says where each key stands."""

    entries: dict[str, Tree]
    places: dict[str, Place]
    place: Place

    def get(self, key: str) -> Tree | None:
        """The value of a key; None where it is left out or empty."""
        tree = self.entries.get(key)
        return None if isinstance(tree, Scalar) and tree.text is None else tree

    def key_error(self, key: str, problem: str, *, expected: str = "", hint: str = "") -> MapError:
        """An error that points at a key of this mapping."""
        return MapError(problem, where=str(self.places[key]), expected=expected, hint=hint)


Tree: TypeAlias = Scalar | Sequence | Mapping


def read_document(path: Path | str) -> Mapping:
    """Read a YAML file whose top level is a mapping.

    Raises
    ------
    MapError
        The file is missing, too large, not UTF-8, or not the YAML that doxa reads.
    """
    return parse_document(read_text(path), str(path))


def read_text(path: Path | str) -> str:
    """The text of a file, or a `MapError` that says why it cannot be read."""
    try:
        with open(path, "rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MapError(f"cannot be read: {reason}", where=str(path)) from error
    return decode(raw, str(path))


def decode(raw: bytes, name: str) -> str:
    """The text of a file: UTF-8, at most 1 MiB."""
    if len(raw) > LARGEST:
        raise MapError("is larger than 1 MiB", where=name, expected="a map written by hand")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise MapError(
            "is not UTF-8", where=f"{name}:{line}", hint="save the file as UTF-8"
        ) from error


def parse_document(text: str, name: str) -> Mapping:
    """Read YAML text: every scalar stays text, and everything ambiguous is refused.

    Examples
    --------
    >>> tree = parse_document("nodes:\\n  buys: {half_life: 12:30}", "map.yaml")
    >>> tree.entries["nodes"].entries["buys"].entries["half_life"].text
    '12:30'
    >>> print(tree.entries["nodes"].entries["buys"].place)
    map.yaml:2 nodes.buys
    """
    if len(text) > LARGEST:
        raise MapError("is larger than 1 MiB", where=name, expected="a map written by hand")
    try:
        return _document(_Events(text.removeprefix("\ufeff"), name))
    except yaml.MarkedYAMLError as error:
        raise _broken(error, text, name) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise MapError(
            "holds a character that YAML does not allow", where=f"{name}:{line}"
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError, IndexError) as error:
        if isinstance(error, MapError):
            raise
        raise MapError("is not valid YAML", where=name) from error


def _broken(error: yaml.MarkedYAMLError, text: str, name: str) -> MapError:
    mark = error.problem_mark or error.context_mark
    where = f"{name}:{mark.line + 1}" if mark else name
    lines = text.split("\n")
    tabbed = mark is not None and mark.line < len(lines) and "\t" in lines[mark.line]
    hint = "indent with spaces, not tabs" if tabbed else ""
    problem = error.problem or "cannot be read"
    return MapError(f"is not valid YAML: {problem}", where=where, hint=hint)


class _Events:
    """The events of one text, one ahead, with the file's name for errors."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=_LOADER))

    def take(self) -> yaml.Event:
        return next(self._events)

    def place(self, event: yaml.Event) -> Place:
        return Place(self.name, _line(event))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _document(events: _Events) -> Mapping:
    events.take()
    event = events.take()
    if isinstance(event, yaml.StreamEndEvent):
        raise MapError("is empty", where=events.name, expected="a mapping that begins 'doxa: 1'")
    event = events.take()
    tree = _tree(events, event, events.place(event), 0)
    events.take()
    last = events.take()
    if not isinstance(last, yaml.StreamEndEvent):
        raise MapError("a second document begins", where=str(events.place(last)), expected="one")
    if isinstance(tree, Scalar) and tree.text is None:
        raise MapError("is empty", where=events.name, expected="a mapping that begins 'doxa: 1'")
    if not isinstance(tree, Mapping):
        raise tree.error("is not a mapping", expected="keys and values, beginning 'doxa: 1'")
    return tree


def _tree(events: _Events, event: yaml.Event, place: Place, depth: int) -> Tree:
    _refuse_tricks(event, place)
    if depth > DEEPEST:
        raise MapError("is nested too deep", where=str(place), expected=f"{DEEPEST} levels")
    if isinstance(event, yaml.ScalarEvent):
        _refuse_control(event.value, place)
        null = not event.style and event.value in _NULLS
        return Scalar(None if null else event.value, place)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, place, depth)
    return _mapping(events, place, depth)


def _refuse_tricks(event: yaml.Event, place: Place) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise MapError(
            "anchors and aliases are refused", where=str(place), hint="write the value out"
        )
    if getattr(event, "tag", None) is not None:
        raise MapError("YAML tags are refused", where=str(place), hint="write the bare value")


def _refuse_control(written: str, place: Place) -> None:
    """Escapes such as "\\0" would put into names what no terminal or database should meet."""
    if not written.isprintable() and (found := _CONTROL.search(written)):
        raise MapError(
            f"holds the control character {found[0]!r}", where=str(place), expected="printable text"
        )


def _sequence(events: _Events, place: Place, depth: int) -> Sequence:
    items: list[Tree] = []
    while not isinstance(event := events.take(), yaml.SequenceEndEvent):
        items.append(_tree(events, event, place.at(len(items), _line(event)), depth + 1))
    return Sequence(tuple(items), place)


def _mapping(events: _Events, place: Place, depth: int) -> Mapping:
    entries: dict[str, Tree] = {}
    places: dict[str, Place] = {}
    while not isinstance(event := events.take(), yaml.MappingEndEvent):
        key = _key(event, events.place(event), place)
        here = place.under(key, _line(event))
        if key in entries:
            raise MapError(
                f"key {key!r} stands here twice, first in line {places[key].line}",
                where=str(here),
                hint="keep one",
            )
        places[key] = here
        value = events.take()
        entries[key] = _tree(events, value, place.under(key, _line(value)), depth + 1)
    return Mapping(entries, places, place)


def _key(event: yaml.Event, here: Place, parent: Place) -> str:
    where = str(Place(here.file, here.line, parent.path))
    _refuse_tricks(event, Place(here.file, here.line, parent.path))
    _refuse_control(getattr(event, "value", ""), Place(here.file, here.line, parent.path))
    if not isinstance(event, yaml.ScalarEvent):
        raise MapError("a key is not plain text", where=where, expected="a name")
    key = str(event.value)
    if not key or (not event.style and key in _NULLS):
        raise MapError("a key is empty", where=where, expected="a name")
    if key == "<<":
        raise MapError("merge keys '<<' are refused", where=where, hint="write the keys out")
    if key.lower() in SWITCHES:
        raise MapError(
            f"no key is called {key!r}",
            where=where,
            hint="YAML reads it as true or false; choose another name",
        )
    return key

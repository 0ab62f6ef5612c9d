"""Scenarios, from a file, text or plain Python data to `Scenario` records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from doxa.beliefmap import document
from doxa.beliefmap.changes_read import VERBS, read_change
from doxa.beliefmap.declared import declared_by
from doxa.beliefmap.document import Tree, parse_document, read_document
from doxa.beliefmap.header import check_version
from doxa.beliefmap.literals import mapping, one_or_more, required
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.moments import read_when
from doxa.beliefmap.names import identifier
from doxa.beliefmap.plain import plain_document
from doxa.beliefmap.scenarios import Scenario
from doxa.types import Moment

Written: TypeAlias = "Scenario | Mapping[str, Any] | Iterable[Mapping[str, Any]]"
"""One scenario: compiled, one change, several changes, or ``{begins: .., changes: [..]}``."""

Scenarios: TypeAlias = "Written | Mapping[str, Written] | Path | str"
"""One scenario, several by name, or a file of them."""

_LONG = ["begins", "changes"]
_BODY = "a list of changes, or {begins: date, changes: [..]}"
_PYTHON = "scenarios"


def load_scenarios(path: Path | str, belief_map: BeliefMap) -> dict[str, Scenario]:
    """Read and check a scenarios file against a map.

    Raises
    ------
    MapError
        With file and line, what is wrong, what was expected, and the nearest known name.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map("{doxa: 1, product: p, signals: {coupon: []}}")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "scenarios.yaml"
    >>> _ = file.write_text("{doxa: 1, scenarios: {spring: [{send: coupon, at: [0d, 7d]}]}}")
    >>> load_scenarios(file, shop)["spring"].changes[0].at
    (0, 604800000000)
    """
    return _compile(read_document(path), belief_map)


def parse_scenarios(
    source: str, belief_map: BeliefMap, name: str = "scenarios.yaml"
) -> dict[str, Scenario]:
    """Read and check a scenarios file given as text; `name` stands for the file."""
    return _compile(parse_document(source, name), belief_map)


def scenario_of(written: Written, belief_map: BeliefMap, name: str = "scenario") -> Scenario:
    """One scenario from plain Python data in the grammar of the file, or as it is.

    Examples
    --------
    >>> from doxa.beliefmap.changes import put
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map('''{doxa: 1, product: p, signals: {buy: []},
    ...     outcomes: {pays: {sum: price, of_signal: buy, within: 7d}}}''')
    >>> scenario_of(put("price", times=1.1), shop).changes[0].times
    1.1
    """
    if isinstance(written, Scenario):
        return written
    return scenarios_of({name: written}, belief_map)[name]


def scenarios_of(
    written: Mapping[str, Written] | Path | str, belief_map: BeliefMap
) -> dict[str, Scenario]:
    """Several scenarios by name: a file, or a dict of plain data or records."""
    if isinstance(written, (Path, str)):
        return load_scenarios(written, belief_map)
    plain = {name: body for name, body in written.items() if not isinstance(body, Scenario)}
    read = _scenarios(plain_document(plain, _PYTHON), belief_map)
    return {
        name: body if isinstance(body, Scenario) else read[name] for name, body in written.items()
    }


def scenarios_given(given: Scenarios, belief_map: BeliefMap) -> dict[str, Scenario]:
    """Whatever form scenarios come in, by name; one without a name is called ``scenario``.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map("{doxa: 1, product: p, signals: {coupon: []}}")
    >>> list(scenarios_given({"spring": {"send": "coupon"}, "nothing": []}, shop))
    ['spring', 'nothing']
    >>> list(scenarios_given({"send": "coupon"}, shop))
    ['scenario']
    """
    if isinstance(given, Scenario):
        return {given.name: given}
    if isinstance(given, (Path, str)):
        return load_scenarios(given, belief_map)
    if isinstance(given, Mapping) and not any(key in given for key in (*VERBS, *_LONG)):
        return scenarios_of(given, belief_map)
    found = scenario_of(given, belief_map)
    return {found.name: found}


def _compile(top: document.Mapping, belief_map: BeliefMap) -> dict[str, Scenario]:
    mapping(top, "a scenarios file", ["doxa", "scenarios"])
    check_version(top)
    return _scenarios(required(top, "scenarios", "scenarios by name"), belief_map)


def _scenarios(tree: Tree, belief_map: BeliefMap) -> dict[str, Scenario]:
    section = mapping(tree, "scenarios by name")
    return {
        identifier(section, name): _scenario(name, body, belief_map)
        for name, body in section.entries.items()
    }


def _scenario(name: str, tree: Tree, belief_map: BeliefMap) -> Scenario:
    begins, changes = _parts(tree, belief_map)
    declared = declared_by(belief_map)
    if isinstance(changes, document.Sequence) and not changes.items:
        return Scenario(name=name, begins=begins)
    found = one_or_more(changes, lambda one: read_change(one, belief_map, declared), _BODY)
    return Scenario(name=name, begins=begins, changes=found)


def _parts(tree: Tree, belief_map: BeliefMap) -> tuple[Moment | None, Tree]:
    if not isinstance(tree, document.Mapping) or not any(key in tree.entries for key in _LONG):
        return None, tree
    section = mapping(tree, _BODY, _LONG)
    begins = section.get("begins")
    moment = read_when(begins, belief_map).moment if begins else None
    return moment, required(section, "changes", "a list of changes")

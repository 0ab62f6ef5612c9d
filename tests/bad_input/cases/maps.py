"""Belief maps that are wrong."""

from __future__ import annotations

from tests.bad_input.case import Case

_HEAD = "doxa: 1\nproduct: shop\n"
_NODE = _HEAD + "nodes: {fair: {kind: belief}}\n"


def _map(mistake: str, text: str | bytes, says: str) -> Case:
    return Case(mistake, "map check wrong.yaml", says, files={"wrong.yaml": text})


CASES = [
    _map("an empty file", "", "?"),
    _map("a list at the top", "[1]\n", "?"),
    _map("a version that does not exist", "doxa: 2\nproduct: shop\n", "?"),
    _map("no version", "product: shop\n", "?"),
    _map("a misspelt key of a node", _HEAD + "nodes: {fair: {knd: belief}}\n", "?"),
    _map("a misspelt kind of node", _HEAD + "nodes: {fair: {kind: believe}}\n", "?"),
    _map("a misspelt section", _HEAD + "nods: {}\n", "?"),
    _map("a tab for indentation", _HEAD + "nodes:\n\tfair: 1\n", "?"),
    _map("a key twice", _HEAD + "product: other\n", "?"),
    _map("an alias", _HEAD + "nodes: {a: &x {kind: belief}, b: *x}\n", "?"),
    _map("a merge key", _HEAD + "<<: {a: 1}\n", "?"),
    _map("a tag", _HEAD + "nodes: !!python/object:os.system {a: 1}\n", "?"),
    _map("a key that YAML reads as true", _HEAD + "nodes: {on: {kind: belief}}\n", "?"),
    _map("a rule about no node", _NODE + "signals:\n  praise: [{node: fare, for: 1}]\n", "?"),
    _map("a negative weight", _NODE + "signals:\n  praise: [{node: fair, for: -1}]\n", "?"),
    _map("a weight that is NaN", _NODE + "signals:\n  praise: [{node: fair, for: .nan}]\n", "?"),
    _map("an endless weight", _NODE + "signals:\n  praise: [{node: fair, for: 1e400}]\n", "?"),
    _map(
        "for and against at once",
        _NODE + "signals:\n  praise: [{node: fair, for: 1, against: 1}]\n",
        "?",
    ),
    _map("a half-life of nothing", _HEAD + "nodes: {fair: {kind: belief, half_life: 0d}}\n", "?"),
    _map("a half-life in words", _HEAD + "nodes: {fair: {kind: belief, half_life: soon}}\n", "?"),
    _map("a base rate above one", _HEAD + "nodes: {fair: {kind: belief, base: 1.5}}\n", "?"),
    _map("a trust above one", _HEAD + "sources: {default: {trust: 2}}\n", "?"),
    _map("a band twice", _HEAD + "bands: [1d, 24h]\n", "?"),
    _map("a scale from one to one", _HEAD + "nodes: {calm: {kind: feeling, scale: [1, 1]}}\n", "?"),
    _map(
        "a sentence with a blank that nothing fills",
        _HEAD + "nodes: {fair: {kind: belief, says: 'Likes {x}.'}}\n",
        "?",
    ),
    _map(
        "an edge from a node to itself",
        _NODE + "edges: [{from: fair, to: fair, kind: supports}]\n",
        "?",
    ),
    _map(
        "goals in a circle",
        _HEAD + "nodes: {a: {kind: goal, part_of: b}, b: {kind: goal, part_of: a}}\n",
        "?",
    ),
    _map(
        "an outcome of an undeclared kind",
        _HEAD + "outcomes: {returns: {happens: visit, within: 7d}}\n",
        "?",
    ),
    _map(
        "an outcome that never ends",
        _HEAD + "signals: {visit: []}\noutcomes: {returns: {happens: visit}}\n",
        "?",
    ),
    _map("a NUL character in a text", 'doxa: 1\nproduct: "a\\0b"\n', "?"),
    _map("a lone surrogate in a text", 'doxa: 1\nproduct: "a\\ud800b"\n', "?"),
    _map("a file that is not UTF-8", b"doxa: 1\nproduct: caf\xe9\n", "?"),
    _map("a binary file", b"\x00\x01\x02\x03", "?"),
    Case("a changed map", "observe h42 visit --map map.yaml", "?", damage="under another map"),
    Case("--apply-map without a map", "observe h42 visit --apply-map", "?"),
]

"""Belief maps that are wrong."""

from __future__ import annotations

from tests.bad_input.case import Case

_HEAD = "doxa: 1\nproduct: shop\n"
_NODE = _HEAD + "nodes: {fair: {kind: belief}}\n"


def _map(mistake: str, text: str | bytes, says: str) -> Case:
    return Case(mistake, "map check wrong.yaml", says, files={"wrong.yaml": text})


CASES = [
    _map("an empty file", "", "wrong.yaml: is empty; expected a mapping that begins 'doxa: 1'"),
    _map(
        "a list at the top",
        "[1]\n",
        "wrong.yaml:1: is not a mapping; expected keys and values, beginning 'doxa: 1'",
    ),
    _map(
        "a version that does not exist",
        "doxa: 2\nproduct: shop\n",
        "wrong.yaml:1 doxa: version '2' of the grammar is not known; expected doxa: 1",
    ),
    _map("no version", "product: shop\n", "wrong.yaml:1: 'doxa' is missing; expected doxa: 1"),
    _map(
        "a misspelt key of a node",
        _HEAD + "nodes: {fair: {knd: belief}}\n",
        "wrong.yaml:3 nodes.fair.knd: unknown key 'knd'; expected kind; did you mean 'kind'?",
    ),
    _map(
        "a misspelt kind of node",
        _HEAD + "nodes: {fair: {kind: believe}}\n",
        "wrong.yaml:3 nodes.fair.kind: unknown kind 'believe'; expected one of belief, goal, preference, feeling, constraint, trait; did you mean 'belief'?",
    ),
    _map(
        "a misspelt section",
        _HEAD + "nods: {}\n",
        "wrong.yaml:3 nods: unknown key 'nods'; expected one of doxa, product, timezone, clock, bands, event_bands, fields, groups, sources, nodes, edges, signals, outcomes, actions, rollout, personas, purposes; did you mean 'nodes'?",
    ),
    _map(
        "a tab for indentation",
        _HEAD + "nodes:\n\tfair: 1\n",
        "wrong.yaml:4: is not valid YAML: found character that cannot start any token; indent with spaces, not tabs",
    ),
    _map(
        "a key twice",
        _HEAD + "product: other\n",
        "wrong.yaml:3 product: key 'product' stands here twice, first in line 2; keep one",
    ),
    _map(
        "an alias",
        _HEAD + "nodes: {a: &x {kind: belief}, b: *x}\n",
        "wrong.yaml:3 nodes.a: anchors and aliases are refused; write the value out",
    ),
    _map(
        "a merge key",
        _HEAD + "<<: {a: 1}\n",
        "wrong.yaml:3: merge keys '<<' are refused; write the keys out",
    ),
    _map(
        "a tag",
        _HEAD + "nodes: !!python/object:os.system {a: 1}\n",
        "wrong.yaml:3 nodes: YAML tags are refused; write the bare value",
    ),
    _map(
        "a key that YAML reads as true",
        _HEAD + "nodes: {on: {kind: belief}}\n",
        "wrong.yaml:3 nodes: no key is called 'on'; YAML reads it as true or false; choose another name",
    ),
    _map(
        "a rule about no node",
        _NODE + "signals:\n  praise: [{node: fare, for: 1}]\n",
        "wrong.yaml:5 signals.praise[0].node: unknown node 'fare'; expected one of fair; did you mean 'fair'?",
    ),
    _map(
        "a negative weight",
        _NODE + "signals:\n  praise: [{node: fair, for: -1}]\n",
        "wrong.yaml:5 signals.praise[0].for: weight -1 is negative; expected zero or more",
    ),
    _map(
        "a weight that is NaN",
        _NODE + "signals:\n  praise: [{node: fair, for: .nan}]\n",
        "wrong.yaml:5 signals.praise[0].for: '.nan' is no number that can be reckoned with; expected the name of a payload field",
    ),
    _map(
        "an endless weight",
        _NODE + "signals:\n  praise: [{node: fair, for: 1e400}]\n",
        "wrong.yaml:5 signals.praise[0].for: '1e400' is no number that can be reckoned with; expected the name of a payload field",
    ),
    _map(
        "for and against at once",
        _NODE + "signals:\n  praise: [{node: fair, for: 1, against: 1}]\n",
        "wrong.yaml:5 signals.praise[0]: says for and against; expected exactly one of for, against, count or value",
    ),
    _map(
        "a half-life of nothing",
        _HEAD + "nodes: {fair: {kind: belief, half_life: 0d}}\n",
        "wrong.yaml:3 nodes.fair.half_life: half-life '0d' is not above zero; expected a duration above zero, or never",
    ),
    _map(
        "a half-life in words",
        _HEAD + "nodes: {fair: {kind: belief, half_life: soon}}\n",
        "wrong.yaml:3 nodes.fair.half_life: 'soon' is not a duration; expected a number and s, m, h, d or w, such as 7d",
    ),
    _map(
        "a base rate above one",
        _HEAD + "nodes: {fair: {kind: belief, base: 1.5}}\n",
        "wrong.yaml:3 nodes.fair.base: 1.5 is outside; expected a number between 0 and 1, not 0 or 1",
    ),
    _map(
        "a trust above one",
        _HEAD + "sources: {default: {trust: 2}}\n",
        "wrong.yaml:3 sources.default.trust: 2 is outside; expected a number from 0 to 1",
    ),
    _map(
        "a band twice",
        _HEAD + "bands: [1d, 24h]\n",
        "wrong.yaml:3 bands[1]: '24h' stands here twice; keep one",
    ),
    _map(
        "a scale from one to one",
        _HEAD + "nodes: {calm: {kind: feeling, scale: [1, 1]}}\n",
        "wrong.yaml:3 nodes.calm.scale: is not a scale; expected two different numbers, [worst, best]",
    ),
    _map(
        "a sentence with a blank that nothing fills",
        _HEAD + "nodes: {fair: {kind: belief, says: 'Likes {x}.'}}\n",
        "wrong.yaml:3 nodes.fair.says: {x} stands for nothing; expected no braces in a single node, or 'of' with its dimension",
    ),
    _map(
        "an edge from a node to itself",
        _NODE + "edges: [{from: fair, to: fair, kind: supports}]\n",
        "wrong.yaml:4 edges[0]: joins a node to itself; expected two nodes",
    ),
    _map(
        "goals in a circle",
        _HEAD + "nodes: {a: {kind: goal, part_of: b}, b: {kind: goal, part_of: a}}\n",
        "wrong.yaml:3 nodes.a: goals wait for each other: a <- b <- a; take out one part_of or done",
    ),
    _map(
        "an outcome of an undeclared kind",
        _HEAD + "outcomes: {returns: {happens: visit, within: 7d}}\n",
        "wrong.yaml:3 outcomes.returns.happens: unknown signal kind 'visit'; expected a declared signal kind, and there is none; add 'visit: []' under signals",
    ),
    _map(
        "an outcome that never ends",
        _HEAD + "signals: {visit: []}\noutcomes: {returns: {happens: visit}}\n",
        "wrong.yaml:4 outcomes.returns: never ends; expected within: a duration, or until: a field",
    ),
    _map(
        "a NUL character in a text",
        'doxa: 1\nproduct: "a\\0b"\n',
        "wrong.yaml:2 product: holds the control character '\\x00'; expected printable text",
    ),
    _map(
        "a lone surrogate in a text",
        'doxa: 1\nproduct: "a\\ud800b"\n',
        "wrong.yaml:2: is not valid YAML: found invalid Unicode character escape code",
    ),
    _map(
        "a file that is not UTF-8",
        b"doxa: 1\nproduct: caf\xe9\n",
        "wrong.yaml:2: is not UTF-8; save the file as UTF-8",
    ),
    _map(
        "a binary file",
        b"\x00\x01\x02\x03",
        "wrong.yaml:1: holds a character that YAML does not allow",
    ),
    Case(
        "a changed map",
        "observe h42 visit --map map.yaml",
        "doxa.db: the map differs from the one this store runs on: nodes.prices_are_fair changed (base); let it take over from now on with apply_map=True (--apply-map), or leave it out",
        damage="under another map",
    ),
    Case(
        "a map to compare that is not there",
        "map diff map.yaml next.yaml",
        "next.yaml: cannot be read: No such file or directory",
    ),
    Case(
        "a store that is none, and a map",
        "map diff nowhere.db map.yaml",
        "nowhere.db: there is no store here; name it with --db, or begin with doxa observe or doxa backfill",
    ),
    Case(
        "a wrong map that is to take over",
        "map apply doxa.db next.yaml",
        "next.yaml:1: 'product' is missing; expected the product's name",
        files={"next.yaml": "doxa: 1\n"},
    ),
    Case(
        "--apply-map without a map",
        "observe h42 visit --apply-map",
        "--apply-map: names no map; name it with --map",
    ),
]

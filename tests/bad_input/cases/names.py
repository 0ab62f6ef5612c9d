"""Ids and text that no database and no terminal should meet."""

from __future__ import annotations

from tests.bad_input.case import Case

_ODD = {"<NUL>": "\0", "<lone surrogate>": "\ud800", "<escape>": "\x1b", "<newline>": "\n"}


def _odd(mistake: str, run: str, says: str) -> Case:
    return Case(mistake, run, says, stands_for=_ODD)


CASES = [
    Case("an empty twin", "observe '' visit", "?"),
    Case("an empty id", "observe h42 visit --id ''", "?"),
    _odd("a twin with a NUL character", "observe 'h<NUL>42' visit", "?"),
    _odd("a twin with a lone surrogate", "observe 'h<lone surrogate>42' visit", "?"),
    _odd("a twin that would steer the terminal", "observe 'h<escape>[31m' visit", "?"),
    _odd("a source of two lines", "observe h42 visit --source 'a<newline>b'", "?"),
    _odd("a NUL character in a payload", "observe h42 visit 'page=<NUL>'", "?"),
    _odd("a lone surrogate in a payload", "observe h42 visit 'page=<lone surrogate>'", "?"),
    _odd("a lone surrogate in the name of a field", "observe h42 visit '<lone surrogate>=1'", "?"),
    Case(
        "half a surrogate pair in JSON",
        r"""observe h42 visit --payload '{"page": "\ud800"}'""",
        "?",
    ),
    Case(
        "an escaped NUL character in JSON",
        r"""observe h42 visit --payload '{"page": "\u0000"}'""",
        "?",
    ),
    _odd("a lone surrogate in a question", "show '<lone surrogate>'", "?"),
    _odd("a lone surrogate in an address", "explain h42 'buys[<lone surrogate>]'", "?"),
    _odd("a lone surrogate in a cohort", "forecast lapses --twin '<lone surrogate>'", "?"),
    _odd(
        "a lone surrogate in a flag",
        "backfill a.csv --twin '<lone surrogate>' --kind =visit --at when",
        "?",
    ),
    _odd("a lone surrogate in a command", "'<lone surrogate>'", "?"),
    Case(
        "a name that turns the text round",
        "map check m.yaml",
        "?",
        files={"m.yaml": 'doxa: 1\nproduct: p\nnodes: {"a\\u202eb": {kind: belief}}\n'},
    ),
    Case(
        "a name with a combining accent",
        "map check m.yaml",
        "?",
        files={"m.yaml": 'doxa: 1\nproduct: p\nnodes: {"cafe\\u0301": {kind: belief}}\n'},
    ),
]

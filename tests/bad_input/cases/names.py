"""Ids and text that no database and no terminal should meet."""

from __future__ import annotations

from tests.bad_input.case import Case

_ODD = {"<NUL>": "\0", "<lone surrogate>": "\ud800", "<escape>": "\x1b", "<newline>": "\n"}


def _odd(mistake: str, run: str, says: str) -> Case:
    return Case(mistake, run, says, stands_for=_ODD)


CASES = [
    Case("an empty twin", "observe '' visit", "twin: is empty; expected a text"),
    Case("an empty id", "observe h42 visit --id ''", "id: is empty; expected a text"),
    _odd(
        "a twin with a NUL character",
        "observe 'h<NUL>42' visit",
        "twin: holds a NUL character; expected printable text",
    ),
    _odd(
        "a twin with a lone surrogate",
        "observe 'h<lone surrogate>42' visit",
        "twin: is no valid Unicode (a lone surrogate); decode the text with errors='strict' where it comes from",
    ),
    _odd(
        "a twin that would steer the terminal",
        "observe 'h<escape>[31m' visit",
        "twin: holds the control character '\\x1b'; expected printable text",
    ),
    _odd(
        "a source of two lines",
        "observe h42 visit --source 'a<newline>b'",
        "source: holds the control character '\\n'; expected printable text",
    ),
    _odd(
        "a NUL character in a payload",
        "observe h42 visit 'page=<NUL>'",
        "payload: holds a NUL character",
    ),
    _odd(
        "a lone surrogate in a payload",
        "observe h42 visit 'page=<lone surrogate>'",
        "payload: holds text that is no valid Unicode",
    ),
    _odd(
        "a lone surrogate in the name of a field",
        "observe h42 visit '<lone surrogate>=1'",
        "payload: holds text that is no valid Unicode",
    ),
    Case(
        "half a surrogate pair in JSON",
        r"""observe h42 visit --payload '{"page": "\ud800"}'""",
        "--payload: is no valid Unicode (a lone surrogate); expected a JSON object",
    ),
    Case(
        "an escaped NUL character in JSON",
        r"""observe h42 visit --payload '{"page": "\u0000"}'""",
        "payload: holds a NUL character",
    ),
    _odd(
        "a lone surrogate in a question",
        "show '<lone surrogate>'",
        "twin: is no valid Unicode (a lone surrogate); decode the text with errors='strict' where it comes from",
    ),
    _odd(
        "a lone surrogate in an address",
        "explain h42 'buys[<lone surrogate>]'",
        "'buys[\\ud800]': is no valid Unicode (a lone surrogate)",
    ),
    _odd(
        "a lone surrogate in a cohort",
        "forecast lapses --twin '<lone surrogate>'",
        "twin: is no valid Unicode (a lone surrogate); decode the text with errors='strict' where it comes from",
    ),
    _odd(
        "a lone surrogate in a flag",
        "backfill a.csv --twin '<lone surrogate>' --kind =visit --at when",
        "--twin: is no valid Unicode; expected a column, or =constant",
    ),
    _odd(
        "a lone surrogate in a command",
        "'<lone surrogate>'",
        "No such command '\\ud800'; see doxa --help",
    ),
    Case(
        "a name that turns the text round",
        "map check m.yaml",
        "m.yaml:3 nodes.a\\u202eb: 'a\\u202eb' cannot be a name; expected letters, digits and _, not beginning with a digit, at most 80",
        files={"m.yaml": 'doxa: 1\nproduct: p\nnodes: {"a\\u202eb": {kind: belief}}\n'},
    ),
    Case(
        "a name with a combining accent",
        "map check m.yaml",
        "m.yaml:3 nodes.café: 'café' is not in composed form (NFC); type the accented letters anew",
        files={"m.yaml": 'doxa: 1\nproduct: p\nnodes: {"cafe\\u0301": {kind: belief}}\n'},
    ),
]

"""``doxa observe``: take in one signal and see what it changed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from doxa.domain.json_text import NotJson, read_json
from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.opinions import change_lines
from doxa.interfaces.cli.stores import DEFAULT_DB, ApplyMap, Db, MapFile, open_store


def observe(
    twin: Annotated[str, typer.Argument(metavar="TWIN", help="The person's id.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of signal.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="The payload.")
    ] = None,
    payload: Annotated[
        str | None, typer.Option(metavar="JSON", help="The payload as a JSON object.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it happened; left out, now.")
    ] = None,
    recorded: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it became known; left out, now.")
    ] = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Who sent it.")] = "default",
    session: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The session it belongs to.")
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", metavar="TEXT", help="The source's own id for it.")
    ] = None,
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    apply_map: ApplyMap = False,
    as_json: Json = False,
) -> None:
    """Take in one signal and print what it changed.

    Example: doxa observe h42 purchase category=MILK sales_value=2.99 --source till
    """
    given = _payload(fields or [], payload)
    with open_store(db, map_file, apply_map=apply_map) as twins:
        receipt = twins.observe(
            twin, kind, given, at=at, recorded=recorded, source=source, session=session, id=id
        )
        changes = receipt.delta()
    if as_json:
        found = {"id": receipt.id, "seq": receipt.seq, "duplicate": receipt.duplicate}
        print_json({**found, "delta": [change.as_dict() for change in changes]})
        return
    again = " (it was there already: nothing changed)" if receipt.duplicate else ""
    say(f"{plain(twin)} {plain(kind)} {plain(receipt.id)}, number {receipt.seq}{again}")
    if changes:
        say(*change_lines(changes))
    elif not receipt.duplicate:
        say("  says nothing about a node")


def _payload(fields: list[str], payload: str | None) -> Any:
    """The payload from JSON, with single fields on top."""
    try:
        found = {} if payload is None else read_json(payload)
    except NotJson as error:
        raise InputError(str(error), where="--payload", expected="a JSON object") from error
    if fields and not isinstance(found, dict):
        raise InputError("is no JSON object", where="--payload")
    named: set[str] = set()
    for field in fields:
        name, equals, text = field.partition("=")
        if not equals or not name:
            raise InputError(f"{field!r} is no field", expected="FIELD=VALUE, such as price=2.99")
        if name in named:
            raise InputError("is given twice", where=name, hint="a list is one value: [1, 2]")
        named.add(name)
        found[name] = _value(name, text)
    return found


def _value(name: str, text: str) -> Any:
    """A value as JSON would have it: numbers, flags, lists and objects; anything else is text."""
    from doxa.storage.bulk.rows import typed

    if text[:1] in {"[", "{"}:
        try:
            return read_json(text)
        except NotJson as error:
            hint = "text that begins so goes into --payload"
            raise InputError(str(error), where=name, hint=hint) from error
    return typed(text)

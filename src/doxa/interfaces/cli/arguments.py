"""Arguments and options that mean the same in several commands."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

TwinId: TypeAlias = Annotated[str, typer.Argument(metavar="TWIN", help="The person's id.")]
AsOf: TypeAlias = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="Read as of then; left out, now.")
]
KnownAt: TypeAlias = Annotated[
    str | None,
    typer.Option("--known-at", metavar="TIME", help="See only what was known by then."),
]
FromThen: TypeAlias = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="From when on; left out, now.")
]
FromPast: TypeAlias = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="From a past moment on; left out, now."),
]
Recorded: TypeAlias = Annotated[
    str | None,
    typer.Option("--recorded", metavar="TIME", help="When it became known; left out, now."),
]
Session: TypeAlias = Annotated[
    str | None, typer.Option("--session", metavar="TEXT", help="The session it belongs to.")
]
SignalId: TypeAlias = Annotated[
    str | None, typer.Option("--id", metavar="TEXT", help="The source's own id for it.")
]

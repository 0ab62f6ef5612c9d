"""``doxa report``: an evaluation, one twin, or both, as one HTML page."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    from doxa.fidelity.report import FidelityReport
    from doxa.interfaces.pages.portrait import Portrait
    from doxa.runtime.twins import Twins


def report(
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="The page to write.")],
    evaluation_json: Annotated[
        Path | None,
        typer.Option(
            "--evaluation-json", metavar="FILE", help="What doxa fidelity --json printed."
        ),
    ] = None,
    twin: Annotated[
        str | None, typer.Option("--twin", metavar="ID", help="One person of the store.")
    ] = None,
    node: Annotated[
        list[str] | None,
        typer.Option(
            "--node", metavar="NODE", help="Whose timelines; left out, the three most telling."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Read the twin as of then; left out, the newest signal."),
    ] = None,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Write one page that needs no network: how well forecasts held, and one twin over time.

    Of a twin: its goals, feelings and constraints, every change with the signals that made it,
    the timelines of some nodes, how everything stands, and what is likely next.

    Example: doxa report --evaluation-json fidelity.json --twin h42 --html report.html
    """
    from doxa.interfaces.pages.joined import write_joined_page

    if evaluation_json is None and twin is None:
        raise InputError("nothing to report", expected="--evaluation-json, --twin, or both")
    if twin is None and (node or as_of or purpose):
        where = "--node" if node else "--as-of" if as_of else "--purpose"
        raise InputError("belongs to a twin", where=where)
    found = _evaluation(evaluation_json)
    told = None
    if twin is not None:
        with open_existing(db, workspace=workspace) as twins:
            told = _portrait(twins, twin, as_of, tuple(node or ()), purpose)
    command = _command(evaluation_json, twin, node or [], as_of, purpose, html)
    write_joined_page(found, told, html, command=command)
    if as_json:
        shown = [str(each.node) for each in told.timelines] if told else []
        course = [str(node) for node in told.course.nodes] if told else []
        print_json({"html": str(html), "twin": twin, "timelines": shown, "course": course})
    else:
        say(f"report: {plain(str(html))}")


def _evaluation(path: Path | None) -> FidelityReport | None:
    from doxa.fidelity.report_file import load_report

    return None if path is None else load_report(path)


def _portrait(
    twins: Twins, twin: str, as_of: str | None, nodes: tuple[str, ...], purpose: str | None
) -> Portrait:
    from doxa.interfaces.pages.portrait import portrait

    return portrait(twins, twin, as_of=as_of, nodes=nodes, purpose=purpose)


def _command(
    evaluation_json: Path | None,
    twin: str | None,
    nodes: list[str],
    as_of: str | None,
    purpose: str | None,
    html: Path,
) -> str:
    """The command as it would be typed; folders are left out."""
    words = ["doxa", "report"]
    if evaluation_json is not None:
        words += ["--evaluation-json", evaluation_json.name]
    if twin is not None:
        words += ["--twin", twin]
    for name in nodes:
        words += ["--node", name]
    if as_of is not None:
        words += ["--as-of", as_of]
    if purpose is not None:
        words += ["--purpose", purpose]
    return shlex.join([*words, "--html", html.name])

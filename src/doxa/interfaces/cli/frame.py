"""The frame of the command line: its commands, its errors and its exit codes.

A command is one module with one function of typer; add it to `COMMANDS`, and it is there. What it
imports from doxa beyond `console` and `stores` it imports inside the function, so that ``--help``
stays quick.

Exit codes: 0 done; 1 a bar was missed or rows were refused; 2 the input is wrong; 3 the candidate
is worse; 4 the store cannot be used; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer

from doxa import __version__
from doxa.errors import DoxaError, InputError
from doxa.interfaces.cli.console import note, print_error

COMMANDS = (
    ("init", "init"),
    ("map check", "map_check"),
    ("map diff", "map_diff"),
    ("map apply", "map_apply"),
    ("audit", "audit"),
    ("backfill", "backfill"),
    ("observe", "observe"),
    ("believe", "believe"),
    ("show", "show"),
    ("explain", "explain"),
    ("accesses", "accesses"),
    ("graph", "graph"),
    ("find", "find"),
    ("fit", "fit"),
    ("population list", "population_list"),
    ("population show", "population_show"),
    ("population compare", "population_compare"),
    ("population promote", "population_promote"),
    ("population rollback", "population_rollback"),
    ("population refresh", "population_refresh"),
    ("forecast", "forecast"),
    ("simulate", "simulate"),
    ("shares", "shares"),
    ("recommend", "recommend"),
    ("features", "features"),
    ("fidelity", "fidelity"),
    ("effects", "effects"),
    ("report", "report"),
    ("merge", "merge"),
    ("unmerge", "unmerge"),
    ("retract", "retract"),
    ("export", "export"),
    ("import", "load"),
    ("forget", "forget"),
    ("demo", "demo"),
)
"""Words of the command, and the module beside this one whose function of that name it is."""

GROUPS = {
    "map": "The belief map: what the product's signals mean.",
    "population": "Everything learned across people, in frozen versions.",
}
"""Help of commands of two words, by the first."""

INTERRUPTED = 130
_CLICK_ERROR: type[Any] = next(
    each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException"
)


def application() -> typer.Typer:
    """The application with all its commands."""
    app = _group("Digital twins of customers: what each person believes, wants and will do next.")
    app.callback()(_options)
    groups: dict[str, typer.Typer] = {}
    for words, module in COMMANDS:
        first, _, second = words.rpartition(" ")
        if first and first not in groups:
            groups[first] = _group(GROUPS[first])
            app.add_typer(groups[first], name=first)
        (groups[first] if first else app).command(second)(_function(module))
    return app


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; a user's mistake is one sentence, never a trace."""
    as_json = "--json" in arguments
    try:
        code = application()(args=list(arguments), prog_name="doxa", standalone_mode=False)
        sys.stdout.flush()
    except DoxaError as error:
        print_error(error, as_json)
        return error.exit_code
    except _CLICK_ERROR as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            note(error.format_message())
            return 2
        print_error(_misused(error), as_json)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        print_error(
            InputError(error.strerror or str(error), where=str(error.filename or "")), as_json
        )
        return 2
    return code if isinstance(code, int) else 0


def _group(text: str) -> typer.Typer:
    return typer.Typer(
        help=text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def _function(module: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(import_module(f"doxa.interfaces.cli.{module}"), module)
    return found


def _misused(error: Any) -> InputError:
    """What typer says about options and arguments, in our form."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "doxa"
    message = error.format_message() or "a command is missing"
    return InputError(message.rstrip("."), hint=f"see {command} --help")


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass

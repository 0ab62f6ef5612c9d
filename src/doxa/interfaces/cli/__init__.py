"""The command line: ``doxa``. One file per command; `frame` lists them."""

from __future__ import annotations


def main() -> None:
    """Run ``doxa`` with the arguments of the process and leave with its exit code."""
    import sys

    from doxa.interfaces.cli.frame import run

    sys.exit(run(sys.argv[1:]))

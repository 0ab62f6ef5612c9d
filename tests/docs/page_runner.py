"""Runs the blocks of one page in order: one namespace, one folder, output compared where shown.

- ``python``: run as a script; a ``text`` block right after it is what it must have printed. With
  ``>>>`` in it, it is a doctest.
- ``console``: each ``$ doxa ...`` is run by the command line in this process; what stands under it
  must be what it printed. Where nothing is shown it must succeed. Other commands must be marked.

``...`` in output stands for anything, as in doctests.
"""

from __future__ import annotations

import doctest
import io
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from page_blocks import Block

from doxa.interfaces.cli.frame import run

FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF
SHOWN_ONLY = {"text", "yaml", "json", "", "mermaid"}


class PageFailed(AssertionError):
    """A block does not do what its page says."""


def run_page(blocks: list[Block], name: str) -> int:
    """Run all blocks of a page in the current folder; returns how many were."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    done = 0
    for place, block in enumerate(blocks):
        where = f"{name}:{block.line}"
        if block.mark == "file":
            Path(block.told).parent.mkdir(parents=True, exist_ok=True)
            Path(block.told).write_text(block.text, encoding="utf-8")
        elif block.mark == "not run":
            continue
        elif block.language == "python":
            after = blocks[place + 1] if place + 1 < len(blocks) else None
            _python(block, after, namespace, name)
            done += 1
        elif block.language == "console":
            _console(block, where)
            done += 1
        elif block.language not in SHOWN_ONLY:
            raise PageFailed(f"{where}: nobody runs {block.language!r}; use python or console")
    return done


def _python(block: Block, after: Block | None, namespace: dict[str, Any], name: str) -> None:
    if ">>> " in block.text:
        _doctest(block, namespace, name)
        return
    out = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.text, name, "exec")
    with redirect_stdout(out):
        exec(code, namespace)
    if after is not None and after.language == "text" and not after.mark:
        _compare(after.text, out.getvalue(), f"{name}:{after.line}")


def _doctest(block: Block, namespace: dict[str, Any], name: str) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, {}, name, name, block.line - 1)
    test.globs = namespace
    told = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=told.write, clear_globs=False)
    if runner.failures:
        raise PageFailed(told.getvalue())


def _console(block: Block, where: str) -> None:
    for command, shown in _commands(block.text):
        words = shlex.split(command)
        if words[0] != "doxa":
            raise PageFailed(f"{where}: {words[0]!r} is not run here; mark the block")
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = run(words[1:])
        if shown:
            _compare(shown, out.getvalue(), f"{where} $ {command}")
        elif code:
            raise PageFailed(f"{where} $ {command}\nleft with {code}\n{out.getvalue()}")


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Commands with what is shown under each; a backslash continues a command."""
    for part in ("\n" + text.replace("\\\n", " ")).split("\n$ ")[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip("\n")


def _compare(shown: str, printed: str, where: str) -> None:
    want = _tidy(shown)
    got = _tidy(printed)
    if not doctest.OutputChecker().check_output(want, got, FLAGS):
        raise PageFailed(f"{where}\nthe page shows:\n{want}\nbut this was printed:\n{got}")


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"

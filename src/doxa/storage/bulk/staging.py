"""From tables to staged chunks: read, judged, written, and gone on with after a kill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from doxa.storage.bulk.checking import Checker
from doxa.storage.bulk.chunks import Chunks, Note
from doxa.storage.bulk.rejecting import Limit
from doxa.storage.bulk.sources import Place, Source

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called with the phase (``reading`` or ``loading``), rows done, and rows in all if known."""


@dataclass(slots=True)
class Tally:
    """What staging found, over all tables; `resumed` rows were staged by an earlier run."""

    read: int = 0
    staged: int = 0
    resumed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, note: Note) -> None:
        """Count one chunk."""
        self.read += note.read
        self.staged += note.staged
        self.kinds.update(note.kinds)


@dataclass(frozen=True, slots=True)
class Stage:
    """Stages one table after the other into the chunks of a load."""

    chunks: Chunks
    checker: Checker
    limit: Limit
    rows: int
    rejects: Path

    def run(
        self, names: Sequence[str], open_source: Callable[[int], Source], progress: Progress
    ) -> Tally:
        """Stage what is not staged yet; the tally is of all."""
        tally = Tally()
        for table, name in enumerate(names):
            notes = self.chunks.notes(table)
            for note in notes:
                tally.add(note)
                tally.resumed += note.read
            if not (notes and notes[-1].last):
                self._table(table, name, open_source(table), notes, tally, progress)
        return tally

    def _table(
        self,
        table: int,
        name: str,
        source: Source,
        notes: list[Note],
        tally: Tally,
        progress: Progress,
    ) -> None:
        before = tally.read - sum(note.read for note in notes)
        counted = source.count()
        total = None if counted is None else before + counted
        place = Place(notes[-1].offset, notes[-1].line) if notes else Place()
        for piece in source.pieces(place, self.rows):
            rows, refused = self.checker.check(name, piece.raw)
            rejects = sorted([*piece.rejects, *refused], key=lambda reject: reject.line)
            place = piece.next
            note = Note(
                offset=place.offset,
                line=place.line,
                read=len(piece.raw) + len(piece.rejects),
                staged=len(rows),
                kinds=dict(self.checker.take_unknown_kinds()),
            )
            self.chunks.write(table, len(notes), rows, rejects, note)
            notes.append(note)
            tally.add(note)
            self._judge(name, notes, ended=False)
            progress("reading", tally.read, total)
        end = Note(offset=place.offset, line=place.line, read=0, staged=0, last=True)
        self._judge(name, notes, ended=True)
        self.chunks.write_note(table, len(notes), end)

    def _judge(self, name: str, notes: list[Note], *, ended: bool) -> None:
        read = sum(note.read for note in notes)
        staged = sum(note.staged for note in notes)
        self.limit.check_table(name, read, staged, ended, self.rejects)

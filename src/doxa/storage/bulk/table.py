"""How the columns of one table become signals."""

from __future__ import annotations

from pathlib import Path

from doxa.beliefmap.model import Record


class Take(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where a part of a signal comes from: a column, or a constant."""

    column: str | None = None
    constant: str | None = None


class Table(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One table: a file or a query, and what its columns mean.

    `payload` is a dict of field to column, the name of one column that holds an object, or None
    for all columns that nothing else names.
    """

    name: str
    folder: Path
    file: Path | None = None
    sql: str | None = None
    twin: Take
    kind: Take
    at: Take | None = None
    source: Take | None = None
    session: Take | None = None
    device: Take | None = None
    order: Take | None = None
    recorded: Take | None = None
    id: tuple[Take, ...] = ()
    payload: dict[str, Take] | str | None = None

    @property
    def takes(self) -> dict[str, Take]:
        """The parts that are given, by name, without id and payload."""
        parts = {
            "twin": self.twin, "kind": self.kind, "at": self.at, "source": self.source,
            "session": self.session, "device": self.device, "order": self.order,
            "recorded": self.recorded,
        }  # fmt: skip
        return {name: take for name, take in parts.items() if take is not None}

    @property
    def named(self) -> dict[str, str]:
        """Every column that the table names, with the part that names it."""
        found = {take.column: part for part, take in self.takes.items() if take.column}
        found |= {take.column: "id" for take in self.id if take.column}
        if isinstance(self.payload, str):
            found[self.payload] = "payload"
        elif self.payload is not None:
            found |= {t.column: f"payload.{f}" for f, t in self.payload.items() if t.column}
        return found

"""Every place that holds a person, and what erases it there.

Whoever adds a table, a kind of file or a cache lists it here: a test fails otherwise. The statements
of tables are run by the store in this order, in one transaction; `:workspace`, `:twin` (the store's
key), `:id` and `:until` (None: everything) are bound.
"""

from __future__ import annotations

import msgspec


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the schema.

    Attributes
    ----------
    name : str
    holds : str
        What of a person; empty where it holds nothing of anybody.
    erase : str
        The statement that takes one person out; empty where nothing has to be.
    why : str
        Why there is no statement, where there is none.
    """

    name: str
    holds: str = ""
    erase: str = ""
    why: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of file that doxa writes.

    Attributes
    ----------
    pattern : str
        Of its name; ``{store}`` stands for the name of the store's file.
    holds : str
        What of a person; empty where it holds nothing of anybody.
    erased_by : str
        What erases a person from it, or why nothing has to.
    writers : tuple of str
        The modules that write it.
    """

    pattern: str
    holds: str
    erased_by: str
    writers: tuple[str, ...]


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an open store keeps in memory.

    Attributes
    ----------
    name : str
        Where it is kept.
    holds, erased_by : str
        As for a `File`.
    """

    name: str
    holds: str
    erased_by: str


TABLES = (
    Table(
        name="signals",
        holds="every signal with its payload",
        erase="DELETE FROM signals WHERE workspace = :workspace AND twin = :twin"
        " AND (:until IS NULL OR occurred_at <= :until)",
    ),
    Table(
        name="snapshots",
        holds="sums of the signals",
        erase="DELETE FROM snapshots WHERE workspace = :workspace AND twin = :twin",
    ),
    Table(
        name="retractions",
        holds="which of their signals were taken back",
        erase="DELETE FROM retractions WHERE workspace = :workspace AND twin = :twin"
        " AND NOT EXISTS (SELECT 1 FROM signals s WHERE s.seq = retractions.seq)",
    ),
    Table(
        name="aliases",
        holds="who is whom, by keys",
        erase="DELETE FROM aliases WHERE place IN ("
        "SELECT place FROM aliases WHERE workspace = :workspace AND alias = :twin UNION ALL"
        " SELECT place FROM aliases WHERE workspace = :workspace AND into_twin = :twin"
        ") AND NOT EXISTS (SELECT 1 FROM signals WHERE workspace = :workspace AND twin = :twin)",
    ),
    Table(
        name="accesses",
        holds="who read them, when and why",
        erase="DELETE FROM accesses WHERE workspace = :workspace AND twin = :twin AND NOT EXISTS"
        " (SELECT 1 FROM signals WHERE workspace = :workspace AND twin = :twin)",
    ),
    Table(
        name="twins",
        holds="the id",
        erase="DELETE FROM twins WHERE workspace = :workspace AND key = :twin AND NOT EXISTS"
        " (SELECT 1 FROM signals WHERE workspace = :workspace AND twin = :twin)",
    ),
    Table(
        name="forecast_blocks",
        holds="forecasts, by the key of the twin",
        why="blocks are columns: the store writes them anew without the person",
    ),
    Table(
        name="settled",
        holds="what became of forecasts, by the key of the twin",
        why="blocks are columns: the store writes them anew without the person",
    ),
    Table(
        name="forecast_sets",
        holds="that something was forecast of somebody",
        why="a set goes with its last forecast",
    ),
    Table(
        name="terms",
        holds="names of sources; one that only this person had would tell of them",
        why="the store takes out sources that no signal has any more",
    ),
    Table(name="forgotten", holds="a keyed hash of the id", why="it is what refuses a resend"),
    Table(name="settings", why="clock, zone and the key of the marks"),
    Table(name="workspaces", why="names and the highest numbers ever given"),
    Table(name="cohorts", why="conditions by name; whom they hold for is not stored"),
    Table(name="loads", why="fingerprints of inputs and how far each came"),
    Table(name="maps", why="what a product means, of nobody"),
    Table(
        name="populations",
        holds="sums over people; members met by fewer than ten are pooled and not named",
        why="the next fit is without the person",
    ),
    Table(name="activations", why="which population was active when"),
    Table(name="migrations", why="versions of the schema"),
)
"""By what they hold, in the order in which a person is taken out."""

FILES = (
    File(
        pattern="{store}",
        holds="the tables",
        erased_by="forget deletes rows; purge wipes what SQLite left of them",
        writers=(
            "doxa.storage.sqlite.connection",
            "doxa.storage.sqlite.schema",
            "doxa.storage.sqlite.wipe",
        ),
    ),
    File(
        pattern="{store}-wal",
        holds="pages before they reach the store's file",
        erased_by="purge truncates it",
        writers=("doxa.storage.sqlite.connection",),
    ),
    File(
        pattern="{store}-shm",
        holds="",
        erased_by="numbers of pages only",
        writers=("doxa.storage.sqlite.connection",),
    ),
    File(
        pattern="{store}.loading/*",
        holds="rows of a backfill between checking and loading",
        erased_by="purge removes what an interrupted load left; one under way ends by itself",
        writers=(
            "doxa.storage.bulk.chunks",
            "doxa.storage.bulk.ordinals",
            "doxa.storage.bulk.plan",
            "doxa.storage.bulk.sources",
        ),
    ),
    File(
        pattern="a file without a name",
        holds="rows of the ledger, or of the files of a load, while snapshots of all are made",
        erased_by="the system, with the descriptor: it has no name and goes with the process",
        writers=("doxa.runtime.folding.spill",),
    ),
    File(
        pattern="{store}.rejects.csv",
        holds="",
        erased_by="table, line, field and reason of a refused row, never what it says",
        writers=("doxa.storage.bulk.rejecting",),
    ),
    File(
        pattern="*.html",
        holds="one twin, on a page that says whose it is",
        erased_by="forget deletes the person's pages beside the store; elsewhere they are yours",
        writers=("doxa.report.html",),
    ),
    File(
        pattern="*.graphml, *.cypher",
        holds="one twin as a graph",
        erased_by="you: it is written where you say, to be taken elsewhere",
        writers=("doxa.interfaces.cli.graph",),
    ),
    File(
        pattern="{export}.json",
        holds="everything held of one person",
        erased_by="you: it is written where you say, to be handed over",
        writers=("doxa.interfaces.cli.export",),
    ),
    File(
        pattern="{features}.parquet, .arrow, .csv",
        holds="what a head reads of people, by their ids",
        erased_by="you: it is written where you say, to be worked with elsewhere",
        writers=("doxa.interfaces.cli.features",),
    ),
    File(
        pattern="*.json",
        holds="",
        erased_by="reports of fidelity are over people; lists of the forgotten hold hashes",
        writers=(
            "doxa.interfaces.cli.fidelity",
            "doxa.interfaces.cli.forget",
            "doxa.interfaces.cli.live",
        ),
    ),
    File(
        pattern="*.yaml",
        holds="",
        erased_by="maps to begin with, and what the demo is given: of nobody",
        writers=(
            "doxa.interfaces.cli.audit",
            "doxa.interfaces.cli.init",
            "doxa.interfaces.demo.steps",
        ),
    ),
)
"""Every kind of file, and who writes it."""

MEMORY = (
    Memory(
        name="doxa.storage.sqlite.names.Names",
        holds="keys of ids that were written lately",
        erased_by="forget clears it; in other processes their next write does",
    ),
    Memory(
        name="doxa.storage.sqlite.refusals.Refusals",
        holds="ids that were written lately, and whether they were forgotten",
        erased_by="forget clears it; in other processes their next write does",
    ),
    Memory(
        name="doxa.storage.sqlite.readers.Readers",
        holds="pages that were read lately",
        erased_by="a write by anybody drops them at the next read",
    ),
    Memory(
        name="doxa.state.codec._STRUCTURES",
        holds="",
        erased_by="the shapes of snapshots without members: names of nodes and sources",
    ),
    Memory(
        name="doxa.storage.memory.MemoryLedger",
        holds="everything, where the store is in memory",
        erased_by="forget",
    ),
    Memory(
        name="doxa.runtime.accessing.Scribe",
        holds="reads that are being logged, by the key of the twin",
        erased_by="they are written at once; rows about somebody who is gone are dropped",
    ),
    Memory(
        name="doxa.runtime.wiring.Wiring",
        holds="",
        erased_by="the map and populations: of nobody",
    ),
    Memory(
        name="doxa.runtime.frozen.Frozen",
        holds="a twin that somebody read and holds",
        erased_by="it is the caller's and goes when they let go of it",
    ),
)
"""What an open store remembers besides its files."""

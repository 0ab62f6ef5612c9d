-- Who is whom, and what was taken back: both are said afterwards, on two clocks, about signals that
-- never change. Places grow and are given once.

-- From `at` on, `alias` is part of `into_twin` (joined 1), or is somebody of its own again (0).
CREATE TABLE aliases (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    alias INTEGER NOT NULL,
    into_twin INTEGER NOT NULL,
    at INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    shift INTEGER NOT NULL
) STRICT;

CREATE INDEX aliases_by_alias ON aliases (workspace, alias);
CREATE INDEX aliases_by_into ON aliases (workspace, into_twin);

CREATE TABLE retractions (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    twin INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    UNIQUE (workspace, twin, seq)
) STRICT;

-- The other twins whose signals are in the state, as a JSON list of keys; NULL = none.
ALTER TABLE snapshots ADD COLUMN aliases TEXT;

-- A store of schema 1 as it was first released, one signal in it. Never edit this file.
PRAGMA application_id = 1685026913;
BEGIN TRANSACTION;
CREATE TABLE activations (
    workspace INTEGER NOT NULL,
    place INTEGER NOT NULL,
    version INTEGER NOT NULL,
    active_from INTEGER NOT NULL,
    PRIMARY KEY (workspace, place),
    FOREIGN KEY (workspace, version) REFERENCES populations (workspace, version)
) STRICT;
CREATE TABLE forecast_blocks (
    workspace INTEGER NOT NULL,
    forecast_set TEXT NOT NULL,
    block INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, forecast_set, block),
    FOREIGN KEY (workspace, forecast_set) REFERENCES forecast_sets (workspace, id)
) STRICT;
CREATE TABLE forecast_sets (
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    origin INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    population INTEGER NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
CREATE TABLE loads (
    key INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    fingerprint TEXT NOT NULL,
    started INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    UNIQUE (workspace, fingerprint)
) STRICT;
CREATE TABLE maps (
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    version INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    active_from INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (workspace, version)
) STRICT;
CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
INSERT INTO "migrations" VALUES(1,'ledger');
CREATE TABLE populations (
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    map_fingerprint TEXT NOT NULL,
    origin INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, version)
) STRICT;
CREATE TABLE settings (
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "settings" VALUES(1,'clock','time');
INSERT INTO "settings" VALUES(1,'zone','{}');
CREATE TABLE signals (
    seq INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    twin INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    source INTEGER NOT NULL,
    load INTEGER,
    id TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    assumed INTEGER NOT NULL,
    session TEXT,
    device TEXT,
    cause TEXT,
    payload BLOB NOT NULL
) STRICT;
INSERT INTO "signals" VALUES(1,1,1,1,2,NULL,'t1',1583064000000000,1583064001000000,0,0,'b7',NULL,NULL,X'7B227072696365223A322E357D');
CREATE TABLE snapshots (
    workspace INTEGER NOT NULL,
    twin INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    until INTEGER NOT NULL,
    newest_at INTEGER NOT NULL,
    newest_recorded INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (workspace, twin)
) STRICT;
CREATE TABLE terms (
    key INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (workspace, role, text)
) STRICT;
INSERT INTO "terms" VALUES(1,1,'kind','purchase');
INSERT INTO "terms" VALUES(2,1,'source','default');
CREATE TABLE twins (
    key INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    id TEXT NOT NULL,
    UNIQUE (workspace, id)
) STRICT;
INSERT INTO "twins" VALUES(1,1,'ann');
CREATE TABLE workspaces (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    erased INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "workspaces" VALUES(1,'default',0,0);
CREATE UNIQUE INDEX signals_by_id ON signals (workspace, source, id);
CREATE INDEX signals_by_twin ON signals (workspace, twin, occurred_at);
COMMIT;

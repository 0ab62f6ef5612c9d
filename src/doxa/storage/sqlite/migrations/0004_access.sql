-- Who read whom through a key, why, and which nodes they were shown (a JSON list of names).

CREATE TABLE accesses (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    twin INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reader TEXT NOT NULL,
    purpose TEXT NOT NULL,
    face TEXT NOT NULL,
    nodes TEXT NOT NULL
) STRICT;

CREATE INDEX accesses_by_twin ON accesses (workspace, twin, place);

-- Conditions kept by name; whom one holds for is worked out when it is asked, never stored.

CREATE TABLE cohorts (
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    name TEXT NOT NULL,
    condition TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

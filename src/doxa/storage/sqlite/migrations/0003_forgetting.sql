-- Who was forgotten: a keyed hash of the id, never the id. The key stands in the settings.

-- `until` is the last moment on the workspace's clock at which signals are refused, NULL = none.
CREATE TABLE forgotten (
    workspace INTEGER NOT NULL REFERENCES workspaces (key),
    mark TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL,
    until INTEGER,
    purged_at INTEGER,
    PRIMARY KEY (workspace, mark)
) STRICT, WITHOUT ROWID;

-- The highest key of a twin ever erased: no key is given twice, as with `floor`.
ALTER TABLE workspaces ADD COLUMN twin_floor INTEGER NOT NULL DEFAULT 0;

-- What became of recorded forecasts: columns with labels, written once.

CREATE TABLE settled (
    workspace INTEGER NOT NULL,
    forecast_set TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    scored INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, forecast_set),
    FOREIGN KEY (workspace, forecast_set) REFERENCES forecast_sets (workspace, id)
) STRICT;

"""The audit of files: counts from the column engine, verdicts from `doxa.audit`."""

"""Bulk loads: Parquet, CSV, JSONL and SQL tables into the ledger, with bounded memory."""
